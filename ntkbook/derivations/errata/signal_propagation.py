"""Chapter 3: the gain of tanh away from small signals."""

from functools import cache

import sympy as sp

from ntkbook.proof import Prime, Slip

from ..signal_propagation.saturating import critical_line, phi, weight_variance


@cache
def signal_propagation() -> tuple[Slip, ...]:
    """Glorot initialization."""
    with sp.evaluate(False):
        at_zero = weight_variance * Prime(phi(sp.S.Zero)) ** 2
    return (
        Slip(
            name="slope_at_zero_for_its_mean",
            text="b",
            derivation=critical_line(),
            label="gain",
            printed=at_zero,
            about="The text says that the slope of tanh at the origin is 1, and that $\\sigma_w^2 = 1$ follows. That "
            "is right where all pre-activations are small. At any other variance $q$ the mean of the squared slope "
            "counts, tanh is flatter there, and the weights have to be larger: $\\sigma_w^2 = 1.76$ at $q = 0.57$, "
            "{eq}`eq-tanh-point-weights-low`. The test takes any smooth function for $\\varphi$.",
        ),
    )
