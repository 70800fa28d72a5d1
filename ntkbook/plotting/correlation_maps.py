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
    """Correlations after a layer, and what the layer adds, against those before: lines and points.

    Args:
      rho: correlations before a layer.
      maps: for each label the correlations after it.
      measured: points, with two standard errors: for some of the labels, a few correlations before a layer, and an
        estimate after it with `value` and `standard_error`.
    """
    figure, panels = plt.subplots(1, 2, figsize=(8.4, 4.2))
    for axes, start in zip(panels, (0.0, 1.0), strict=True):
        axes.plot(rho, rho - start * rho, color=COLORS["grey"], linewidth=1.0, linestyle=(0, (4, 3)), label="unchanged")
        for color, (label, after) in zip(ORDER, maps.items(), strict=False):
            axes.plot(rho, after - start * rho, color=COLORS[color], label=label)
            if label in measured:
                before, estimate = measured[label]
                axes.errorbar(
                    before, estimate.value - start * before, 2 * estimate.standard_error, linestyle="none",
                    marker="o", markersize=4, color=COLORS[color],
                )  # fmt: skip
        axes.set_xlabel("correlation before the layer")
    panels[0].set(ylabel="correlation after the layer", xlim=(-1, 1), ylim=(-1, 1))
    panels[0].set(xticks=(-1, -0.5, 0, 0.5, 1), yticks=(-1, -0.5, 0, 0.5, 1))
    panels[1].set(ylabel="what the layer adds", xlim=(0, 1), ylim=(-0.1, 0.35))
    panels[0].legend(loc="upper left")
    return figure
