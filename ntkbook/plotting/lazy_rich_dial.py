"""From rich to lazy: what a network does to its kernel, and what that is worth."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_lazy_rich_dial(
    scales: Float[Array, " k"],
    movement: Float[Array, "k 2"],
    alignment: Float[Array, "k 2"],
    error: Float[Array, "k 2"],
    *,
    start_alignment: float,
    kernel_error: float,
) -> Figure:
    """Three panels over the scale of the output: movement of the kernel, its alignment with the labels, test error.

    Args:
      scales: the scales alpha, on a logarithmic axis.
      movement, alignment, error: means, and their standard errors in the second column; bars show two of them.
      start_alignment, kernel_error: the same for the kernel of the start, dashed.
    """
    figure, panels = plt.subplots(1, 3, figsize=(9.6, 3.4))
    values = (
        ("relative change of the kernel", movement, "vermilion", None),
        ("alignment with the labels", alignment, "blue", start_alignment),
        ("wrong signs on test inputs", error, "green", kernel_error),
    )
    for axes, (name, rows, color, level) in zip(panels, values, strict=True):
        axes.errorbar(scales, rows[:, 0], 2 * rows[:, 1], marker="o", markersize=4, color=COLORS[color])
        if level is not None:
            axes.axhline(level, color=COLORS["grey"], linestyle=(0, (4, 3)), linewidth=1.2, label="kernel of the start")
            axes.legend(loc="best")
        axes.set_xscale("log", base=2)
        axes.set(xlabel=r"scale $\alpha$", title=name)
    panels[0].set_yscale("log")
    panels[0].set_ylabel("measured")
    return figure
