"""Test error across the interpolation threshold."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_double_descent(
    linear: tuple[Float[Array, " m"], Float[Array, " m"], Float[Array, " m"]],
    exact: list[tuple[Float[Array, " a"], Float[Array, " a"]]],
    random_features: tuple[Float[Array, " k"], Float[Array, " k"], Float[Array, " k"]],
    thresholds: tuple[float, float],
) -> Figure:
    """Two panels: least squares with its exact risk, and random features.

    Args:
      linear: numbers of features, measured risk, standard errors.
      exact: curves (features, risk), one on each side of the threshold.
      random_features: widths, test errors, training errors.
      thresholds: where features equal samples, in each panel.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    for number, (features, risk) in enumerate(exact):
        left.loglog(features, risk, color=COLORS["blue"], label="exact" if number == 0 else None)
    features, measured, errors = linear
    left.errorbar(
        features,
        measured,
        [2 * e for e in errors],
        linestyle="none",
        marker="o",
        markersize=5,
        capsize=3,
        color=COLORS["vermilion"],
        label="measured",
    )
    left.set(xlabel="features $p$", ylabel="excess risk", title="Least squares, isotropic inputs")
    widths, test, training = random_features
    right.loglog(widths, test, color=COLORS["vermilion"], marker="o", label="test")
    right.loglog(widths, training, color=COLORS["green"], marker="s", label="training")
    right.set(xlabel="random features", ylabel="mean squared error", title="Random ReLU features")
    right.set_ylim(1e-2, 3 * max(test))
    for axes, threshold in zip((left, right), thresholds, strict=True):
        axes.axvline(threshold, color=COLORS["grey"], linewidth=1.0, linestyle=(0, (4, 3)))
        axes.legend(loc="best")
    return figure
