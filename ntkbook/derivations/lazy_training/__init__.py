"""Chapter 6, lazy training: when the kernel stands still while the network learns, and when it does not."""

from .curvature import kappa, kernel_change, output_scale, turning
from .distance import distance, mode, shortest, smallest_eigenvalue, two_points
from .layers import hidden_layer, layer_sizes
from .logits import logits
from .matrix import distance_matrix
from .network import two_layer, two_layer_sizes, unit_block
from .width import width_exponent

DERIVATIONS = (
    distance,
    distance_matrix,
    shortest,
    mode,
    two_points,
    smallest_eigenvalue,
    turning,
    kappa,
    kernel_change,
    output_scale,
    two_layer,
    two_layer_sizes,
    unit_block,
    width_exponent,
    hidden_layer,
    layer_sizes,
    logits,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
