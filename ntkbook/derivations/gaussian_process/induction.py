"""From the covariance of one layer to that of the next: the map, and the limit of infinite width behind it."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Draw, Expectation, Gaussian, Index, Interval, Map, Size, Step, rules

from .symbols import PAIR, SCALES, i, mean, n, phi, q1, q2, rho, sigma_b, sigma_w, u, w, z

omega, c = sp.symbols("omega c", real=True)
Khat = sp.Symbol("Sigmahat__next", real=True)
y, pair, Sigma = (sp.Function(name, real=True) for name in ("y", "v", "Sigma__next"))
WICK = (rules.wick(),)


@cache
def covariance_map() -> Derivation:
    """Any Gaussian pair made of two independent numbers, and the covariance that it gives to the next layer."""
    with sp.evaluate(False):
        first, second = sp.sqrt(q1) * u, sp.sqrt(q2) * pair(rho)
        apart = Expectation(phi(sp.sqrt(q1) * u), u) * Expectation(phi(sp.sqrt(q2) * w), w)
        return Derivation(
            name="covariance_map",
            title="The covariance of the next layer",
            source=("lee2018deep", "daniely2016toward"),
            domain={**PAIR, **SCALES, phi: Map(Interval())},
            steps=(
                Step("pair", pair(rho), ":=", rho * u + sp.sqrt(1 - rho**2) * w, "made of two independent numbers"),
                Step("spread", mean(pair(rho) ** 2), "=", sp.S.One, "$\\rho^2$ and $1 - \\rho^2$ add up",
                     by=WICK, uses=("pair",)),
                Step("correlation", mean(first * second), "=", rho * sp.sqrt(q1 * q2), "they share $u$",
                     by=WICK, uses=("pair",)),
                Step("map", Sigma(rho), ":=", sigma_w**2 * mean(phi(first) * phi(second)) + sigma_b**2,
                     "the covariance of the next layer"),
                Step("unrelated", Sigma(0), "=", sigma_w**2 * apart + sigma_b**2,
                     "independent pre-activations: a product of two means", by=(rules.factorize(),),
                     uses=("map", "pair")),
            ),
            equivalents={("pair", "change the sign of w*sqrt(1 - rho**2)"): "$-w$ for $w$ changes no mean"},
        )  # fmt: skip


@cache
def induction_step() -> Derivation:
    """The mean over the layer below, whose units are independent by the induction hypothesis."""
    with sp.evaluate(False):
        limit = Sigma(rho)
        return Derivation(
            name="induction_step",
            title="The mean over the layer below",
            source=("lee2018deep", "matthews2018gaussian"),
            domain={omega: Gaussian(), c: Interval(), n: Size(), i: Index(n), y: Map(Index(n), into=Draw())},
            given=(covariance_map(),),
            steps=(
                Step("one-term", Expectation((c + omega * phi(z)) ** 2, omega), "=", c**2 + phi(z) ** 2,
                     "a term adds the square of an activation, whatever $c$ the others make", by=WICK),
                Step("deviation", Khat, ":=", limit + sigma_w**2 / n * sp.Sum(y(i), (i, 1, n)),
                     "a mean over units: its own mean, and independent deviations $y_i$ of mean 0"),
                Step("unbiased", Expectation(Khat, y), "=", limit, "the deviations have mean 0",
                     by=(rules.independence(),), uses=("deviation",)),
                Step("variance", Expectation((Khat - limit) ** 2, y), "=", sigma_w**4 / n * Expectation(y(1) ** 2, y),
                     "independent: only $i = j$ counts", by=(rules.independence(),), uses=("deviation",)),
                Step("limit", Khat, "->", limit, "the law of large numbers", limit="width",
                     experiment="gaussian_process.law_of_large_numbers"),
            ),
            equivalents={
                ("deviation", "change the sign of sigma_w**2*Sum(y(i), (i, 1, n_l))/n_l"): "its square is asked for",
                **{
                    ("one-term", f"change the sign of {term}"): "weights and their negatives have one law"
                    for term in (c, omega * phi(z))
                },
            },
        )  # fmt: skip
