"""Double descent of least squares without ridge, for isotropic Gaussian inputs: exact at finite size."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Step, rules

m = sp.Symbol("m", integer=True, positive=True)
n, p, r, sigma, beta, gamma, s, b = sp.symbols("n p r sigma beta gamma s b", positive=True)
below, above, wide = sp.Function("R_-", real=True), sp.Function("R_+", real=True), sp.Function("R", real=True)


@cache
def inverse_chi_square() -> Derivation:
    """The mean of one over a sum of m + 2 squared standard normal numbers, by one integration by parts."""
    bell = sp.exp(-(s**2) / 2)
    with sp.evaluate(False):
        return Derivation(
            name="inverse_chi_square",
            title="One over a chi-square",
            domain={m: Index(sp.Integer(3)), s: Interval(0.1, 2.0), b: Interval(0.5, 4.0)},
            steps=(
                Step(
                    "by-parts",
                    sp.Integral((m * s ** (m - 1) - s * s**m) * bell, (s, 0, b)),
                    "=",
                    b**m * sp.exp(-(b**2) / 2),
                    "the integrand is the derivative of $s^m e^{-s^2/2}$",
                    by=(rules.antiderivative(s**m * bell, s),),
                ),
            ),
        )


@cache
def linear_double_descent() -> Derivation:
    """The expected excess risk of ridgeless least squares with p features and n samples."""
    with sp.evaluate(False):
        best = sigma * (2 * r - sigma)
        return Derivation(
            name="linear_double_descent",
            title="Double descent of least squares",
            source=("hastie2022surprises", "belkin2020two"),
            domain={
                n: Interval(20.0, 30.0),
                p: Interval(5.0, 15.0),
                r: Interval(1.5, 2.0),
                sigma: Interval(0.5, 1.0),
                beta: Interval(0.2, 0.8),
                gamma: Interval(1.5, 4.0),
                below: Map(Interval(), Interval()),
                above: Map(Interval(), Interval()),
            },
            steps=(
                Step(
                    "few",
                    below(n, p),
                    "=",
                    sigma**2 * p / (n - p - 1),
                    "fewer features than samples, $p < n - 1$",
                    cite="belkin2020two",
                ),
                Step(
                    "many",
                    above(n, p),
                    "=",
                    r**2 * (1 - n / p) + sigma**2 * n / (p - n - 1),
                    "more features than samples, $p > n + 1$",
                    cite="belkin2020two",
                ),
                Step(
                    "few-limit",
                    sigma**2 * (beta * n) / (n - beta * n),
                    "=",
                    sigma**2 * beta / (1 - beta),
                    "put in $p = \\beta n$, and leave out the 1: both are large",
                ),
                Step(
                    "wide",
                    wide(gamma),
                    ":=",
                    r**2 * (1 - 1 / gamma) + sigma**2 / (gamma - 1),
                    "$\\gamma > 1$ features for each sample",
                ),
                Step(
                    "many-limit",
                    r**2 * (1 - n / (gamma * n)) + sigma**2 * n / (gamma * n - n),
                    "=",
                    wide(gamma),
                    "put in $p = \\gamma n$, and leave out the 1",
                    uses=("wide",),
                ),
                Step(
                    "best",
                    wide(gamma) - best,
                    "=",
                    1 / (gamma * (gamma - 1)) * (r * (gamma - 1) - sigma * gamma) ** 2,
                    "complete the square",
                    uses=("wide",),
                ),
                Step(
                    "gain",
                    r**2 - best,
                    "=",
                    (r - sigma) ** 2,
                    "what the best number of features gains over the answer 0",
                ),
            ),
        )
