"""The relative variance of the kernel against depth over width."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_depth_over_width(
    measured: Mapping[int, tuple], curves: Mapping[int, Float[Array, " L"]], limit: tuple[Array, Array]
) -> Figure:
    """Measured points with two standard errors, the prediction for each width, and the limit that they share.

    Args:
      measured: for each width, depths over width, and an estimate with `value` and `standard_error`.
      curves: for each width, the prediction at the same depths.
      limit: ratios, and the prediction for a deep and wide network there.
    """
    figure, axes = plt.subplots()
    for (width, (ratios, estimate)), color in zip(
        measured.items(), ("orange", "vermilion", "blue", "green"), strict=False
    ):
        axes.errorbar(
            ratios, estimate.value, 2 * estimate.standard_error, linestyle="none", marker="o", markersize=4.5,
            color=COLORS[color], label=f"$n = {width}$",
        )  # fmt: skip
        axes.plot(ratios, curves[width], color=COLORS[color], linewidth=1.0)
    axes.plot(*limit, color=COLORS["grey"], linewidth=1.4, linestyle=(0, (4, 3)), label="deep and wide")
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("log", base=2)
    axes.set(xlabel="depth over width, $L/n$", ylabel="relative variance of the kernel")
    axes.legend(loc="best")
    return figure
