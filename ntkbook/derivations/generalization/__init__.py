"""Chapter 8, generalization: how well kernels predict on new data, and how well theory predicts that."""

from .descent import inverse_chi_square, linear_double_descent
from .labels import first_layer_bound, function_norm, label_bound
from .learning_curve import learning_curve, one_feature, shares, spent_samples
from .noise import noise_by_tail

DERIVATIONS = (
    one_feature,
    shares,
    spent_samples,
    learning_curve,
    noise_by_tail,
    function_norm,
    label_bound,
    first_layer_bound,
    inverse_chi_square,
    linear_double_descent,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
