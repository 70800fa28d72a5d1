"""Great depth, ReLU: angles close, and off-diagonal entries tend to a quarter of the diagonal."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Size, Step, rules

from .relu import arc_cosine, kappa0, kappa1, rho
from .symbols import function

alpha = sp.Symbol("alpha", positive=True)
layer = sp.Symbol("l", integer=True, positive=True)
cosine, slope = function("c"), function("s")
angle_at, share_at = sp.Symbol("alpha_l", real=True), sp.Symbol("tau_l", real=True)


@cache
def angle_map() -> Derivation:
    """What a ReLU layer does to the angle between two inputs."""
    with sp.evaluate(False):
        smaller = alpha - alpha**2 / (3 * sp.pi)
        gap = alpha**2 / 2 - (1 - cosine(alpha))
        return Derivation(
            name="angle_map",
            title="A ReLU layer closes the angle",
            source=("cho2009kernel",),
            domain={alpha: Interval(0.2, 2.8)},
            given=(arc_cosine(),),
            steps=(
                Step(
                    "cosine",
                    cosine(alpha),
                    ":=",
                    (sp.sin(alpha) + (sp.pi - alpha) * sp.cos(alpha)) / sp.pi,
                    "the correlation after a layer, if the angle before it is $\\alpha$",
                ),
                Step("slope", slope(alpha), ":=", 1 - alpha / sp.pi, "the factor of the layers so far"),
                Step(
                    "cosine-is",
                    cosine(sp.acos(rho)),
                    "=",
                    kappa1(rho),
                    "the angle of $\\rho$ is $\\arccos\\rho$",
                    uses=("cosine", "relu_dual/kappa1"),
                ),
                Step(
                    "slope-is",
                    slope(sp.acos(rho)),
                    "=",
                    kappa0(rho),
                    "the same angle",
                    uses=("slope", "relu_dual/kappa0"),
                ),
                Step(
                    "gap",
                    sp.Limit(gap / alpha**3, alpha, 0),
                    "=",
                    1 / (3 * sp.pi),
                    "expand at a small angle",
                    by=(rules.limit(),),
                    uses=("cosine",),
                ),
                Step(
                    "shrink",
                    sp.Limit((alpha**2 / 2 - (1 - sp.cos(smaller))) / alpha**3, alpha, 0),
                    "=",
                    1 / (3 * sp.pi),
                    "an angle smaller by $\\alpha^2/(3\\pi)$ has the same expansion",
                    by=(rules.limit(),),
                ),
            ),
        )


@cache
def quarter() -> Derivation:
    """Off-diagonal entries of the deep ReLU kernel tend to a quarter of the diagonal."""
    with sp.evaluate(False):
        return Derivation(
            name="quarter",
            title="Off the diagonal, a quarter",
            source=("jacot2018neural",),
            domain={layer: Size(), angle_at: Interval(), share_at: Interval()},
            given=(angle_map(),),
            steps=(
                Step(
                    "angle",
                    angle_at,
                    "~",
                    3 * sp.pi / layer,
                    "it solves $\\alpha' = \\alpha - \\alpha^2/(3\\pi)$ to leading order",
                    limit="depth",
                    experiment="deterministic_kernel.angle_in_depth",
                ),
                Step("slope", slope(3 * sp.pi / layer), "=", 1 - 3 / layer, "at that angle", uses=("angle_map/slope",)),
                Step(
                    "balance",
                    1 + (1 - 3 / layer) * (layer / 4),
                    "=",
                    (layer + 1) / 4,
                    "a layer adds 1 and keeps $1 - 3/l$ of what was there",
                ),
                Step(
                    "quarter",
                    share_at,
                    "->",
                    sp.Rational(1, 4),
                    "so the share of the diagonal tends to a quarter",
                    limit="depth",
                    experiment="deterministic_kernel.quarter_in_depth",
                ),
                Step(
                    "approach",
                    share_at - sp.Rational(1, 4),
                    "~",
                    sp.Rational(3, 8) * sp.log(layer) / layer,
                    "the next order of the same expansion",
                    limit="depth",
                    experiment="deterministic_kernel.quarter_in_depth",
                ),
            ),
        )
