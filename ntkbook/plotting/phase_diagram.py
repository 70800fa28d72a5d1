"""The plane of the two deviations of a network's weights and biases, and the line on which it is critical."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from numpy import ndarray as Array

MARKERS = "osD^"


def plot_phase_diagram(
    W_std: Float[Array, " k"],
    b_std: Float[Array, " m"],
    log_gain: Float[Array, "m k"],
    line: tuple[Float[Array, " p"], Float[Array, " p"]],
    points: dict[str, tuple[float, float]],
) -> Figure:
    """Shades for the gain, the critical line on top, and networks that the text looks at.

    Args:
      W_std, b_std: the grid.
      log_gain: logarithm of the gain at the fixed point, one row for each b_std.
      line: W_std and b_std along the critical line.
      points: names and places of networks.
    """
    figure, axes = plt.subplots(figsize=(7.0, 4.2))
    norm = TwoSlopeNorm(0.0, min(log_gain.min(), -1e-3), max(log_gain.max(), 1e-3))
    shades = axes.pcolormesh(W_std, b_std, log_gain, cmap="RdBu_r", norm=norm, shading="gouraud", rasterized=True)
    axes.plot(*line, color="black", linewidth=2.2, label="critical line, $\\chi = 1$")
    for marker, (name, place) in zip(MARKERS, points.items(), strict=False):
        axes.plot(
            *place, marker, color="white", markeredgecolor="black", markersize=8, linestyle="none", label=name, zorder=5
        )
    axes.grid(visible=False)
    axes.set(xlim=(W_std[0], W_std[-1]), ylim=(b_std[0], b_std[-1]))
    axes.set(xlabel="$\\sigma_w$", ylabel="$\\sigma_b$")
    axes.legend(loc="upper left")
    figure.colorbar(shades, ax=axes, label="$\\log\\,\\chi$ at the fixed point")
    for name, place in {"ordered": (0.05, 0.5), "chaotic": (0.7, 0.12)}.items():
        axes.text(*place, name, transform=axes.transAxes, fontsize=11)
    return figure
