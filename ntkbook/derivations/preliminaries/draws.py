"""Means of independent draws: what shrinks, how fast, and what becomes Gaussian."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Draw, Expectation, Index, Interval, Map, Size, Step, rules

from .symbols import h, i, j, mu, n, s

x, X = sp.Function("x", real=True), sp.Function("X", real=True)
mean, sigma, gamma, kappa, Z = sp.symbols("Xbar sigma gamma kappa Z", real=True)
independence = (rules.independence(),)


def expected(body):
    """The mean over all draws."""
    return Expectation(body, x)


@cache
def mean_of_draws() -> Derivation:
    """The mean of n independent draws: its mean and its variance."""
    with sp.evaluate(False):
        error = mean - mu
        return Derivation(
            name="mean_of_draws",
            title="The mean of independent draws",
            equivalents={
                ("independent", change): "a constant has no covariance with a deviation"
                for change in ("drop the term -mu", "change the sign of -mu", "drop the factor mu")
            },
            source=("weng2022ntk",),
            domain={n: Size(), mu: Interval(), i: Index(n), j: Index(n), x: Map(Index(n), into=Draw())},
            steps=(
                Step("draw", X(i), ":=", mu + x(i), "the mean $\\mu$ of the law, plus a deviation of mean zero"),
                Step("deviation", X(i) - mu, "=", x(i), "so the deviation is", uses=("draw",)),
                Step("spread", sigma, ":=", sp.sqrt(expected(x(1) ** 2)), "the standard deviation of one draw"),
                Step(
                    "independent", expected((X(i) - mu) * (X(j) - mu)), "=", sp.KroneckerDelta(i, j) * sigma**2,
                    "different draws are independent", by=independence, uses=("draw", "spread"),
                ),
                Step("mean", mean, ":=", 1 / n * sp.Sum(X(i), (i, 1, n)), "the mean of the draws"),
                Step("unbiased", expected(mean), "=", mu, "the deviations have mean zero",
                     by=independence, uses=("mean", "draw")),
                Step("variance", expected(error**2), "=", sigma**2 / n, "only the $n$ squares stay",
                     by=independence, uses=("mean", "spread", "draw")),
                Step("standard-error", sp.sqrt(expected(error**2)), "=", sigma / sp.sqrt(n), "take the root",
                     by=independence, uses=("mean", "spread", "draw")),
                Step("large-numbers", expected(error**2), "->", sp.S.Zero, "as the number of draws grows",
                     limit="number of draws", experiment="preliminaries.mean_error"),
            ),
        )  # fmt: skip


@cache
def rescaled_mean() -> Derivation:
    """The deviation of the mean, magnified by sqrt(n): its second, third and fourth moment at every n."""
    with sp.evaluate(False):
        gaussian = sp.Integral(h(s) * sp.exp(-(s**2) / 2), (s, -sp.oo, sp.oo))
        uses = ("mean_of_draws/spread", "mean_of_draws/mean", "mean_of_draws/draw")
        return Derivation(
            name="rescaled_mean",
            title="The central limit theorem and its first corrections",
            source=("lindeberg1922neue",),
            domain={s: Interval(), h: Map(Interval())},
            given=(mean_of_draws(),),
            steps=(
                Step("skewness", gamma, ":=", expected(x(1) ** 3) / sigma**3, "skewness: zero for a symmetric law"),
                Step("excess", kappa, ":=", expected(x(1) ** 4) / sigma**4 - 3, "excess kurtosis: zero for a Gaussian"),
                Step("rescaled", Z, ":=", sp.sqrt(n) * (mean - mu) / sigma, "the deviation in units of its size"),
                Step("second", expected(Z**2), "=", sp.S.One, "its size is one, at every $n$",
                     by=independence, uses=("rescaled", *uses)),
                Step("third", expected(Z**3), "=", gamma / sp.sqrt(n), "$n$ cubes, divided by $n^{3/2}$",
                     by=independence, uses=("rescaled", "skewness", *uses)),
                Step("fourth", expected(Z**4) - 3, "=", kappa / n, "$n$ fourth powers, $3n(n-1)$ pairs of squares",
                     by=independence, uses=("rescaled", "excess", *uses)),
                Step("central-limit", expected(h(Z)), "->", gaussian / sp.sqrt(2 * sp.pi),
                     "for every bounded continuous $h$", limit="number of draws",
                     cite="lindeberg1922neue", experiment="preliminaries.distance_from_gaussian"),
            ),
        )  # fmt: skip
