"""What the power of the width in front of a network decides: lazy or not."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Size, Step

from .symbols import POSITIVE, n


@cache
def width_exponent() -> Derivation:
    """A sum over n units times a power of n: kernel, curvature, kappa, and the way of one weight."""
    power, stretch, mean = (sp.Symbol(name, positive=True) for name in ("beta", "mu_1", "m"))
    gap = sp.Symbol("Delta", real=True)
    kernel, curvature = sp.Function("K", real=True), sp.Function("H", real=True)
    with sp.evaluate(False):
        return Derivation(
            name="width_exponent",
            title="The power of the width in front",
            source=("chizat2019lazy", "mei2018mean"),
            domain={n: Size(), power: Interval(0.25, 1.0), stretch: POSITIVE, mean: POSITIVE, gap: Interval()},
            steps=(
                Step("kernel", kernel(n), ":=", n ** (-2 * power) * n * mean, "$n$ units, each squared, with mean $m$"),
                Step("curvature", curvature(n), ":=", n ** (-power) * stretch, "the largest of $n$ blocks"),
                Step(
                    "kappa",
                    1 / kernel(n) * curvature(n) * sp.Abs(gap),
                    "=",
                    1 / mean * stretch * n ** (power - 1) * sp.Abs(gap),
                    "collect the powers",
                    uses=("kernel", "curvature"),
                ),
                Step(
                    "way",
                    1 / n * (1 / kernel(n) * gap**2),
                    "=",
                    1 / mean * n ** (2 * power - 2) * gap**2,
                    "the squared way, shared by $n$ units",
                    uses=("kernel",),
                ),
            ),
        )
