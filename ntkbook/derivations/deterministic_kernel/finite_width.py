"""Finite width, exactly: one hidden ReLU layer without bias, and how one layer spreads."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Draw, Expectation, Gaussian, Index, Interval, Map, Prime, Size, Step, rules

from .symbols import function

n = sp.Symbol("n", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True, positive=True)
q = sp.Symbol("q", positive=True)
u, v, m1, m2 = sp.symbols("u v m_1 m_2", real=True)
z, w, phi, e, share = map(function, ("z", "w", "varphi", "e", "Thetahat"))
LENGTH = (rules.density(), rules.split(u), rules.integrate(u))
HALF = "the mean of u^2 over the positive half is that of 1"
STEP = "a step is its own power"
EVEN = "only the square of the error counts, and the error has mean 0"


@cache
def one_unit() -> Derivation:
    """One hidden layer: the kernel at one input is a mean over the hidden units."""
    with sp.evaluate(False):
        squares = 2 / n * sp.Sum(phi(z(i)) ** 2, (i, 1, n))
        slopes = Prime(phi(z(i))) * Prime(phi(z(j)))
        pairs = sp.Sum(w(i) * w(j) * slopes * sp.KroneckerDelta(i, j) * q, (j, 1, n), (i, 1, n))
        shares = sp.Sum(2 * phi(z(i)) ** 2 + 2 * w(i) ** 2 * Prime(phi(z(i))) ** 2 * q, (i, 1, n))
        return Derivation(
            name="one_unit",
            title="The kernel as a mean over hidden units",
            source=("jacot2018neural",),
            domain={
                n: Size(),
                i: Index(n),
                j: Index(n),
                q: Interval(0.5, 2.0),
                z: Map(Index(n)),
                w: Map(Index(n)),
                phi: Map(Interval()),
            },
            steps=(
                Step(
                    "shares",
                    squares + 2 / n * pairs,
                    "=",
                    shares / n,
                    "$\\delta_{ij}$ leaves one sum: each unit has its own share",
                ),
            ),
        )


@cache
def relu_share() -> Derivation:
    """The share of one ReLU unit: mean and second moment."""
    with sp.evaluate(False):
        first, second = u**2 + 1, u**4 + 2 * u**2 + 3
        return Derivation(
            name="relu_share",
            title="The share of one ReLU unit",
            source=("hanin2020finite",),
            domain={q: Interval(0.5, 2.0), u: Gaussian(), v: Gaussian()},
            steps=(
                Step(
                    "over-weights",
                    Expectation(u**2 + v**2, v),
                    "=",
                    first,
                    "the mean over the last weight $v$",
                    by=(rules.wick(),),
                ),
                Step(
                    "squares-over-weights",
                    Expectation((u**2 + v**2) ** 2, v),
                    "=",
                    second,
                    "$\\mathbb{E}\\,v^2 = 1$ and $\\mathbb{E}\\,v^4 = 3$",
                    by=(rules.wick(),),
                ),
                Step(
                    "first-moment",
                    m1,
                    ":=",
                    Expectation(2 * q * sp.Heaviside(u) * first, u),
                    "the mean of a share; $z = \\sqrt{q}\\,u$",
                ),
                Step(
                    "mean",
                    m1,
                    "=",
                    2 * q,
                    "half of the units are on, each with $1 + 1$",
                    by=LENGTH,
                    uses=("first-moment",),
                ),
                Step(
                    "second-moment",
                    m2,
                    ":=",
                    Expectation(4 * q**2 * sp.Heaviside(u) * second, u),
                    "the mean square of a share",
                ),
                Step(
                    "square",
                    m2,
                    "=",
                    16 * q**2,
                    "half of $3 + 2 + 3$, times $4 q^2$",
                    by=LENGTH,
                    uses=("second-moment",),
                ),
            ),
            equivalents={("second-moment", "drop the factor u**2"): HALF},
        )


@cache
def mean_of_shares() -> Derivation:
    """The variance of a mean of independent shares, and what it is for one hidden ReLU layer."""
    mean = sp.Symbol("mu", real=True)
    with sp.evaluate(False):
        average = 1 / n * sp.Sum(mean + e(i), (i, 1, n))
        return Derivation(
            name="mean_of_shares",
            title="Three over the width",
            source=("hanin2020finite",),
            domain={n: Size(), i: Index(n), mean: Interval(0.5, 2.0), e: Map(Index(n), into=Draw())},
            given=(relu_share(),),
            steps=(
                Step(
                    "mean",
                    Expectation(average, e),
                    "=",
                    mean,
                    "each unit has the mean $\\mu$ and an error $e_i$ of mean 0",
                    by=(rules.independence(),),
                ),
                Step(
                    "variance",
                    Expectation(average**2, e) - mean**2,
                    "=",
                    1 / n * Expectation(e(1) ** 2, e),
                    "errors of different units are independent",
                    by=(rules.independence(),),
                ),
                Step(
                    "three-over-n",
                    (m2 - m1**2) / (n * m1**2),
                    "=",
                    3 / n,
                    "variance of one share over the square of $\\Theta(x, x)$",
                    uses=("relu_share/mean", "relu_share/square"),
                ),
            ),
            equivalents={
                ("mean", "drop the term e(i)"): "an error has mean 0",
                ("mean", "change the sign of e(i)"): "an error has mean 0",
                ("variance", "change the sign of mu"): EVEN,
                ("variance", "change the sign of e(i)"): EVEN,
            },
        )


@cache
def layer_spread() -> Derivation:
    """How the squared length of the activations spreads in one ReLU layer."""
    with sp.evaluate(False):
        unit = 2 * sp.Heaviside(u) * u**2
        return Derivation(
            name="layer_spread",
            title="One ReLU layer spreads lengths by five over the width",
            source=("hanin2020finite",),
            domain={n: Size(), u: Gaussian()},
            steps=(
                Step("mean", Expectation(unit, u), "=", sp.S.One, "lengths are kept on average", by=LENGTH),
                Step("square", Expectation(unit**2, u), "=", sp.S(6), "half of $4 \\cdot 3$", by=LENGTH),
                Step("five-over-n", 1 + (6 - 1) / n, "=", (n + 5) / n, "the mean square of a mean of $n$ units"),
                Step(
                    "shared",
                    Expectation(2 * sp.Heaviside(u) * unit, u),
                    "=",
                    sp.S(2),
                    "a unit that is on passes a length upward and a gradient downward",
                    by=LENGTH,
                ),
                Step("one-over-n", 1 + (2 - 1) / n, "=", (n + 1) / n, "the mean product of two means of $n$ units"),
            ),
            equivalents={
                ("mean", "drop the factor u**2"): HALF,
                ("square", "raise the exponent of Heaviside(u)"): STEP,
                ("shared", "drop the factor u**2"): HALF,
                ("shared", "raise the exponent of Heaviside(u)"): STEP,
            },
        )


@cache
def mean_on_the_diagonal() -> Derivation:
    """The kernel of a deep ReLU network at one input has its limit as its mean, at every width."""
    a = function("a")
    h, own, q_below, T_below = sp.symbols("h k q_l T_l", real=True)
    with sp.evaluate(False):
        return Derivation(
            name="mean_on_the_diagonal",
            title="Right on average, at one input",
            source=("hanin2020finite",),
            domain={
                n: Size(),
                i: Index(n),
                h: Interval(),
                own: Interval(),
                w: Map(Index(n)),
                a: Map(Index(n)),
                q_below: Interval(0.5, 2.0),
                T_below: Interval(0.5, 2.0),
            },
            steps=(
                Step(
                    "height",
                    sp.Sum((-w(i)) * a(i), (i, 1, n)),
                    "=",
                    -sp.Sum(w(i) * a(i), (i, 1, n)),
                    "the pre-activation $h$ of a unit turns over with its weights",
                ),
                Step(
                    "half",
                    (own * (1 + sp.sign(h)) / 2 + own * (1 + sp.sign(-h)) / 2) / 2,
                    "=",
                    own / 2,
                    "the unit is on for one of the two signs; its kernel $k$ with itself is the same for both",
                ),
                Step(
                    "next",
                    q_below + 2 / n * sp.Sum(T_below / 2, (i, 1, n)),
                    "=",
                    q_below + T_below,
                    "each of $n$ units gives half, on average",
                ),
            ),
        )
