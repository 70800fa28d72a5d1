"""What is not Gaussian at finite width: heavy tails, and units that depend on each other."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_tails(
    widths: Float[Array, " k"],
    kurtosis: Float[Array, "2 k"],
    dependence: Float[Array, "2 k"],
    line: Float[Array, " M"],
    kurtosis_line: Float[Array, " M"],
    dependence_line: Float[Array, " M"],
) -> Figure:
    """Measured points with two standard errors on predicted lines, on logarithmic axes.

    Args:
      widths: where it was measured.
      kurtosis, dependence: values, and their standard errors.
      line: widths of the two predicted lines.
      kurtosis_line, dependence_line: predictions there.
    """
    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.8))
    named = ("excess kurtosis of an output", "correlation of two squared outputs")
    for axes, measured, predicted, name in zip(
        panels, (kurtosis, dependence), (kurtosis_line, dependence_line), named, strict=True
    ):
        axes.plot(line, predicted, color=COLORS["grey"], linewidth=1.4, label="exact law")
        axes.errorbar(
            widths, measured[0], 2 * measured[1], linestyle="none", marker="o", markersize=4.5,
            color=COLORS["vermilion"], label="networks",
        )  # fmt: skip
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set(xlabel="width $n$", ylabel=name)
    panels[0].legend()
    return figure
