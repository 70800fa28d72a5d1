"""Predictions of an ensemble while it trains."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_training_bands(
    x: Float[Array, " M"],
    chosen: Sequence[int],
    titles: Sequence[str],
    mean: Float[Array, "times M"],
    std: Float[Array, "times M"],
    networks: Float[Array, "S times M"],
    x_train: Float[Array, " N"],
    y_train: Float[Array, " N"],
) -> Figure:
    """One panel for each chosen time: single networks, predicted mean and two standard deviations, the data.

    Args:
      x: inputs, increasing.
      chosen, titles: numbers of the times to show, and a title for each.
      mean, std: the prediction at all times.
      networks: outputs of S networks at all times.
      x_train, y_train: the data.
    """
    figure, panels = plt.subplots(1, len(chosen), sharex=True, sharey=True, figsize=(9.0, 3.4))
    for axes, time, title in zip(panels, chosen, titles, strict=True):
        low, high = mean[time] - 2 * std[time], mean[time] + 2 * std[time]
        axes.fill_between(x, low, high, color=COLORS["blue"], alpha=0.16, linewidth=0)
        axes.plot(x, networks[:, time].T, color=COLORS["grey"], linewidth=0.7, alpha=0.75)
        axes.plot(x, mean[time], color=COLORS["blue"])
        axes.plot(x_train, y_train, linestyle="none", marker="o", color=COLORS["vermilion"], zorder=4)
        axes.set_title(title)
        axes.set_xlabel("input")
    panels[0].set_xlim(x[0], x[-1])
    panels[0].set_ylabel("output")
    return figure
