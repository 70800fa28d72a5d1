"""Chapter 6, lazy training: when the kernel stands still while the network learns, and when it does not."""

from .curvature import kappa, kernel_change, output_scale, turning
from .distance import distance, shortest, smallest_eigenvalue, travelled, two_points
from .layers import hidden_layer, layer_sizes
from .matrix import distance_matrix
from .network import tanh_block, two_layer, two_layer_sizes, unit_block
from .width import width_exponent

DERIVATIONS = (
    distance,
    distance_matrix,
    shortest,
    travelled,
    two_points,
    smallest_eigenvalue,
    turning,
    kappa,
    kernel_change,
    output_scale,
    two_layer,
    two_layer_sizes,
    unit_block,
    tanh_block,
    width_exponent,
    hidden_layer,
    layer_sizes,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
