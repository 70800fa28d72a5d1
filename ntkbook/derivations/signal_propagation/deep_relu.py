"""A deep ReLU network of finite width: the length factor of a layer, and why it shrinks faster than a linear one."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Draw, Expectation, Gaussian, Index, Interval, Map, Size, Step, rules

n, L = sp.symbols("n L", integer=True, positive=True)
i = sp.Symbol("i", integer=True, positive=True)
u, shift = sp.symbols("u d", real=True)
small = sp.Symbol("epsilon", positive=True)
typical = sp.Symbol("m_L", real=True)
e = sp.Function("e", real=True)
CENTRED = "an error has mean 0, and its products with 1 vanish"
HALF_LINE = (rules.density(), rules.split(u), rules.integrate(u))


@cache
def relu_lengths() -> Derivation:
    """The squared length factor of a ReLU layer is a mean over units: its mean and its spread."""
    with sp.evaluate(False):
        unit = 2 * sp.Heaviside(u) * u**2
        factors = 1 / n * sp.Sum(1 + e(i), (i, 1, n))
        return Derivation(
            name="relu_lengths",
            title="The length factor of one ReLU layer",
            source=("hanin2020finite",),
            equivalents={
                ("mean", "drop the factor u**2"): "the mean of $u^2$ over the positive half is that of 1",
                ("square", "raise the exponent of Heaviside(u)"): "0 and 1 are their own powers",
                ("layer-mean", "drop the term e(i)"): CENTRED,
                ("layer-mean", "change the sign of e(i)"): CENTRED,
                ("layer-square", "change the sign of e(i)"): CENTRED,
                ("layer-square", "change the sign of 1"): CENTRED,
            },
            domain={n: Size(), i: Index(n), u: Gaussian(), e: Map(Index(n), into=Draw())},
            steps=(
                Step(
                    "mean", Expectation(unit, u), "=", sp.S.One, "one unit: twice a square, if it is on", by=HALF_LINE
                ),
                Step("square", Expectation(unit**2, u), "=", sp.S(6), "half of $4 \\cdot 3$", by=HALF_LINE),
                Step(
                    "layer-mean",
                    Expectation(factors, e),
                    "=",
                    sp.S.One,
                    "each unit has 1 and an error $e_i$ of mean 0 and mean square $6 - 1$",
                    by=(rules.independence(),),
                ),
                Step(
                    "layer-square",
                    Expectation(factors**2, e),
                    "=",
                    1 + 1 / n * Expectation(e(1) ** 2, e),
                    "errors of different units are independent: the mean square of a layer's factor is $1 + 5/n$",
                    by=(rules.independence(),),
                ),
            ),
        )


@cache
def typical_factor() -> Derivation:
    """From the spread of a factor of mean 1 to its mean logarithm."""
    with sp.evaluate(False):
        return Derivation(
            name="typical_factor",
            title="The typical length of a gradient in a ReLU network",
            source=("hanin2020finite",),
            domain={n: Size(), L: Size(), shift: Interval(-2.0, 2.0), typical: Interval()},
            steps=(
                Step(
                    "logarithm",
                    sp.Limit((sp.log(1 + small * shift) - small * shift) / small**2, small, 0),
                    "=",
                    -(shift**2) / 2,
                    "a factor $1 + \\epsilon d$ with $d$ of mean 0 has a mean logarithm below 0, by half its variance",
                    by=(rules.limit(),),
                ),
                Step(
                    "typical",
                    typical,
                    "~",
                    -5 * L / (4 * n),
                    "the mean logarithm of the factor of a length: half of minus half of $5/n$, for each layer",
                    limit="width",
                    experiment="signal_propagation.gradient_norms",
                ),
            ),
        )
