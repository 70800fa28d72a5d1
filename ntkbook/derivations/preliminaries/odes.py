"""Linear differential equations: one number, several numbers, and the exponential of a matrix."""

from functools import cache

import sympy as sp

from ntkbook.proof import (
    AtTime,
    Component,
    Derivation,
    Index,
    Interval,
    Map,
    Matrix,
    MatrixExponential,
    Size,
    Step,
    TimeDerivative,
    Vector,
    rules,
)

from .symbols import N, a, c, g, h, i, j, s, t, x

u, start = sp.symbols("u y_0", positive=True)
y = sp.Function("y", real=True)
K, v = sp.Function("K", real=True), sp.Function("v", real=True)
path = g(t)
A, U, Lambda, matrix = (sp.MatrixSymbol(name, N, N) for name in ("A", "U", "Lambda", "K"))
begun, moved = sp.MatrixSymbol("g_0", N, 1), sp.MatrixSymbol("g", N, 1)


@cache
def scalar_ode() -> Derivation:
    """dy/dx = a y: separated, solved, and no other solution."""
    with sp.evaluate(False):
        decayed = sp.exp(-a * x)
        return Derivation(
            name="scalar_ode",
            title="The linear equation of one number",
            source=("weng2022ntk",),
            domain={
                a: Interval(), x: Interval(), u: Interval(0.1, 2.0), start: Interval(0.5, 2.0), h: Map(Interval()),
            },
            steps=(
                Step("solution", y(x), ":=", start * sp.exp(a * x), "a guess, with the value $y_0$ at $x = 0$"),
                Step("start", y(0), "=", start, "put in $x = 0$", uses=("solution",)),
                Step(
                    "solves", sp.Derivative(y(x), x), "=", a * y(x), "differentiate",
                    by=(rules.differentiate(),), uses=("solution",),
                ),
                Step(
                    "separated", sp.Integral(1 / u, (u, start, y(x))), "=", a * x, "the integral is a logarithm",
                    by=(rules.evaluate(),), uses=("solution",),
                ),
                Step(
                    "only", sp.Derivative(decayed * h(x), x), "=", decayed * (sp.Derivative(h(x), x) - a * h(x)),
                    "product rule, for any function $h$", by=(rules.differentiate(),),
                ),
            ),
        )  # fmt: skip


@cache
def mode() -> Derivation:
    """A combination of the components of dg/dt = -K g, and when it moves by itself."""
    with sp.evaluate(False):
        entry = Component(path, i)
        moving = sp.Sum(v(i) * sp.Derivative(entry, t), (i, 1, N))
        velocity = -sp.Sum(sp.Sum(v(i) * K(i, j), (i, 1, N)) * Component(path, j), (j, 1, N))
        return Derivation(
            name="mode",
            title="One mode of a linear system",
            source=("weng2022ntk",),
            domain={
                N: Size(), i: Index(N), j: Index(N), t: Interval(0.0, 1.0),
                g: Map(Interval(0.0, 1.0), into=Vector(N)), K: Map(Index(N), Index(N)), v: Map(Index(N)),
            },
            hypotheses=(
                Step(
                    "law", sp.Derivative(entry, t), "=", -sp.Sum(K(i, j) * Component(path, j), (j, 1, N)),
                    "a linear system with constant coefficients",
                ),
            ),
            steps=(
                Step("amplitude", c(t), ":=", sp.Sum(v(i) * entry, (i, 1, N)), "a combination of the components"),
                Step(
                    "moves", sp.Derivative(c(t), t), "=", moving, "term by term",
                    by=(rules.differentiate(),), uses=("amplitude",),
                ),
                Step("velocity", moving, "=", velocity, "put in the law, exchange the sums", uses=("law",)),
            ),
        )  # fmt: skip


@cache
def matrix_exponential() -> Derivation:
    """What the exponential of a matrix does, and what it is in a basis of eigenvectors."""

    def power(time):
        return MatrixExponential(time * A)

    with sp.evaluate(False):
        turned = sp.MatMul(U, Lambda, sp.Transpose(U))
        return Derivation(
            name="matrix_exponential",
            title="The exponential of a matrix",
            domain={
                N: Size(), s: Interval(-1.0, 1.0), t: Interval(-1.0, 1.0), A: Matrix(),
                U: Matrix("orthogonal"), Lambda: Matrix("diagonal"),
            },
            steps=(
                Step(
                    "velocity", TimeDerivative(power(t), t), "=", sp.MatMul(A, power(t)), "term by term in the series",
                    by=(rules.matrix_derivative(),),
                ),
                Step("together", sp.MatMul(power(s), power(t)), "=", power(s + t), "multiples of one matrix commute"),
                Step(
                    "eigenbasis", MatrixExponential(sp.MatMul(t, turned)), "=",
                    sp.MatMul(U, MatrixExponential(sp.MatMul(t, Lambda)), sp.Transpose(U)),
                    "in a power, all inner $U^\\top U$ cancel",
                ),
            ),
        )  # fmt: skip


@cache
def linear_ode() -> Derivation:
    """dg/dt = -K g for a symmetric K: each eigenvector decays at its own rate."""
    with sp.evaluate(False):
        decay = MatrixExponential(sp.MatMul(-t, Lambda))
        return Derivation(
            name="linear_ode",
            title="The linear system in a basis of eigenvectors",
            source=("weng2022ntk",),
            domain={
                N: Size(), t: Interval(0.0, 1.0), U: Matrix("orthogonal"), Lambda: Matrix("diagonal"), begun: Matrix(),
            },
            steps=(
                Step(
                    "spectral", matrix, ":=", sp.MatMul(U, Lambda, sp.Transpose(U)),
                    "eigenvectors in the columns of $U$, eigenvalues in $\\Lambda$",
                ),
                Step(
                    "solution", moved, ":=", sp.MatMul(U, decay, sp.Transpose(U), begun),
                    "into the eigenbasis, decay there, and back",
                ),
                Step("start", AtTime(moved, t, 0), "=", begun, "put in $t = 0$", uses=("solution",)),
                Step(
                    "solves", TimeDerivative(moved, t), "=", sp.MatMul(-1, matrix, moved), "differentiate",
                    by=(rules.matrix_derivative(),), uses=("solution", "spectral"),
                ),
                Step(
                    "exponential", moved, "=", sp.MatMul(MatrixExponential(sp.MatMul(-t, matrix)), begun),
                    "the exponential of a matrix in its eigenbasis", uses=("solution", "spectral"),
                ),
            ),
        )  # fmt: skip
