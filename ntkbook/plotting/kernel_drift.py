"""How far the kernel moves while networks of several widths train."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_kernel_drift(
    steps: Float[Array, " T"],
    widths: Sequence[int],
    changes: Float[Array, "k T"],
    others: Float[Array, "k T"],
    titles: tuple[str, str] = ("$1/\\sqrt{n}$ in front", "$1/n$ in front"),
) -> Figure:
    """Relative change of the kernel along training, one line for each width, in two panels of one logarithmic axis.

    Args:
      steps: when the changes were recorded, without the start, where there is none.
      widths: of the k lines, in the order of the rows.
      changes, others: the changes in the left and in the right panel.
      titles: of the panels.
    """
    figure, panels = plt.subplots(1, 2, sharey=True, figsize=(8.4, 3.8))
    for axes, rows, title in zip(panels, (changes, others), titles, strict=True):
        for color, width, row in zip(("orange", "vermilion", "blue", "green"), widths, rows, strict=False):
            axes.plot(steps, row, color=COLORS[color], label=f"$n = {width}$")
        axes.set(xlabel="part of training", title=title)
        axes.set_yscale("log")
    panels[0].set_ylabel("relative change of the kernel")
    panels[0].legend(loc="best")
    return figure
