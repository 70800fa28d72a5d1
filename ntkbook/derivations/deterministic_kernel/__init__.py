"""Chapter 4, the deterministic kernel: how the tangent kernel of a wide network ceases to be random."""

from .depth import angle_map, quarter
from .finite_width import layer_spread, mean_of_shares, mean_on_the_diagonal, one_unit, relu_share
from .induction import induction_in_width
from .last_weights import mean_over_last_weights, spread_over_last_weights
from .recursion import first_layer, next_layer
from .relu import arc_cosine, orthogonal_inputs, relu_diagonal, relu_two_layers
from .singular import antipodal_pairs, odd_part
from .spread import deep_and_wide, depth_over_width

DERIVATIONS = (
    next_layer,
    first_layer,
    mean_over_last_weights,
    spread_over_last_weights,
    induction_in_width,
    arc_cosine,
    relu_two_layers,
    relu_diagonal,
    orthogonal_inputs,
    angle_map,
    quarter,
    one_unit,
    relu_share,
    mean_of_shares,
    mean_on_the_diagonal,
    layer_spread,
    depth_over_width,
    deep_and_wide,
    odd_part,
    antipodal_pairs,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
