"""Chapter 3: the gain of tanh away from small signals."""

from functools import cache

import sympy as sp

from ntkbook.proof import Slip

from ..signal_propagation.saturating import tanh_point


@cache
def signal_propagation() -> tuple[Slip, ...]:
    """Glorot initialization."""
    return (
        Slip(
            name="slope_at_zero_for_its_mean",
            text="b",
            derivation=tanh_point(),
            label="weights",
            printed=sp.S.One,
            about="The text takes the slope of tanh at the origin for the root of its mean square. That is right where "
            "all pre-activations are small; at any other variance $q$ a gain of 1 needs larger weights.",
        ),
    )
