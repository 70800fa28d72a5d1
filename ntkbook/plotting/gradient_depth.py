"""The typical length of a gradient on its way down through networks of several widths."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_gradient_depth(
    depths: Float[Array, " D"],
    widths: Sequence[int],
    measured: Sequence,
    predicted: Float[Array, "k p D"],
    titles: Sequence[str],
) -> Figure:
    """Mean logarithm of the length factor against depth, one panel for each kind of network, one line for each width.

    Args:
      depths: numbers of layers.
      widths: of the k lines.
      measured: for each of p panels an estimate of shape (k, D), with `value` and `standard_error`, which a band shows
        twice.
      predicted: dashed lines.
      titles: of the panels.
    """
    figure, panels = plt.subplots(1, len(titles), sharey=True, figsize=(8.4, 3.8))
    for kind, (axes, title, estimate) in enumerate(zip(panels, titles, measured, strict=True)):
        for line, (color, width) in enumerate(zip(("vermilion", "green", "blue"), widths, strict=False)):
            middle, reach = estimate.value[line], 2 * estimate.standard_error[line]
            axes.fill_between(depths, middle - reach, middle + reach, color=COLORS[color], alpha=0.25, linewidth=0)
            axes.plot(depths, middle, color=COLORS[color], linewidth=1.6, label=f"$n = {width}$")
            axes.plot(depths, predicted[line, kind], color=COLORS[color], linestyle=(0, (4, 3)), linewidth=1.2)
        axes.set(xlabel="layers", title=title)
    panels[0].set_ylabel("mean logarithm of the length")
    panels[0].legend(loc="lower left", title="networks; theory dashed")
    return figure
