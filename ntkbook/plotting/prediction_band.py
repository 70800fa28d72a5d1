"""A prediction with its uncertainty."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_prediction_band(
    x: Float[Array, " M"],
    mean: Float[Array, " M"],
    std: Float[Array, " M"],
    x_train: Float[Array, " N"],
    y_train: Float[Array, " N"],
    *,
    networks: Float[Array, "S M"] | None = None,
    title: str = "Infinitely wide networks (band), and trained ones (lines)",
) -> Figure:
    """Mean and two standard deviations of a prediction on a line, with the data, and single networks beside it.

    Args:
      x: where the prediction was made, increasing.
      mean, std: its mean and standard deviation there.
      x_train, y_train: the data.
      networks: outputs of S networks at x; None draws none.
      title: of the panel.
    """
    figure, axes = plt.subplots()
    axes.fill_between(
        x, mean - 2 * std, mean + 2 * std, color=COLORS["blue"], alpha=0.16, linewidth=0, label="mean ± 2 std"
    )
    if networks is not None:
        for line, label in zip(networks, ["a trained network"] + [None] * len(networks), strict=False):
            axes.plot(x, line, color=COLORS["grey"], linewidth=0.7, alpha=0.7, label=label)
    axes.plot(x, mean, color=COLORS["blue"], label="mean")
    axes.plot(
        x_train, y_train, linestyle="none", marker="o", markersize=7, color=COLORS["vermilion"], zorder=3, label="data"
    )
    axes.set_xlim(x[0], x[-1])
    axes.set(xlabel=r"input $x$", ylabel=r"output $f(x)$")
    axes.legend(loc="best")
    axes.set_title(title)
    return figure
