"""Measurements of chapter 6: how far layers and kernels move in training, and how curved a network is."""

from ntkbook.experiments.lazy_training.curvature import READOUTS, block_norm, curvature, expected_norm
from ntkbook.experiments.lazy_training.dial import lazy_rich_dial
from ntkbook.experiments.lazy_training.drift import kernel_drift
from ntkbook.experiments.lazy_training.logistic import logit_growth, predicted_logit
from ntkbook.experiments.lazy_training.movement import (
    QUANTITIES,
    RATES,
    layer_movement,
    predicted_distances,
    predicted_movement,
)
from ntkbook.experiments.lazy_training.task import inputs, labels

__all__ = [
    "QUANTITIES",
    "RATES",
    "READOUTS",
    "block_norm",
    "curvature",
    "expected_norm",
    "inputs",
    "kernel_drift",
    "labels",
    "layer_movement",
    "lazy_rich_dial",
    "logit_growth",
    "predicted_distances",
    "predicted_logit",
    "predicted_movement",
]
