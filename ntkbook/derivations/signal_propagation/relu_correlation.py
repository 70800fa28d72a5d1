"""Correlations in a deep ReLU network: an expansion close to 1, and what it makes of many layers."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Size, Step, rules

from ..gaussian_process import relu_dual
from ..gaussian_process.symbols import kappa0, kappa1, rho

e, theta, angle = sp.symbols("epsilon vartheta alpha", positive=True)
layer = sp.Symbol("l", integer=True, positive=True)
gap = sp.Symbol("e_l", real=True)
after = sp.Function("e__next", real=True)

INVERSE = "SymPy does not know that the arc cosine undoes the cosine between 0 and $\\pi$"


@cache
def relu_gap() -> Derivation:
    """How the gap 1 - rho of two inputs shrinks in one layer."""
    with sp.evaluate(False):
        shrink = sp.sin(theta) - theta * sp.cos(theta)
        return Derivation(
            name="relu_gap",
            title="The gap of a correlation in one ReLU layer",
            source=("cho2009kernel", "poole2016exponential"),
            domain={layer: Size(), gap: Interval(), theta: Interval(0.1, 3.0), angle: Interval(0.0, 3.0)},
            given=(relu_dual(),),
            steps=(
                Step("slope", kappa0(1), "=", sp.S.One, "the gain is 1 at equal inputs", uses=("relu_dual/kappa0",)),
                Step(
                    "gap",
                    1 - kappa1(rho),
                    "=",
                    1 - rho - (sp.sqrt(1 - rho**2) - rho * sp.acos(rho)) / sp.pi,
                    "take the gap out",
                    uses=("relu_dual/kappa1",),
                ),
                Step(
                    "leading",
                    sp.Limit((1 - kappa1(1 - e) - e) / e ** sp.Rational(3, 2), e, 0),
                    "=",
                    -2 * sp.sqrt(2) / (3 * sp.pi),
                    "close to 1",
                    by=(rules.limit(),),
                    uses=("relu_dual/kappa1",),
                ),
                Step(
                    "angle",
                    after(theta),
                    ":=",
                    1 - sp.cos(theta) - shrink / sp.pi,
                    "the gap after a layer, as a function of the angle between the two inputs",
                ),
                Step(
                    "same",
                    1 - kappa1(sp.cos(theta)),
                    "=",
                    after(theta),
                    "put in $\\rho = \\cos\\vartheta$",
                    uses=("relu_dual/kappa1", "angle"),
                    undecided=INVERSE,
                ),
                Step(
                    "integral",
                    shrink,
                    "=",
                    sp.Integral(angle * sp.sin(angle), (angle, 0, theta)),
                    "by parts, from right to left: what the gap loses, times $\\pi$, is positive",
                ),
                Step(
                    "root",
                    sp.Limit(1 / sp.sqrt(after(theta)) - 1 / sp.sqrt(1 - sp.cos(theta)), theta, 0),
                    "=",
                    sp.sqrt(2) / (3 * sp.pi),
                    "one over the root of the gap grows by a constant in each layer",
                    by=(rules.limit(),),
                    uses=("angle",),
                ),
                Step(
                    "root-next",
                    sp.Limit(
                        (1 / sp.sqrt(after(theta)) - 1 / sp.sqrt(1 - sp.cos(theta)) - sp.sqrt(2) / (3 * sp.pi)) / theta,
                        theta,
                        0,
                    ),
                    "=",
                    sp.sqrt(2) / (6 * sp.pi**2),
                    "the next term",
                    by=(rules.limit(),),
                    uses=("angle",),
                ),
                Step(
                    "decay",
                    layer**2 * gap,
                    "->",
                    9 * sp.pi**2 / 2,
                    "adding up the layers, $1/\\sqrt{e_l}$ is near $\\sqrt 2\\, l/(3\\pi)$",
                    limit="depth",
                    experiment="signal_propagation.relu_gap_decay",
                ),
            ),
        )
