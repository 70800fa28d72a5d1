"""The first layer, a layer given the one below, and sums of Gaussian numbers: what holds at every width."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Index, Interval, Map, Size, Step, rules

from .symbols import (
    INPUT,
    PAIR,
    SCALES,
    N,
    affine,
    family,
    i,
    j,
    k,
    m,
    mean,
    n,
    n0,
    n1,
    n_next,
    psi,
    sigma_b,
    sigma_w,
    u,
    w,
    x,
    xprime,
)

W, b, z1, a0, Sigma1 = (sp.Function(name, real=True) for name in ("W__1", "b__1", "z__1", "a__0", "Sigma__1"))
W_next, b_next, z_next, a, Khat = (
    sp.Function(name, real=True) for name in ("W__next", "b__next", "z__next", "a__l", "Sigmahat__next")
)
SAME = sp.KroneckerDelta(m, k)
SYMMETRIC = "a Gaussian number and its negative have one law"


def _gram(values, width):
    """The covariance that a layer of values gives to the layer above it."""
    return sigma_w**2 / width * sp.Sum(values(i, x) * values(i, xprime), (i, 1, width)) + sigma_b**2


@cache
def first_covariance() -> Derivation:
    """The first pre-activations: Gaussian at any size of the input, units independent of each other."""
    with sp.evaluate(False):

        def averaged(body):
            return Expectation(body, W, b)

        both = z1(m, x) * z1(k, xprime)
        pairs = sp.Sum(W(m, i) * W(k, j) * a0(i, x) * a0(j, xprime), (j, 1, n0), (i, 1, n0))
        upper = b(k) * sp.Sum(W(m, i) * a0(i, x), (i, 1, n0))
        lower = b(m) * sp.Sum(W(k, i) * a0(i, xprime), (i, 1, n0))
        crossed = sigma_w * sigma_b / sp.sqrt(n0) * (upper + lower)
        apart = sigma_w**2 / n0 * pairs + crossed + sigma_b**2 * b(m) * b(k)
        collapsed = SAME * _gram(a0, n0)
        return Derivation(
            name="first_covariance",
            title="The first layer",
            source=("neal1994priors", "lee2018deep", "weng2022ntk"),
            domain={
                N: Size(), n0: Size(), n1: Size(), x: INPUT, xprime: INPUT, **SCALES,
                i: Index(n0), j: Index(n0), m: Index(n1), k: Index(n1),
                a0: Map(Index(n0), INPUT), W: family(n1, n0), b: family(n1),
            },
            hypotheses=(
                Step("unit", z1(m, x), ":=", affine(W, a0, b, m, x, n0), "a unit of the first layer"),
            ),
            steps=(
                Step("expand", both, "=", apart, "multiply out", uses=("unit",)),
                Step("pair", averaged(W(m, i) * (W(k, j) + b(k))), "=", SAME * sp.KroneckerDelta(i, j),
                     "a weight meets itself alone: no other weight, and no bias", by=(rules.wick(),)),
                Step("biases", averaged(b(m) * b(k)), "=", SAME, "and a bias itself", by=(rules.wick(),)),
                Step("covariance", averaged(both), "=", collapsed,
                     "term by term: the deltas collapse, the cross terms vanish", by=(rules.wick(),), uses=("unit",)),
                Step("Sigma", Sigma1(x, xprime), ":=", _gram(a0, n0), "the covariance of the first layer"),
                Step("result", collapsed, "=", SAME * Sigma1(x, xprime), "for every $n_0$", uses=("Sigma",)),
            ),
            equivalents={
                ("unit", "negate"): SYMMETRIC,
                **{
                    ("pair", change): "the product of a weight and a bias has mean 0 anyhow"
                    for change in ("drop the term b__1(k)", "change the sign of b__1(k)", "m for k in b__1(k)")
                },
            },
        )  # fmt: skip


@cache
def given_layer() -> Derivation:
    """A layer for given values of the layer below: exactly Gaussian, units exactly independent."""
    with sp.evaluate(False):

        def averaged(body):
            return Expectation(body, W_next, b_next)

        squares = averaged(z_next(m, x) ** 2 * z_next(k, xprime) ** 2)
        paired = Khat(x, x) * Khat(xprime, xprime) + 2 * SAME * Khat(x, xprime) ** 2
        return Derivation(
            name="given_layer",
            title="A layer, given the layer below",
            source=("lee2018deep", "matthews2018gaussian"),
            domain={
                N: Size(), n: Size(), n_next: Size(), x: INPUT, xprime: INPUT, **SCALES,
                i: Index(n), m: Index(n_next), k: Index(n_next),
                a: Map(Index(n), INPUT), W_next: family(n_next, n), b_next: family(n_next),
            },
            hypotheses=(
                Step("unit", z_next(m, x), ":=", affine(W_next, a, b_next, m, x, n), "a unit of the next layer"),
            ),
            steps=(
                Step("Khat", Khat(x, xprime), ":=", _gram(a, n), "a mean over the units below"),
                Step("bias", averaged(z_next(m, x) * b_next(k)), "=", SAME * sigma_b, "a unit knows its own bias alone",
                     by=(rules.wick(),), uses=("unit",)),
                Step("covariance", averaged(z_next(m, x) * z_next(k, xprime)), "=", SAME * Khat(x, xprime),
                     "as in the first layer, with activations for inputs", by=(rules.wick(),), uses=("unit", "Khat")),
                Step("fourth", squares, "=", paired, "three pairings; two of them need the same unit",
                     by=(rules.wick(),), uses=("unit", "Khat")),
            ),
            equivalents={
                ("unit", "change the sign of sigma_w*Sum(W__next(m, i)*a__l(i, x), (i, 1, n_l))/sqrt(n_l)"): SYMMETRIC
            },
        )  # fmt: skip


@cache
def sum_of_gaussians() -> Derivation:
    """Weighted sums of independent Gaussian numbers are Gaussian."""
    c, d, s = sp.symbols("c d s", real=True)
    with sp.evaluate(False):
        size = sp.sqrt(c**2 + d**2)
        moments = sp.exp(s**2 * (c**2 + d**2) / 2)
        return Derivation(
            name="sum_of_gaussians",
            title="A sum of Gaussian numbers",
            domain={**PAIR, **{e: Interval(-1.0, 1.0) for e in (c, d, s)}, psi: Map(Interval())},
            steps=(
                Step("generating", mean(sp.exp(s * (c * u + d * w))), "=", moments, "complete the square twice",
                     by=(rules.density(), rules.integrate(w, u))),
                Step("single", Expectation(sp.exp(s * size * u), u), "=", moments,
                     "the same for one number of that variance", by=(rules.density(), rules.integrate(u))),
                Step("any", mean(psi(c * u + d * w)), "=", Expectation(psi(size * u), u),
                     "so every mean of the sum is that of one number", by=(rules.one_direction(u),)),
            ),
            equivalents={
                (label, f"change the sign of {term}"): SYMMETRIC
                for label in ("generating", "any")
                for term in (c * u, d * w)
            },
        )  # fmt: skip
