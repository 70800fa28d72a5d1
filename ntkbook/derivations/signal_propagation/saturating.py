"""Networks of tanh: Glorot initialisation at small signals, what changes at larger ones, and the critical line."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Interval, Map, Prime, Size, Step, rules

q = sp.Symbol("q", positive=True)
u, x = sp.symbols("u x", real=True)
layer = sp.Symbol("l", integer=True, positive=True)
length = sp.Symbol("q_l", real=True)
weight_variance, bias_variance = sp.symbols("sigma_w__2 sigma_b__2", real=True)
phi, line_w, line_b = (sp.Function(name, real=True) for name in ("varphi", "sigma_w__2", "sigma_b__2"))

POINTWISE = "an inequality between tanh and a polynomial is no sum of squares"
AVERAGED = "the mean of the line for single numbers; the engine has no rule that takes a mean of an inequality"
QUADRATURE = "a mean of tanh has no closed form"


def mean(body):
    """The mean over a standard normal number."""
    return Expectation(body, u)


@cache
def glorot() -> Derivation:
    """Tanh with weight variance 1 and no bias: critical at small signals, and then the signal fades."""
    with sp.evaluate(False):
        z = sp.sqrt(q) * u
        below = z**2 - sp.Rational(2, 3) * z**4
        above = below + sp.Rational(17, 45) * z**6
        return Derivation(
            name="glorot",
            title="Tanh at small signals",
            source=("glorot2010understanding", "schoenholz2017deep"),
            equivalents={(label, "drop the factor u**2"): "its mean is 1" for label in ("moments", "moments-above")},
            domain={layer: Size(), x: Interval(-2.5, 2.5), q: Interval(0.02, 0.45), u: Gaussian(), length: Interval()},
            steps=(
                Step(
                    "value-below",
                    sp.tanh(x) ** 2 - (x**2 - sp.Rational(2, 3) * x**4),
                    ">=",
                    sp.S.Zero,
                    "two terms of the series of $\\tanh^2$ are too small",
                    undecided=POINTWISE,
                ),
                Step(
                    "value-above",
                    x**2 - sp.Rational(2, 3) * x**4 + sp.Rational(17, 45) * x**6 - sp.tanh(x) ** 2,
                    ">=",
                    sp.S.Zero,
                    "three terms are too large",
                    undecided=POINTWISE,
                ),
                Step("moments", mean(below), "=", q - 2 * q**2, "the moments of a Gaussian", by=(rules.wick(),)),
                Step(
                    "moments-above",
                    mean(above),
                    "=",
                    q - 2 * q**2 + sp.Rational(17, 3) * q**3,
                    "and one more",
                    by=(rules.wick(),),
                ),
                Step(
                    "map-below",
                    mean(sp.tanh(z) ** 2) - (q - 2 * q**2),
                    ">=",
                    sp.S.Zero,
                    "so the variance map with $\\sigma_w = 1$, $\\sigma_b = 0$ lies above $q - 2q^2$",
                    undecided=AVERAGED,
                ),
                Step(
                    "map-above",
                    q - 2 * q**2 + sp.Rational(17, 3) * q**3 - mean(sp.tanh(z) ** 2),
                    ">=",
                    sp.S.Zero,
                    "and below this",
                    undecided=AVERAGED,
                ),
                Step(
                    "gain-below",
                    mean((1 - sp.tanh(z) ** 2) ** 2) - (1 - 2 * q),
                    ">=",
                    sp.S.Zero,
                    "the gain, since $\\tanh' = 1 - \\tanh^2$",
                    undecided=AVERAGED,
                ),
                Step(
                    "gain-above",
                    1 - 2 * q + 7 * q**2 - mean((1 - sp.tanh(z) ** 2) ** 2),
                    ">=",
                    sp.S.Zero,
                    "so $\\chi = 1 - 2q$ up to $7q^2$",
                    undecided=AVERAGED,
                ),
                Step(
                    "reciprocal",
                    1 / (q - 2 * q**2) - 1 / q,
                    "=",
                    2 / (1 - 2 * q),
                    "one over the mean square grows by nearly 2 in each layer",
                ),
                Step(
                    "reciprocal-next",
                    sp.Limit((1 / (q - 2 * q**2 + sp.Rational(17, 3) * q**3) - 1 / q - 2) / q, q, 0),
                    "=",
                    -sp.Rational(5, 3),
                    "the next term, to which the cubes count",
                    by=(rules.limit(),),
                ),
                Step(
                    "decay",
                    2 * layer * length,
                    "->",
                    sp.S.One,
                    "after many layers $q_l$ is near $1/(2l)$",
                    limit="depth",
                    experiment="signal_propagation.tanh_decay",
                ),
            ),
        )


@cache
def critical_line() -> Derivation:
    """Both variances, for a network whose fixed point is q and whose gain there is 1."""
    with sp.evaluate(False):
        value, slope = mean(phi(sp.sqrt(q) * u) ** 2), mean(Prime(phi(sp.sqrt(q) * u)) ** 2)
        return Derivation(
            name="critical_line",
            title="The critical line",
            source=("schoenholz2017deep",),
            domain={
                q: Interval(0.3, 2.0),
                u: Gaussian(),
                phi: Map(Interval()),
                weight_variance: Interval(-9.0, 9.0),
                bias_variance: Interval(-9.0, 9.0),
            },
            hypotheses=(
                Step("weights", weight_variance, "=", 1 / slope, "the variance of the weights"),
                Step("biases", bias_variance, "=", q - value / slope, "the variance of the biases"),
            ),
            steps=(
                Step("gain", weight_variance * slope, "=", sp.S.One, "the gain is 1", uses=("weights",)),
                Step(
                    "fixed-point",
                    weight_variance * value + bias_variance,
                    "=",
                    q,
                    "and $q$ is kept",
                    uses=("weights", "biases"),
                ),
            ),
        )


@cache
def tanh_point() -> Derivation:
    """A point of tanh's critical line, caught between two others."""
    low, high = sp.Float("0.570047", 6), sp.Float("0.570049", 6)
    least, most = sp.Float("1.760953", 7), sp.Float("1.760956", 7)
    fifth = sp.Rational(1, 20)
    with sp.evaluate(False):
        value, slope = mean(sp.tanh(sp.sqrt(q) * u) ** 2), mean((1 - sp.tanh(sp.sqrt(q) * u) ** 2) ** 2)
        return Derivation(
            name="tanh_point",
            title="A critical network of tanh",
            source=("schoenholz2017deep",),
            domain={q: Interval(0.02, 0.9), u: Gaussian()},
            steps=(
                Step("weights", line_w(q), ":=", 1 / slope, "the critical line of tanh: $\\sigma_w^2$"),
                Step("biases", line_b(q), ":=", q - value / slope, "and $\\sigma_b^2$"),
                Step("before", fifth - line_b(low), ">=", sp.S.Zero, "too little bias", undecided=QUADRATURE),
                Step("after", line_b(high) - fifth, ">=", sp.S.Zero, "too much", undecided=QUADRATURE),
                Step("weights-low", line_w(low) - least, ">=", sp.S.Zero, "at the first", undecided=QUADRATURE),
                Step("weights-high", most - line_w(high), ">=", sp.S.Zero, "at the second", undecided=QUADRATURE),
            ),
        )
