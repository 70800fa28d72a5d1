"""What is left of non-Gaussianity at finite width: exact fourth moments."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Draw, Expectation, Gaussian, Index, Interval, Map, Recursion, Size, Step, rules

from .symbols import i, n, sigma_w, u, w

L = sp.Symbol("L", integer=True, positive=True)
q, K, bound = sp.symbols("q s b", positive=True)
ratio = sp.Symbol("Q", real=True)
Khat, Sigma = sp.symbols("Sigmahat__next Sigma__next", real=True)
f, length = sp.symbols("f R", real=True)
y, g, a = (sp.Function(name, real=True) for name in ("y", "g", "W"))
WICK, DRAWS = (rules.wick(),), (rules.independence(),)
UNITS = (rules.independent_units(u), rules.density(), rules.split(u), rules.integrate(u))


@cache
def fourth_moment() -> Derivation:
    """A Gaussian whose variance is random: heavier tails, and units that are not independent."""
    with sp.evaluate(False):
        spread = sigma_w**4 / n * Expectation(y(1) ** 2, y)
        return Derivation(
            name="fourth_moment",
            title="A Gaussian with a random variance",
            source=("yaida2020non",),
            domain={
                u: Gaussian(), w: Gaussian(), K: Interval(0.5, 2.0), Sigma: Interval(0.5, 2.0), n: Size(), i: Index(n),
                sigma_w: Interval(0.5, 2.0), y: Map(Index(n), into=Draw()),
            },
            steps=(
                Step("one-unit", Expectation((sp.sqrt(K) * u) ** 4, u), "=", 3 * K**2,
                     "one unit, for a given variance $s$", by=WICK),
                Step("two-units", Expectation((sp.sqrt(K) * u) ** 2 * (sp.sqrt(K) * w) ** 2, u, w), "=", K**2,
                     "two units, for the same given variance", by=WICK),
                Step("variance", Khat, ":=", Sigma + sigma_w**2 / n * sp.Sum(y(i), (i, 1, n)),
                     "that variance is itself a mean over $n_l$ units"),
                Step("mean", Expectation(Khat, y), "=", Sigma, "its mean is the limit", by=DRAWS, uses=("variance",)),
                Step("square", Expectation(Khat**2, y), "=", Sigma**2 + spread, "mean squared, and variance",
                     by=DRAWS, uses=("variance",)),
                Step("excess", 3 * Expectation(Khat**2, y) / Sigma**2 - 3, "=", 3 * spread / Sigma**2,
                     "excess kurtosis of one unit: three times the relative variance", by=DRAWS, uses=("variance",)),
                Step("units", Expectation(Khat**2, y) - Sigma**2, "=", spread,
                     "covariance of the squares of two units", by=DRAWS, uses=("variance",)),
            ),
            equivalents={
                ("variance", "change the sign of sigma_w**2*Sum(y(i), (i, 1, n_l))/n_l"): "its square is asked for",
                **{("two-units", f"drop the factor {f}"): "that mean is 1" for f in (u**2, w**2)},
            },
        )  # fmt: skip


@cache
def excess_kurtosis() -> Derivation:
    """One hidden ReLU layer without bias: the fourth moment of the output at every width."""
    with sp.evaluate(False):
        active = sp.Max(g(i), 0)
        return Derivation(
            name="excess_kurtosis",
            title="Fifteen over the width",
            source=("hanin2020finite",),
            domain={
                n: Size(), i: Index(n), q: Interval(0.5, 2.0), u: Gaussian(),
                g: Map(Index(n), into=Gaussian()), a: Map(Index(n), into=Gaussian()),
            },
            steps=(
                Step("output", f, ":=", sp.sqrt(2 / n) * sp.Sum(a(i) * sp.sqrt(q) * active, (i, 1, n)),
                     "$\\sigma_w^2 = 2$; unit $i$ has the pre-activation $\\sqrt{q}\\,g_i$"),
                Step("length", length, ":=", 2 / n * sp.Sum(active**2, (i, 1, n)),
                     "what the layer does to the squared length"),
                Step("second-given", Expectation(f**2, a), "=", q * length,
                     "the variance over the last weights", by=WICK, uses=("output", "length")),
                Step("fourth-given", Expectation(f**4, a), "=", 3 * q**2 * length**2,
                     "three pairings", by=WICK, uses=("output", "length")),
                Step("mean", Expectation(length, g), "=", sp.S.One, "half of the units are on",
                     by=UNITS, uses=("length",)),
                Step("square", Expectation(length**2, g), "=", 1 + 5 / n,
                     "$n$ mean fourth powers, $n(n - 1)$ products of two mean squares", by=UNITS, uses=("length",)),
                Step("excess", 3 * Expectation(length**2, g) / Expectation(length, g) ** 2 - 3, "=", 15 / n,
                     "fourth moment over squared variance, less 3", uses=("mean", "square")),
            ),
            equivalents={
                ("output", "negate"): "only even powers are asked for",
                ("excess", "raise the exponent of Expectation(R, g)"): "that mean is 1",
            },
        )  # fmt: skip


@cache
def all_widths() -> Derivation:
    """Many ReLU layers of one width: the fourth moment exactly, and two orders of the limits."""
    with sp.evaluate(False):
        factor = 1 + 5 / n
        many = Recursion(factor * ratio, ratio, sp.S.One, L)
        return Derivation(
            name="all_widths",
            title="Width and depth together",
            source=("hanin2020finite",),
            domain={
                n: Size(), L: Size(), ratio: Interval(0.5, 2.0), bound: Interval(0.1, 0.5),
            },
            steps=(
                Step("layers", many, "=", factor**L, "each layer multiplies by the same factor",
                     by=(rules.induction(factor**L, L),)),
                Step("one-by-one", sp.Limit(3 * n * (factor**L - 1), n, sp.oo), "=", 15 * L,
                     "at a fixed depth the excess kurtosis falls as $15 L/n$", by=(rules.limit(),)),
                Step("together", sp.Limit(3 * (factor ** (bound * n) - 1), n, sp.oo), "=", 3 * (sp.exp(5 * bound) - 1),
                     "it stays if the depth $L = b\\,n$ grows with the width", by=(rules.limit(),)),
            ),
            equivalents={("together", "raise the exponent of 1 + 5/n_l"): "one more layer is nothing"},
        )  # fmt: skip
