"""Draws of a Gaussian process, before and after some values are known."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_gaussian_draws(
    x: Float[Array, " M"],
    prior: Float[Array, "draws M"],
    prior_std: Float[Array, " M"],
    posterior: Float[Array, "draws M"],
    mean: Float[Array, " M"],
    std: Float[Array, " M"],
    x_train: Float[Array, " N"],
    y_train: Float[Array, " N"],
) -> Figure:
    """Functions drawn from a Gaussian process, left without data and right with it.

    Args:
      x: inputs, increasing.
      prior, posterior: one drawn function a row.
      prior_std, mean, std: standard deviation before, mean and standard deviation after the data.
      x_train, y_train: the data.
    """
    figure, (left, right) = plt.subplots(1, 2, sharex=True, sharey=True, figsize=(8.4, 3.6))
    for axes, middle, spread, draws in ((left, 0.0 * x, prior_std, prior), (right, mean, std, posterior)):
        axes.fill_between(x, middle - 2 * spread, middle + 2 * spread, color=COLORS["sky"], alpha=0.22, linewidth=0)
        axes.plot(x, draws.T, linewidth=1.1)
        axes.plot(x, middle, color=COLORS["grey"], linewidth=1.8, linestyle=(0, (4, 3)))
        axes.set_xlabel("input")
    right.plot(x_train, y_train, linestyle="none", marker="o", color=COLORS["vermilion"], zorder=4)
    left.set_ylabel("value of the function")
    left.set_xlim(x[0], x[-1])
    left.set_title("prior")
    right.set_title(f"posterior, {len(x_train)} values known")
    return figure
