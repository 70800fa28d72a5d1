"""Chapter 3, signal propagation: what a deep network does to a signal, to a small change of it, and to a gradient."""

from .backward import backward, fan
from .deep_linear import chi_square, deep_linear, linear_layer
from .deep_relu import relu_lengths, typical_factor
from .layer import correlation_map, gain, perturbation, variance_map
from .rectified import he, relu_layer
from .relu_correlation import relu_gap
from .saturating import critical_line, glorot, tanh_point

DERIVATIONS = (
    variance_map,
    correlation_map,
    perturbation,
    gain,
    relu_layer,
    he,
    glorot,
    critical_line,
    tanh_point,
    relu_gap,
    backward,
    fan,
    linear_layer,
    chi_square,
    deep_linear,
    relu_lengths,
    typical_factor,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
