"""Small eigenvalues of two clusters that tighten."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_cluster_spread(spreads: Float[Array, " m"], eigenvalues: dict[str, Float[Array, "m n"]]) -> Figure:
    """Eigenvalues against the spread of the clusters, one panel for each kernel.

    Args:
      spreads: of the clusters.
      eigenvalues: name: eigenvalues for each spread, the largest first; the first two separate clusters.
    """
    figure, panels = plt.subplots(1, len(eigenvalues), figsize=(8.4, 3.5), sharey=True, squeeze=False)
    for axes, (name, values) in zip(panels[0], eigenvalues.items(), strict=True):
        axes.loglog(spreads, values[:, :2], color=COLORS["blue"], marker="o", markersize=3.5)
        axes.loglog(spreads, values[:, 2:], color=COLORS["vermilion"], marker="o", markersize=3.5)
        axes.set_xticks(list(spreads[::2]), [f"{spread:g}" for spread in spreads[::2]])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set(title=name, xlabel=r"spread $\delta$")
    panels[0][0].set_ylabel("eigenvalue")
    return figure
