"""Correlations in a deep ReLU network: an expansion close to 1, and what it makes of many layers."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Step, rules

rho = sp.Symbol("rho", real=True)
e, theta, t = sp.symbols("e vartheta t", positive=True)
L = sp.Symbol("L", integer=True, positive=True)
kappa1 = sp.Function("kappa_1", real=True)


def _gap(body):
    return 1 - body


@cache
def relu_gap() -> Derivation:
    """How the gap 1 - rho of two inputs shrinks in one layer."""
    with sp.evaluate(False):
        angle = sp.acos(rho)
        shrink = sp.sin(theta) - theta * sp.cos(theta)
        return Derivation(
            name="relu_gap",
            title="The gap of a correlation in one ReLU layer",
            source=("cho2009kernel", "poole2016exponential"),
            domain={rho: Interval(-0.9, 0.9), theta: Interval(0.1, 3.0), t: Interval(0.0, 3.0)},
            steps=(
                Step(
                    "kappa1",
                    kappa1(rho),
                    ":=",
                    (sp.sqrt(1 - rho**2) + rho * (sp.pi - sp.acos(rho))) / sp.pi,
                    "arc-cosine kernel of order 1",
                ),
                Step(
                    "gap",
                    1 - kappa1(rho),
                    "=",
                    1 - rho - (sp.sqrt(1 - rho**2) - rho * angle) / sp.pi,
                    "take the gap out",
                    uses=("kappa1",),
                ),
                Step(
                    "integral",
                    sp.Integral(t * sp.sin(t), (t, 0, theta)),
                    "=",
                    shrink,
                    "by parts; with $\\rho = \\cos\\vartheta$ this is what the gap loses, times $\\pi$",
                    by=(rules.evaluate(),),
                ),
                Step(
                    "leading",
                    sp.Limit((1 - kappa1(1 - e) - e) / e ** sp.Rational(3, 2), e, 0),
                    "=",
                    -2 * sp.sqrt(2) / (3 * sp.pi),
                    "close to 1",
                    by=(rules.limit(),),
                    uses=("kappa1",),
                ),
                Step(
                    "next",
                    sp.Limit(
                        (1 - kappa1(1 - e) - e + 2 * sp.sqrt(2) / (3 * sp.pi) * e ** sp.Rational(3, 2))
                        / e ** sp.Rational(5, 2),
                        e,
                        0,
                    ),
                    "=",
                    -sp.sqrt(2) / (30 * sp.pi),
                    "the term after that",
                    by=(rules.limit(),),
                    uses=("kappa1",),
                ),
                Step(
                    "root",
                    sp.Limit(1 / sp.sqrt(1 - kappa1(1 - e)) - 1 / sp.sqrt(e), e, 0),
                    "=",
                    sp.sqrt(2) / (3 * sp.pi),
                    "one over the root of the gap grows by a constant in each layer",
                    by=(rules.limit(),),
                    uses=("kappa1",),
                ),
            ),
        )
