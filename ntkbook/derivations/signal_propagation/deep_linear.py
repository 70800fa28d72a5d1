"""A deep linear network of finite width, where everything has a closed form."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Index, Map, Recursion, Size, Step, rules

n, L = sp.symbols("n L", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True, positive=True)
x = sp.Symbol("x", positive=True)
state = sp.Symbol("s", real=True)
w, a, above, drift = (sp.Function(name, real=True) for name in ("w", "a", "a__next", "d"))

SQUARE_LAYER = {
    L: Size(),
    n: Size(),
    i: Index(n),
    j: Index(n),
    k: Index(n),
    w: Map(Index(n), Index(n), into=Gaussian()),
    a: Map(Index(n)),
}


def chi_square_mean(body):
    """The mean of a function of x, chi-square: the sum of n squares of standard normal numbers."""
    density = x ** (n / 2 - 1) * sp.exp(-x / 2) / (2 ** (n / 2) * sp.gamma(n / 2))
    return sp.Integral(body * density, (x, 0, sp.oo))


@cache
def linear_layer() -> Derivation:
    """What a layer of a linear network does to the length of a vector, at any width."""
    with sp.evaluate(False):
        length = sp.Sum(a(i) ** 2, (i, 1, n))
        new_length = sp.Sum(above(k) ** 2, (k, 1, n))
        return Derivation(
            name="linear_layer",
            title="A linear layer of finite width",
            domain=SQUARE_LAYER,
            equivalents={("layer", "negate"): "the weights are symmetric: no mean of squares sees the sign of a layer"},
            hypotheses=(
                Step(
                    "layer",
                    above(k),
                    ":=",
                    1 / sp.sqrt(n) * sp.Sum(w(k, i) * a(i), (i, 1, n)),
                    "as many units as below, $\\sigma_w = 1$, no activation, no bias",
                ),
            ),
            steps=(
                Step(
                    "covariance",
                    Expectation(above(k) * above(j), w),
                    "=",
                    1 / n * length * sp.KroneckerDelta(k, j),
                    "different units use different weights",
                    by=(rules.wick(),),
                    uses=("layer",),
                ),
                Step(
                    "mean-length",
                    Expectation(new_length, w),
                    "=",
                    length,
                    "the mean square is kept, exactly, at every width",
                    by=(rules.wick(),),
                    uses=("layer",),
                ),
                Step(
                    "mean-square-length",
                    Expectation(new_length**2, w),
                    "=",
                    (1 + 2 / n) * length**2,
                    "pair four weights in all ways",
                    by=(rules.wick(),),
                    uses=("layer",),
                ),
            ),
        )


@cache
def chi_square() -> Derivation:
    """The squared length factor of a layer is a chi-square number over its degrees of freedom: its mean logarithm."""
    with sp.evaluate(False):
        logarithm = sp.digamma(n / 2) + sp.log(2)
        return Derivation(
            name="chi_square",
            title="The length factor of one layer",
            domain={L: Size(), n: Size()},
            steps=(
                Step("mean", chi_square_mean(x), "=", n, "each square has mean 1", by=(rules.euler_integral(),)),
                Step(
                    "mean-log",
                    chi_square_mean(sp.log(x)),
                    "=",
                    logarithm,
                    "$\\psi$ is the digamma function, $\\psi = \\Gamma'/\\Gamma$",
                    by=(rules.euler_integral(),),
                ),
                Step(
                    "mean-square-log",
                    chi_square_mean(sp.log(x) ** 2),
                    "=",
                    logarithm**2 + sp.polygamma(1, n / 2),
                    "so the variance of the logarithm is $\\psi'(n/2)$",
                    by=(rules.euler_integral(),),
                ),
                Step(
                    "drift",
                    drift(n),
                    ":=",
                    (sp.digamma(n / 2) + sp.log(2 / n)) / 2,
                    "the mean logarithm of $\\sqrt{x/n}$, the factor of a length",
                ),
                Step(
                    "mean-drift",
                    (chi_square_mean(sp.log(x)) - sp.log(n)) / 2,
                    "=",
                    drift(n),
                    "half the mean of $\\log(x/n)$",
                    uses=("mean-log", "drift"),
                ),
                Step(
                    "first-order",
                    sp.Limit(n * drift(n), n, sp.oo),
                    "=",
                    -sp.Rational(1, 2),
                    "for many units the drift is near $-1/(2n)$",
                    by=(rules.limit(2),),
                    uses=("drift",),
                ),
                Step(
                    "second-order",
                    sp.Limit(n * (n * drift(n) + sp.Rational(1, 2)), n, sp.oo),
                    "=",
                    -sp.Rational(1, 6),
                    "what is left is of order $1/n^2$",
                    by=(rules.limit(2),),
                    uses=("drift",),
                ),
                Step(
                    "spread",
                    sp.Limit(n * sp.polygamma(1, n / 2), n, sp.oo),
                    "=",
                    sp.Integer(2),
                    "the variance of the logarithm is near $2/n$",
                    by=(rules.limit(2),),
                ),
            ),
        )


@cache
def deep_linear() -> Derivation:
    """Many layers: the mean square stays, the typical factor shrinks."""
    with sp.evaluate(False):
        return Derivation(
            name="deep_linear",
            title="A deep linear network of finite width",
            domain={},
            given=(linear_layer(), chi_square()),
            steps=(
                Step(
                    "typical",
                    Recursion(state + drift(n), state, 0, L),
                    "=",
                    L / 2 * (sp.digamma(n / 2) + sp.log(2 / n)),
                    "independent layers add their drifts",
                    by=(rules.induction(L / 2 * (sp.digamma(n / 2) + sp.log(2 / n)), L),),
                    uses=("chi_square/drift",),
                ),
                Step(
                    "fourth",
                    Recursion((1 + 2 / n) * state, state, 1, L),
                    "=",
                    (1 + 2 / n) ** L,
                    "the mean fourth power of a length has the factor $1 + 2/n$ in each layer",
                    by=(rules.induction((1 + 2 / n) ** L, L),),
                ),
            ),
        )
