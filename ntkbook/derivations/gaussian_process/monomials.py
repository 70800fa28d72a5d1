"""Duals of the first monomials: moments of a Gaussian pair."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Step, rules

from .price import price
from .symbols import mean, q1, q2, rho, u, v

with sp.evaluate(False):
    DUALS = (
        ("identity", u * v, rho, "one pair, across"),
        ("square", u**2 * v**2, 1 + 2 * rho**2, "both pairs inside, or two across"),
        ("cube", u**3 * v**3, 9 * rho + 6 * rho**3, "one pair across in nine ways, or three in six"),
        ("fourth-power", u**4 * v**4, 9 + 72 * rho**2 + 24 * rho**4, "none, two or four pairs across"),
    )
"""Label, product, its mean, and reason, by degree."""


@cache
def monomial_duals() -> Derivation:
    """The mean of u^k v^k for k = 1 to 4, and what variances do to it."""
    with sp.evaluate(False):
        scaled = mean((sp.sqrt(q1) * u) ** 3 * (sp.sqrt(q2) * v) ** 3)
        return Derivation(
            name="monomial_duals",
            title="The duals of monomials",
            source=("isserlis1918formula",),
            domain={},
            given=(price(),),
            steps=(
                *(
                    Step(label, mean(product), "=", dual, reason, by=(rules.wick(),), uses=("price/pair",))
                    for label, product, dual, reason in DUALS
                ),
                Step("scaled", scaled, "=", (q1 * q2) ** sp.Rational(3, 2) * (9 * rho + 6 * rho**3),
                     "each factor brings a standard deviation", by=(rules.wick(),), uses=("price/pair",)),
            ),
        )  # fmt: skip
