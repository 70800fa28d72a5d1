"""How far networks of finite width stray from their linearization in training, and the law of an ensemble of them."""

from ntkbook.experiments.linearization.ensemble import X_TRAIN, Y_TRAIN, covariance, ensemble, ensemble_prediction
from ntkbook.experiments.linearization.gap import Gap, gap, mean_excess, mean_lag, scatter
from ntkbook.experiments.linearization.kernel_jump import extrapolated, kernel_jump, predicted_jumps
from ntkbook.experiments.linearization.missing_part import missing_part

__all__ = [
    "X_TRAIN",
    "Y_TRAIN",
    "Gap",
    "covariance",
    "ensemble",
    "ensemble_prediction",
    "extrapolated",
    "gap",
    "kernel_jump",
    "mean_excess",
    "mean_lag",
    "missing_part",
    "predicted_jumps",
    "scatter",
]
