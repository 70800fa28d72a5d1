"""Measured numbers against the width, with the powers that were fitted to them."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from ntkbook.plotting.style import COLORS

ORDER = ("blue", "sky", "vermilion", "orange", "green", "purple")


def plot_rates(lines: Mapping[str, tuple], *, ylabel: str, xlabel: str = "width $n$") -> Figure:
    """Points with two standard errors, and a fitted line through each set, on logarithmic axes.

    Args:
      lines: for each label the widths, an estimate with `value` and `standard_error`, and a fitted power that can be
        called with widths and has a `slope`.
      xlabel, ylabel: names of the axes.
    """
    figure, axes = plt.subplots()
    for color, (label, (widths, estimate, rate)) in zip(ORDER, lines.items(), strict=False):
        axes.errorbar(
            widths, estimate.value, 2 * estimate.standard_error, linestyle="none", marker="o", markersize=4,
            color=COLORS[color], label=f"{label}: $n^{{{float(rate.slope.value):.2f}}}$",
        )  # fmt: skip
        axes.plot(widths, rate(widths), color=COLORS[color], linewidth=1.2)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.legend()
    return figure
