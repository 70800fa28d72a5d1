"""Dual activations: what a layer makes of a correlation."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS

ORDER = ("blue", "vermilion", "green", "purple", "orange", "sky")


def plot_duals(rho: Float[Array, " M"], duals: Mapping[str, Float[Array, " M"]]) -> Figure:
    """Normalized dual activations over the correlation, beside the identity.

    Args:
      rho: correlations, increasing, from -1 to 1.
      duals: for each label the correlation of the activations, 1 at the end.
    """
    figure, axes = plt.subplots(figsize=(6.4, 4.4))
    axes.plot(rho, rho, color=COLORS["grey"], linestyle=(0, (4, 3)), linewidth=1.2)
    for color, (label, values) in zip(ORDER, duals.items(), strict=False):
        axes.plot(rho, values, color=COLORS[color], label=label)
    axes.set(xlabel="correlation $\\rho$ of the pre-activations", ylabel="correlation of the activations")
    axes.set_xlim(rho[0], rho[-1])
    axes.legend(loc="lower right")
    return figure
