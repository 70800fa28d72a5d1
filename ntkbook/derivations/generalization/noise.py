"""What fitting noise costs: benign, tempered or catastrophic, by the tail of the spectrum; and the circle."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Step, rules

from .symbols import kappa

alpha, C, z, s, x = sp.symbols("alpha C z s x", positive=True)


def elasticity(capacity):
    """By how many percent kappa falls with one percent more samples."""
    return -capacity / (kappa * sp.Derivative(capacity, kappa))


@cache
def noise_by_tail() -> Derivation:
    """The overfitting coefficient of ridgeless regression for three tails of the spectrum."""
    with sp.evaluate(False):
        log = sp.log(1 / kappa)
        return Derivation(
            name="noise_by_tail",
            title="The tail of the spectrum decides what noise costs",
            source=("mallinar2022benign", "simon2023eigenlearning"),
            domain={
                alpha: Interval(1.2, 4.0),
                C: Interval(0.5, 2.0),
                kappa: Interval(0.02, 0.3),
                x: Interval(0.5, 2.0),
                z: Interval(2.0, 9.0),
                s: Interval(0.1, 0.9),
            },
            steps=(
                Step(
                    "square-law",
                    sp.Integral(1 / (1 + kappa * x**2), (x, 0, sp.oo)),
                    "=",
                    sp.pi / (2 * sp.sqrt(kappa)),
                    "eigenvalues $k^{-2}$, the sum over modes taken as an integral",
                    by=(rules.evaluate(),),
                ),
                Step(
                    "tempered",
                    elasticity(C * kappa ** (-1 / alpha)),
                    "=",
                    alpha,
                    "eigenvalues $k^{-\\alpha}$, for which $D = C\\kappa^{-1/\\alpha}$: the factor is $\\alpha$",
                    by=(rules.differentiate(),),
                ),
                Step(
                    "catastrophic",
                    elasticity(1 / alpha * log),
                    "=",
                    log,
                    "eigenvalues $e^{-\\alpha k}$, for which $D = \\log(1/\\kappa)/\\alpha = n$: it is $\\alpha n$",
                    by=(rules.differentiate(),),
                ),
                Step(
                    "benign",
                    elasticity(C / (kappa * log)),
                    "=",
                    1 / (1 - 1 / log),
                    "eigenvalues $1/(k \\log^2 k)$, for which $D = C/(\\kappa\\log(1/\\kappa))$",
                    by=(rules.differentiate(),),
                ),
                Step(
                    "benign-limit",
                    1 / (1 - 1 / z),
                    "=",
                    1 + 1 / (z - 1),
                    "with $z = \\log(1/\\kappa)$: it tends to 1, noise is fitted at no cost",
                ),
                Step(
                    "variance",
                    (1 - s) ** 2 + s**2,
                    "=",
                    1 - 2 * s * (1 - s),
                    "a line between two noisy neighbours varies least in the middle",
                ),
                Step(
                    "interpolation",
                    1 + sp.Integral(1 - 2 * s * (1 - s), (s, 0, 1)),
                    "=",
                    sp.Rational(5, 3),
                    "the mean over $s$, and 1 for the noise of the test label",
                    by=(rules.evaluate(),),
                ),
            ),
        )
