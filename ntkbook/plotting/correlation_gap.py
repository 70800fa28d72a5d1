"""How far the correlation of two inputs is from 1, layer by layer."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_correlation_gap(
    layers: Float[Array, " k"],
    gaps: Mapping[str, Float[Array, " k"]],
    law: Float[Array, " k"],
    measured: tuple,
    label: str,
) -> Figure:
    """Gaps against the layer, on logarithmic axes: lines for the limit, a dashed law, points for networks.

    Args:
      layers: the numbers of the layers.
      gaps: for each label, a line.
      law: what the lines tend to.
      measured: layers, and the gaps of networks there, with `value` and `standard_error`.
      label: of the networks.
    """
    figure, axes = plt.subplots()
    for color, (name, line) in zip(("blue", "green", "vermilion"), gaps.items(), strict=False):
        axes.plot(layers, line, color=COLORS[color], label=name)
    axes.plot(layers, law, color=COLORS["grey"], linestyle=(0, (4, 3)), linewidth=1.4, label="$9\\pi^2/(2 l^2)$")
    at, estimate = measured
    axes.errorbar(
        at, estimate.value, 2 * estimate.standard_error, linestyle="none", marker="o", markersize=4, color="black",
        label=label, zorder=4,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(min(line.min() for line in gaps.values()) / 2, 4)
    axes.set(xlabel="layer $l$", ylabel="$e_l = 1 - \\rho_l$")
    axes.legend(loc="upper right")
    return figure
