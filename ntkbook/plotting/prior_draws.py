"""Functions drawn from a limit process, above networks with random weights."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array


def plot_prior_draws(
    x: Float[Array, " M"], draws: Mapping[str, tuple[Float[Array, "draws M"], Float[Array, "draws M"]]]
) -> Figure:
    """One column for each label: draws of the Gaussian process above, outputs of networks below.

    Args:
      x: inputs, increasing.
      draws: for each title of a column the two sets of functions, one function a row.
    """
    figure, panels = plt.subplots(2, len(draws), sharex=True, sharey=True, squeeze=False, figsize=(9.0, 4.8))
    for column, (title, pair) in zip(panels.T, draws.items(), strict=True):
        for axes, functions in zip(column, pair, strict=True):
            axes.plot(x, functions.T, linewidth=1.1)
        column[0].set_title(title)
        column[1].set_xlabel("angle of the input")
        column[1].set_xlim(x[0], x[-1])
    panels[0, 0].set_ylabel("process")
    panels[1, 0].set_ylabel("networks")
    return figure
