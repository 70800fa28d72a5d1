"""Kernels of random networks over that of infinite width, as functions of the angle between the inputs."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_empirical_kernels(
    angles: Float[Array, " M"], limit: Float[Array, " M"], draws: Mapping[int, Float[Array, "S M"]]
) -> Figure:
    """One panel for each width, with one line for each network.

    Args:
      angles: between the two inputs, from 0 to pi.
      limit: the kernel of infinite width, over its diagonal.
      draws: for each width the kernels of S networks, over the same number.
    """
    figure, panels = plt.subplots(1, len(draws), sharey=True, figsize=(8.4, 3.4), squeeze=False)
    for axes, (width, rows) in zip(panels[0], draws.items(), strict=True):
        for row, label in zip(rows, ["one network"] + [None] * len(rows), strict=False):
            axes.plot(angles, row, color=COLORS["sky"], linewidth=1.0, label=label)
        axes.plot(angles, limit, color=COLORS["vermilion"], label="infinite width")
        axes.set_title(f"$n = {width}$")
        axes.set_xticks([0, np.pi / 2, np.pi], ["0", r"$\pi/2$", r"$\pi$"])
        axes.set_xlim(0, np.pi)
    panels[0, 0].set_ylabel("kernel over its limit at angle 0")
    panels[0, len(draws) // 2].set_xlabel("angle between the inputs")
    panels[0, -1].legend(loc="best")
    return figure
