"""Residuals of several frequencies along training: theory and networks."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_mode_decay(
    times: Float[Array, " T"],
    predicted: Float[Array, "T K"],
    measured: Float[Array, "S T K"],
    half_lives: Float[Array, " K"],
    labels: tuple[str, ...],
) -> Figure:
    """What is left of each mode, on a logarithmic axis: lines for the theory, thin lines for S networks.

    Args:
      times: training times.
      predicted, measured: the part of each of K modes that is left; 1 at the start.
      half_lives: predicted, marked on the level 1/2.
      labels: one for each mode.
    """
    figure, axes = plt.subplots()
    for mode, (color, label) in enumerate(zip(COLORS.values(), labels, strict=False)):
        for network in measured:
            axes.semilogy(times, abs(network[:, mode]), color=color, linewidth=0.7, alpha=0.45)
        axes.semilogy(times, predicted[:, mode], color=color, linewidth=2.4, label=label)
        axes.semilogy(half_lives[mode], 0.5, marker="o", markersize=7, color=color, zorder=4)
    axes.axhline(0.5, color=COLORS["grey"], linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_ylim(3e-3, 1.3)
    axes.set_xlim(times[0], times[-1])
    axes.set(xlabel="steps of gradient descent", ylabel="part of the residual that is left")
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.47), title="theory (thick), networks (thin)")
    return figure
