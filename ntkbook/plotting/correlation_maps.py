"""Correlations before and after a layer."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS

ORDER = ("blue", "green", "vermilion", "purple")


def plot_correlation_maps(
    rho: Float[Array, " k"], maps: Mapping[str, Float[Array, " k"]], measured: Mapping[str, tuple]
) -> Figure:
    """Lines for the maps of the limit, points with two standard errors for networks, and the diagonal.

    Args:
      rho: correlations before a layer.
      maps: for each label the correlations after it.
      measured: for some of the labels, a few correlations before a layer, and an estimate after it with
        `value` and `standard_error`.
    """
    figure, (axes, close) = plt.subplots(1, 2, figsize=(8.4, 4.2))
    for panel in (axes, close):
        panel.plot(rho, rho, color=COLORS["grey"], linewidth=1.0, linestyle=(0, (4, 3)), label="unchanged")
        for color, (label, after) in zip(ORDER, maps.items(), strict=False):
            panel.plot(rho, after, color=COLORS[color], label=label)
            if label in measured:
                before, estimate = measured[label]
                panel.errorbar(
                    before, estimate.value, 2 * estimate.standard_error, linestyle="none", marker="o", markersize=4,
                    color=COLORS[color],
                )  # fmt: skip
        panel.set_xlabel("correlation before the layer")
    axes.set(ylabel="correlation after the layer", xlim=(-1, 1), ylim=(-1, 1), title="all correlations")
    close.set(xlim=(0.7, 1), ylim=(0.7, 1), title="close to 1")
    axes.legend(loc="upper left")
    return figure
