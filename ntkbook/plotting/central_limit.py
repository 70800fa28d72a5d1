"""How the mean of n draws becomes Gaussian."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_central_limit(
    edges: Float[Array, " bins+1"],
    histograms: Mapping[str, Float[Array, " bins"]],
    gaussian: tuple[Float[Array, " M"], Float[Array, " M"]],
    counts: Float[Array, " k"],
    kurtosis: Mapping[str, tuple[Float[Array, " k"], Float[Array, " k"], Float[Array, " k"]]],
) -> Figure:
    """Densities of the rescaled mean, and the size of its excess kurtosis against n.

    Args:
      edges, histograms: bins, and a density for each label.
      gaussian: places and values of the normal density.
      counts: numbers of draws.
      kurtosis: for each label the measured size, its standard error, and the prediction.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    for color, (label, density) in zip(("orange", "sky", "blue"), histograms.items(), strict=True):
        left.stairs(density, edges, color=COLORS[color], linewidth=1.6, label=label)
    left.plot(*gaussian, color=COLORS["grey"], linewidth=1.4, linestyle=(0, (4, 3)), label="Gaussian")
    left.set_xlabel("rescaled mean $Z$")
    left.set_ylabel("density")
    left.legend()
    for color, (label, (measured, error, predicted)) in zip(("vermilion", "green"), kurtosis.items(), strict=True):
        right.errorbar(
            counts, measured, 2 * error, linestyle="none", marker="o", markersize=4, color=COLORS[color], label=label
        )
        right.plot(counts, predicted, color=COLORS[color], linewidth=1.2)
    right.set_xscale("log", base=2)
    right.set_yscale("log")
    right.set_xlabel("number of draws $n$")
    right.set_ylabel("size of the excess kurtosis")
    right.legend()
    return figure
