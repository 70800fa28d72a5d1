"""The dual of any activation as a power series, from its Hermite coefficients."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Index, Interval, Map, Size, Step, rules

from .price import price
from .relu import relu_dual
from .symbols import kappa1, mean, phi, psi, relu, rho, t, u, v, w, z

s, c = sp.symbols("s c", real=True)
k, K = sp.symbols("k K", integer=True, positive=True)
COEFFICIENTS = sp.symbols("a_0:4", real=True)
OTHERS = sp.symbols("b_0:4", real=True)
a, h2, h3 = (sp.Function(name, real=True) for name in ("a", "h_2", "h_3"))
WICK = (rules.wick(),)
HALF_LINE = (rules.density(), rules.split(u), rules.integrate(u))
with sp.evaluate(False):
    POLYNOMIALS = {1: u, 2: (u**2 - 1) / sp.sqrt(2), 4: (u**4 - 6 * u**2 + 3) / sp.sqrt(24)}


@cache
def mehler() -> Derivation:
    """Hermite polynomials of two correlated numbers: only equal degrees meet, with a power of the correlation."""
    with sp.evaluate(False):
        left, right = sp.exp(s * u - s**2 / 2), sp.exp(t * v - t**2 / 2)
        return Derivation(
            name="mehler",
            title="Hermite polynomials of two correlated numbers",
            source=("mehler1866ueber",),
            domain={s: Interval(-1.0, 1.0), t: Interval(-1.0, 1.0)},
            given=(price(),),
            steps=(
                Step("generating", mean(left * right), "=", sp.exp(rho * s * t),
                     "complete the square twice", by=(rules.density(), rules.integrate(w, u)), uses=("price/pair",)),
                Step("degree-two", h2(z), ":=", (z**2 - 1) / sp.sqrt(2), "$\\mathrm{He}_2/\\sqrt{2!}$"),
                Step("degree-three", h3(z), ":=", (z**3 - 3 * z) / sp.sqrt(6), "$\\mathrm{He}_3/\\sqrt{3!}$"),
                Step("second", mean(h2(u) * h2(v)), "=", rho**2, "from the term $s^2 t^2$",
                     by=WICK, uses=("degree-two", "price/pair")),
                Step("third", mean(h3(u) * h3(v)), "=", rho**3, "from the term $s^3 t^3$",
                     by=WICK, uses=("degree-three", "price/pair")),
                Step("cube", Expectation(u**3 * h3(u), u), "=", sp.sqrt(6), "how much of $h_3$ there is in a cube",
                     by=WICK, uses=("degree-three",)),
            ),
            equivalents={("degree-two", "negate"): "the polynomial meets itself, twice"},
        )  # fmt: skip


@cache
def hermite_series() -> Derivation:
    """A finite Hermite series: its dual, and its distance from the function; then all degrees."""
    with sp.evaluate(False):
        a0, a1, a2, a3 = COEFFICIENTS
        b0, b1, b2, b3 = OTHERS
        left, right = a0 + a1 * u + a2 * h2(u) + a3 * h3(u), b0 + b1 * v + b2 * h2(v) + b3 * h3(v)
        series = a0 * b0 + a1 * b1 * rho + a2 * b2 * rho**2 + a3 * b3 * rho**3
        overlap = Expectation(phi(u) * psi(u), u)
        left_over = Expectation(phi(u) ** 2, u) - 2 * c * overlap + c**2
        return Derivation(
            name="hermite_series",
            title="The dual of any activation as a power series",
            source=("daniely2016toward",),
            domain={
                K: Size(), k: Index(K), a: Map(Index(K)), **{x: Interval() for x in (c, *COEFFICIENTS, *OTHERS)},
            },
            given=(mehler(),),
            steps=(
                Step("finite", mean(left * right), "=", series, "only equal degrees meet",
                     by=WICK, uses=("mehler/degree-two", "mehler/degree-three", "price/pair")),
                Step("distance", Expectation((phi(u) - c * psi(u)) ** 2, u), "=",
                     Expectation(phi(u) ** 2, u) - 2 * c * overlap + c**2 * Expectation(psi(u) ** 2, u),
                     "how far $\\varphi$ is from a multiple of a function $\\psi$", by=(rules.linearity(),)),
                Step("best", left_over, "=", Expectation(phi(u) ** 2, u) - overlap**2 + (c - overlap) ** 2,
                     "complete the square, for $\\mathbb{E}\\,\\psi^2 = 1$"),
                Step("tail", mean((psi(u) - psi(v)) ** 2), "=",
                     2 * Expectation(psi(u) ** 2, u) - 2 * mean(psi(u) * psi(v)),
                     "never negative", by=(rules.linearity(), rules.one_direction(u)), uses=("price/pair",)),
                Step("series", Expectation(phi(u), u) ** 2 + sp.Sum(a(k) ** 2 * rho**k, (k, 1, K)), "->",
                     mean(phi(u) * phi(v)), "all degrees", limit="degree", cite="daniely2016toward",
                     experiment="gaussian_process.hermite_error"),
            ),
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
                    Step(names[k], Expectation(relu(u) * POLYNOMIALS[k], u), "=", value, reason,
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
