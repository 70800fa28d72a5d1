"""Price's theorem, and the dual of the error function by one integration."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Map, Prime, Step, rules

from .symbols import PAIR, mean, phi, psi, q1, q2, rho, u, v, w

with sp.evaluate(False):
    PAIRED = Step("pair", v, ":=", rho * u + sp.sqrt(1 - rho**2) * w, "of variance 1, with correlation $\\rho$ to $u$")
MIRROR = {("pair", "change the sign of w*sqrt(1 - rho**2)"): "$-w$ for $w$ changes no mean"}


@cache
def price() -> Derivation:
    """How the mean of a product moves with the correlation."""
    with sp.evaluate(False):
        inner, outer = sp.sqrt(q1) * u, sp.sqrt(q2) * v
        dual = mean(phi(inner) * psi(outer))
        mixed = phi(inner) * Prime(psi(outer))
        moving = mean(sp.sqrt(q2) * (u - rho / sp.sqrt(1 - rho**2) * w) * mixed)
        return Derivation(
            name="price",
            title="Price's theorem",
            source=("price1958useful",),
            domain={**PAIR, phi: Map(Interval()), psi: Map(Interval())},
            steps=(
                PAIRED,
                Step("under-the-mean", sp.Derivative(dual, rho), "=", moving, "only $v$ depends on $\\rho$",
                     by=(rules.leibniz(),), uses=("pair",)),
                Step("slopes", moving, "=", sp.sqrt(q1) * sp.sqrt(q2) * mean(Prime(phi(inner)) * Prime(psi(outer))),
                     "by parts in $u$ and in $w$; the second derivatives cancel",
                     by=(rules.stein(u), rules.stein(w), rules.linearity()), uses=("pair",)),
            ),
            equivalents=MIRROR,
        )  # fmt: skip


@cache
def erf_dual() -> Derivation:
    """The dual of the error function: its slope is a Gaussian integral."""
    with sp.evaluate(False):
        inner, outer = sp.sqrt(q1) * u, sp.sqrt(q2) * v
        below = sp.sqrt(1 + 2 * q1 + 2 * q2 + 4 * q1 * q2 * (1 - rho**2))
        slopes = 4 / sp.pi * mean(sp.exp(-(inner**2)) * sp.exp(-(outer**2)))
        sine = 2 * rho * sp.sqrt(q1) * sp.sqrt(q2) / (sp.sqrt(1 + 2 * q1) * sp.sqrt(1 + 2 * q2))
        closed = 2 / sp.pi * sp.asin(sine)
        by = (rules.leibniz(), rules.stein(u), rules.stein(w), rules.odd(), rules.density(), rules.integrate(w, u))
        return Derivation(
            name="erf_dual",
            title="The dual of the error function",
            source=("williams1997computing",),
            domain={**PAIR, q1: Interval(0.1, 0.45), q2: Interval(0.1, 0.45)},
            steps=(
                PAIRED,
                Step("slopes", slopes, "=", 4 / sp.pi / below, "a Gaussian integral in two numbers",
                     by=(rules.density(), rules.integrate(w, u)), uses=("pair",)),
                Step("primitive", sp.Derivative(sp.asin(sine), rho), "=", 2 * sp.sqrt(q1) * sp.sqrt(q2) / below,
                     "the derivative of an arcsine", by=(rules.differentiate(),)),
                Step("dual", mean(sp.erf(inner) * sp.erf(outer)), "=", closed,
                     "equal slopes in $\\rho$, and both are 0 at $\\rho = 0$",
                     by=(rules.same_slope(rho, closed, 0, *by),), uses=("pair",)),
            ),
            equivalents=MIRROR,
        )  # fmt: skip
