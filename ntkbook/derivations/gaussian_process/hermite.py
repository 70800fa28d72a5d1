"""The dual of any activation as a power series, from its Hermite coefficients."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Index, Interval, Map, Size, Step, rules

from .price import MIRROR, PAIRED
from .relu import relu_dual
from .symbols import PAIR, kappa1, mean, phi, psi, relu, rho, t, u, v, w

s, c = sp.symbols("s c", real=True)
k, K = sp.symbols("k K", integer=True, positive=True)
COEFFICIENTS = sp.symbols("a_0:4", real=True)
OTHERS = sp.symbols("b_0:4", real=True)
a = sp.Function("a", real=True)
WICK = (rules.wick(),)
HALF_LINE = (rules.density(), rules.split(u), rules.integrate(u))


def hermite(degree, at):
    """The normalized Hermite polynomial of a small degree: h_0 = 1, h_1 = z, h_2 = (z^2 - 1)/sqrt(2), ..."""
    polynomial = {0: sp.S.One, 1: at, 2: at**2 - 1, 3: at**3 - 3 * at, 4: at**4 - 6 * at**2 + 3}[degree]
    size = sp.sqrt(sp.factorial(degree).doit())
    return polynomial if degree < 2 else polynomial / size


@cache
def mehler() -> Derivation:
    """Hermite polynomials of two correlated numbers: only equal degrees meet, with a power of the correlation."""
    with sp.evaluate(False):
        left, right = sp.exp(s * u - s**2 / 2), sp.exp(t * v - t**2 / 2)
        pairs = [
            Step(
                name,
                mean(hermite(k, u) * hermite(k, v)),
                "=",
                rho if k == 1 else rho**k,
                reason,
                by=WICK,
                uses=("pair",),
            )
            for k, name, reason in (
                (1, "first", "the coefficient of $s\\,t$"),
                (2, "second", "that of $s^2 t^2$, times $2$"),
                (3, "third", "that of $s^3 t^3$, times $6$"),
            )
        ]
        return Derivation(
            name="mehler",
            title="Hermite polynomials of two correlated numbers",
            source=("mehler1866ueber",),
            domain={**PAIR, s: Interval(-1.0, 1.0), t: Interval(-1.0, 1.0)},
            steps=(
                PAIRED,
                Step("generating", mean(left * right), "=", sp.exp(rho * s * t),
                     "complete the square twice", by=(rules.density(), rules.integrate(w, u)), uses=("pair",)),
                *pairs,
            ),
            equivalents={
                **MIRROR,
                **{
                    (label, change): "lower degrees do not meet the other polynomial"
                    for label, term, factors in (
                        ("second", -1, ()), ("third", -3 * u, (-3, u)), ("third", -3 * v, (-3, v)),
                    )
                    for change in (
                        f"drop the term {term}",
                        f"change the sign of {term}",
                        *(f"drop the factor {factor}" for factor in factors),
                    )
                },
            },
        )  # fmt: skip


@cache
def hermite_series() -> Derivation:
    """A finite Hermite series: its dual, and its distance from the function; then all degrees."""
    with sp.evaluate(False):

        def expansion(coefficients, at):
            return sp.Add(*[c * hermite(k, at) for k, c in enumerate(coefficients)])

        (a0, a1, *a_high), (b0, b1, *b_high) = COEFFICIENTS, OTHERS
        higher = [a_k * b_k * rho**k for k, (a_k, b_k) in enumerate(zip(a_high, b_high, strict=True), start=2)]
        series = sp.Add(a0 * b0, a1 * b1 * rho, *higher)
        overlap = Expectation(phi(u) * psi(u), u)
        left_over = Expectation(phi(u) ** 2, u) - 2 * c * overlap + c**2
        return Derivation(
            name="hermite_series",
            title="The dual of any activation as a power series",
            source=("daniely2016toward",),
            domain={
                **PAIR, phi: Map(Interval()), psi: Map(Interval()), K: Size(), k: Index(K), a: Map(Index(K)),
                **{name: Interval() for name in (c, *COEFFICIENTS, *OTHERS)},
            },
            steps=(
                PAIRED,
                Step("finite", mean(expansion(COEFFICIENTS, u) * expansion(OTHERS, v)), "=", series,
                     "only equal degrees meet", by=WICK, uses=("pair",)),
                Step("distance", Expectation((phi(u) - c * psi(u)) ** 2, u), "=",
                     Expectation(phi(u) ** 2, u) - 2 * c * overlap + c**2 * Expectation(psi(u) ** 2, u),
                     "how far $\\varphi$ is from a multiple of a function $\\psi$", by=(rules.linearity(),)),
                Step("best", left_over, "=", Expectation(phi(u) ** 2, u) - overlap**2 + (c - overlap) ** 2,
                     "complete the square, for $\\mathbb{E}\\,\\psi^2 = 1$"),
                Step("tail", mean((psi(u) - psi(v)) ** 2), "=",
                     2 * Expectation(psi(u) ** 2, u) - 2 * mean(psi(u) * psi(v)),
                     "never negative", by=(rules.linearity(), rules.one_direction(u)), uses=("pair",)),
                Step("series", Expectation(phi(u), u) ** 2 + sp.Sum(a(k) ** 2 * rho**k, (k, 1, K)), "->",
                     mean(phi(u) * phi(v)), "all degrees", limit="degree", cite="daniely2016toward",
                     experiment="gaussian_process.hermite_error"),
            ),
            equivalents=MIRROR,
        )  # fmt: skip


@cache
def relu_coefficients() -> Derivation:
    """The first Hermite coefficients of the rectified unit, and the same numbers in the series of its dual."""
    with sp.evaluate(False):
        half = sp.Rational(1, 2)
        values = {
            1: (half, "half of the line"),
            2: (1 / (2 * sp.sqrt(sp.pi)), "an elementary integral"),
            4: (-(1 / (4 * sp.sqrt(3 * sp.pi))), "even ones alternate in sign"),
        }
        names = {1: "first", 2: "second", 4: "fourth"}
        rest = kappa1(rho) / 2 - 1 / (2 * sp.pi) - rho / 4
        return Derivation(
            name="relu_coefficients",
            title="Hermite coefficients of the rectified linear unit",
            source=("daniely2016toward",),
            domain={},
            given=(relu_dual(),),
            steps=(
                *(
                    Step(names[k], Expectation(relu(u) * hermite(k, u), u), "=", value, reason,
                         by=HALF_LINE, uses=("relu_dual/relu",))
                    for k, (value, reason) in values.items()
                ),
                Step("cube", Expectation(relu(u) * u**3, u), "=", sp.Rational(3, 2),
                     "three times the first, so that $a_3 = 0$", by=HALF_LINE, uses=("relu_dual/relu",)),
                Step("constant-term", kappa1(0) / 2, "=", (1 / sp.sqrt(2 * sp.pi)) ** 2,
                     "the dual at $\\rho = 0$ is $a_0^2$", uses=("relu_dual/kappa1",)),
                Step("second-term", sp.Limit(rest / rho**2, rho, 0), "=", (1 / (2 * sp.sqrt(sp.pi))) ** 2,
                     "and its third coefficient is $a_2^2$", by=(rules.limit(),), uses=("relu_dual/kappa1",)),
            ),
            equivalents={("second", "drop the factor u**2 - 1"): "E u^3 is twice E u over the half line"},
        )  # fmt: skip
