"""How much the kernel of a deep ReLU network varies from draw to draw, to leading order in depth over width."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Size, Step, rules

from .symbols import function

L = sp.Symbol("L", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True, nonnegative=True)
d = sp.Symbol("d", integer=True, positive=True)
n = sp.Symbol("n", positive=True)
b, s = sp.symbols("b s", positive=True)
measured, pairs = sp.Symbol("V", real=True), function("S")
EXPERIMENT = "deterministic_kernel.relative_variance"


@cache
def depth_over_width() -> Derivation:
    """The relative variance of the kernel: a double sum over layers, and its first order in 1/n."""
    with sp.evaluate(False):
        both = (1 + 5 / n) ** (L - sp.Abs(i - j)) * (1 + 1 / n) ** sp.Abs(i - j)
        double = sp.Sum(both, (j, 0, L), (i, 0, L)) / (L + 1) ** 2
        half = sp.Sum((L + 1 - d) * (5 * (L - d) + d), (d, 1, L))
        return Derivation(
            name="depth_over_width",
            title="Depth over width",
            source=("hanin2020finite",),
            domain={L: Size(), n: Interval(3.0, 40.0), d: Index(L), measured: Interval(), b: Interval(0.1, 1.0)},
            steps=(
                Step(
                    "second-moment",
                    1 + measured,
                    "~",
                    double,
                    "to leading order: 5 where two layers share their factors, 1 between them",
                    limit="width",
                    experiment=EXPERIMENT,
                ),
                Step(
                    "one-pair",
                    sp.Limit(((1 + 5 * b) ** (L - d) * (1 + b) ** d - 1) / b, b, 0),
                    "=",
                    5 * (L - d) + d,
                    "first order in $b = 1/n$",
                    by=(rules.limit(),),
                ),
                Step(
                    "sum",
                    (5 * L * (L + 1) + 2 * half) / (L + 1) ** 2,
                    "=",
                    L * (11 * L + 7) / (3 * (L + 1)),
                    "sums of $d$ and $d^2$ up to $L$",
                    by=(rules.evaluate(),),
                ),
                Step(
                    "variance",
                    measured,
                    "~",
                    L * (11 * L + 7) / (3 * (L + 1) * n),
                    "so the relative variance goes with depth over width",
                    limit="width",
                    experiment=EXPERIMENT,
                ),
            ),
        )


@cache
def deep_and_wide() -> Derivation:
    """Depth and width to infinity together, at a fixed ratio b."""
    with sp.evaluate(False):
        integral = 2 * sp.Integral((1 - s) * sp.exp(5 * b - 4 * b * s), (s, 0, 1))
        factor = (sp.exp(-4 * b) - 1 + 4 * b) / (8 * b**2)
        closed = sp.exp(5 * b) * factor
        return Derivation(
            name="deep_and_wide",
            title="Deep and wide together",
            source=("hanin2020finite",),
            domain={b: Interval(0.1, 1.0), measured: Interval()},
            steps=(
                Step(
                    "integral",
                    1 + measured,
                    "->",
                    integral,
                    "at $b = L/n$ the double sum becomes an integral over the distance $s$ of two layers",
                    limit="depth",
                    experiment="deterministic_kernel.double_sum_in_depth",
                ),
                Step("closed", integral, "=", closed, "an elementary integral", by=(rules.integrate(s),)),
                Step(
                    "small",
                    sp.Limit((closed - 1) / b, b, 0),
                    "=",
                    sp.Rational(11, 3),
                    "expand at small $b$",
                    by=(rules.limit(),),
                ),
                Step(
                    "large",
                    closed,
                    "=",
                    sp.exp(5 * b) / (2 * b) * (1 - (1 - sp.exp(-4 * b)) / (4 * b)),
                    "the bracket tends to 1 at large $b$, so that $1 + V$ goes like $e^{5b}/(2b)$",
                ),
            ),
        )
