"""Chapter 4: the random kernel of finite ReLU networks, against the limit and against its own theory of errors."""

from ntkbook.experiments.deterministic_kernel.depth import angle_in_depth, angles_and_shares, quarter_in_depth
from ntkbook.experiments.deterministic_kernel.networks import (
    HE,
    PAIR,
    kernel_draws,
    kernels_by_depth,
    limit_kernels,
    relu_network,
)
from ntkbook.experiments.deterministic_kernel.offset import mean_offset, predicted_offset
from ntkbook.experiments.deterministic_kernel.parts import BIAS, limit_parts, three_parts
from ntkbook.experiments.deterministic_kernel.points import (
    antipodal_pairs,
    kernel_over_angles,
    limit_over_angles,
    smallest_eigenvalue,
    sphere_points,
)
from ntkbook.experiments.deterministic_kernel.spread import (
    deep_limit,
    distance_to_limit,
    double_sum,
    double_sum_in_depth,
    first_order,
    relative_variance,
    small_samples,
)

__all__ = [
    "BIAS",
    "HE",
    "PAIR",
    "angle_in_depth",
    "angles_and_shares",
    "antipodal_pairs",
    "deep_limit",
    "distance_to_limit",
    "double_sum",
    "double_sum_in_depth",
    "first_order",
    "kernel_draws",
    "kernel_over_angles",
    "kernels_by_depth",
    "limit_kernels",
    "limit_over_angles",
    "limit_parts",
    "mean_offset",
    "predicted_offset",
    "quarter_in_depth",
    "relative_variance",
    "relu_network",
    "small_samples",
    "smallest_eigenvalue",
    "sphere_points",
    "three_parts",
]
