"""The kernel of infinite width at great depth: over the angle, and between one pair of inputs."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_deep_kernel(
    angles: Float[Array, " M"],
    kernels: Mapping[int, Float[Array, " M"]],
    layers: Float[Array, " l"],
    shares: Float[Array, " l"],
    approach: Float[Array, " l"],
) -> Figure:
    """Two panels with a line at a quarter.

    Args:
      angles: between the two inputs, from 0 to pi.
      kernels: for each depth, the kernel over its diagonal.
      layers, shares: the same for one pair of inputs, over the number of layers.
      approach: the prediction for `shares`.
    """
    figure, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(8.4, 3.6))
    for (depth, row), color in zip(kernels.items(), ("sky", "blue", "purple", "vermilion"), strict=False):
        left.plot(angles, row, color=COLORS[color], label=f"depth {depth}")
    left.set_xticks([0, np.pi / 2, np.pi], ["0", r"$\pi/2$", r"$\pi$"])
    left.set(xlabel="angle between the inputs", ylabel="kernel over its diagonal", xlim=(0, np.pi))
    left.legend(loc="best")
    right.plot(layers, shares, color=COLORS["blue"], label="orthogonal inputs")
    right.plot(
        layers, approach, color=COLORS["vermilion"], linewidth=1.4, linestyle=(0, (4, 3)),
        label=r"$\frac{1}{4} + \frac{3}{8}\log(l)/l$",
    )  # fmt: skip
    right.set_xscale("log")
    right.set(xlabel="layers $l$")
    right.legend(loc="best")
    for axes in (left, right):
        axes.axhline(0.25, color=COLORS["grey"], linewidth=1.0, linestyle=(0, (1, 2)))
    return figure
