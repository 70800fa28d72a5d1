import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
import scipy.linalg
import sympy as sp

from ntkbook.proof import (
    Component,
    Domain,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Matrix,
    MatrixExponential,
    Partial,
    Prime,
    Size,
    Stack,
    Vector,
)
from ntkbook.proof.draw import call_map
from ntkbook.proof.evaluate import Flow, Scope, evaluate, run
from ntkbook.proof.evaluate.scalars import FUNCTIONS

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, p, q = sp.symbols("i j k p q", integer=True, positive=True)
t, x, y = sp.symbols("t x y", real=True)
a, f, loss, phi, w, theta_of, speed = (sp.Function(name, real=True) for name in "a f L phi w theta s".split())
theta = theta_of(t)
v = sp.Symbol("v", real=True)
A = sp.MatrixSymbol("A", N, N)
B = sp.MatrixSymbol("B", N, P)
DOMAIN = Domain(
    {
        N: Size(),
        P: Size(),
        i: Index(N),
        j: Index(N),
        p: Index(P),
        q: Index(P),
        t: Interval(0.0, 1.0),
        x: Interval(),
        y: Interval(),
        v: Vector(P),
        A: Matrix(),
        B: Matrix(),
        a: Map(Index(N), Index(N)),
        w: Map(Index(P)),
        phi: Map(Interval()),
        f: Map(Index(N), Vector(P)),
        theta_of: Map(Interval(0.0, 1.0), into=Vector(P)),
        speed: Map(Interval(0.0, 1.0)),
    }
)
SIZES = {N: 3, P: 4}
RNG = np.random.default_rng(0)
VALUES = {
    "x": np.float64(0.7),
    "y": np.float64(-1.3),
    "t": np.float64(0.4),
    "i": np.int64(1),
    "j": np.int64(3),
    "p": np.int64(2),
    "q": np.int64(4),
    "v": RNG.normal(size=4),
    "A": RNG.normal(size=(3, 3)),
    "B": RNG.normal(size=(3, 4)),
    "a": RNG.normal(size=(3, 3)),
    "w": RNG.normal(size=4),
    "phi": RNG.normal(size=(6, 3)),
    "L": RNG.normal(size=(6, 6)),
    "f": RNG.normal(size=(3, 6, 6)),
    "theta": RNG.normal(size=(4, 6, 3)),
    "s": RNG.normal(size=(6, 3)),
}


def number(expr, *, flows=None, **changed):
    """The value of an expression at the point VALUES."""
    values = {**VALUES, **changed}
    scope = Scope(DOMAIN, SIZES, {}, flows or {})
    (result,) = run(lambda point: [jnp.asarray(evaluate(expr, scope.with_values(point)))], values)
    return result


def waves(name, order=0):
    """A random function of one number and its derivatives, in NumPy."""
    frequency, phase, amplitude = VALUES[name].T
    return lambda z: np.sum(amplitude * frequency**order * np.sin(frequency * z + phase + order * np.pi / 2))


def close(expr, expected, **options):
    np.testing.assert_allclose(number(expr, **options), expected, rtol=1e-12, atol=1e-13)


# The closed table

ARGUMENTS = {sp.acos: 0.3, sp.asin: 0.3, sp.log: 1.7, sp.loggamma: 2.6, sp.gamma: -1.4, sp.factorial: 3.2}
REFERENCE = {
    sp.Abs: mpmath.fabs,
    sp.Heaviside: lambda z: mpmath.mpf(z > 0),
    sp.factorial: mpmath.factorial,
    sp.loggamma: mpmath.loggamma,
}


@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f not in (sp.atan2, sp.polygamma)], ids=str)
@pytest.mark.parametrize("sign", [1, -1])
def test_every_function_of_the_table_against_mpmath(function, sign):
    argument = ARGUMENTS.get(function, 0.7 * sign)
    reference = REFERENCE.get(function) or getattr(mpmath, function.__name__)
    close(function(x), float(reference(argument)), x=np.float64(argument))


def test_functions_of_two_arguments_against_mpmath():
    close(sp.atan2(x, y), float(mpmath.atan2(0.7, -1.3)))
    close(sp.digamma(x), float(mpmath.digamma(0.7)))
    close(sp.polygamma(2, x), float(mpmath.polygamma(2, 0.7)))


def test_heaviside_at_the_jump():
    close(sp.Heaviside(x), 0.5, x=np.float64(0.0))
    close(sp.Heaviside(x, 1), 1.0, x=np.float64(0.0))


@pytest.mark.parametrize("expr", [sp.log(x), sp.sqrt(x), sp.acos(x - 1), sp.loggamma(x), x ** sp.Rational(1, 3)])
def test_outside_the_reals_the_value_is_nan(expr):
    assert np.isnan(number(expr, x=np.float64(-0.5)))


@pytest.mark.parametrize(
    "expr", [sp.besselj(0, x), sp.zeta(x), sp.floor(x), sp.Si(x), sp.DiracDelta(x), sp.I * x, sp.zoo * x, sp.oo]
)
def test_what_is_not_in_the_table_is_refused_by_name(expr):
    with pytest.raises(IllFormedStep):
        number(expr)


def test_the_refusal_names_the_function():
    with pytest.raises(IllFormedStep, match="besselj"):
        number(sp.besselj(0, x))


def test_piecewise_chooses_its_branch():
    branch = sp.Piecewise((x, x > 1), (x**2, x > 0), (0, True))
    close(branch, 0.49)
    close(branch, 1.5, x=np.float64(1.5))
    close(branch, 0.0, x=np.float64(-1.0))


def test_a_division_by_a_size_that_vanishes_is_not_finite():
    assert not np.isfinite(number(1 / (N - 3)))


LEAVES = st.sampled_from([x, y, sp.Rational(1, 2), sp.Integer(2), sp.pi, sp.Rational(-3, 4)])
ONE = (sp.sin, sp.cos, sp.tanh, sp.atan, sp.erf, sp.exp, sp.Abs, sp.sinh)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(sp.Add, inner, inner),
        st.builds(sp.Mul, inner, inner),
        st.builds(lambda function, e: function(sp.sin(e)), st.sampled_from(ONE), inner),
        st.builds(lambda e, n: (2 + sp.cos(e)) ** n, inner, st.sampled_from([-2, -1, 2, 3, sp.Rational(1, 2)])),
        st.builds(sp.Max, inner, inner),
        st.builds(lambda e: sp.Heaviside(e + sp.Rational(1, 7)), inner),
    ),
    max_leaves=5,
)


@hypothesis.given(TREES)
@hypothesis.settings(max_examples=40)
def test_random_expressions_against_sympy(expr):
    exact = complex(sp.sympify(expr).subs({x: sp.Float(0.7, 30), y: sp.Float(-1.3, 30)}).evalf(20))
    np.testing.assert_allclose(number(expr), exact.real, rtol=1e-11, atol=1e-11)


# Sums, products, deltas


def test_sums_and_products():
    close(sp.Sum(a(i, j), (i, 1, N)), VALUES["a"][:, 2].sum())
    close(sp.Sum(a(i, k), (i, 1, N), (k, 1, N)), VALUES["a"].sum())
    close(sp.Product(w(p), (p, 1, P)), VALUES["w"].prod())
    close(sp.Product(a(1, k) + k, (k, 1, N)), np.prod(VALUES["a"][0] + [1, 2, 3]))


def test_triangular_sums():
    close(sp.Sum(a(i, k), (k, 1, i), (i, 1, N)), np.tril(VALUES["a"]).sum())
    close(sp.Sum(sp.Sum(a(i, k), (k, i + 1, N)), (i, 1, N)), np.triu(VALUES["a"], 1).sum())
    close(sp.Sum(a(i, 1) * sp.Sum(a(k, 2), (k, 1, j)), (i, 1, N)), VALUES["a"][:, 0].sum() * VALUES["a"][:, 1].sum())


def test_the_ends_of_a_sum_need_not_grow_with_the_outer_index():
    close(sp.Sum(w(p), (p, 1, 4 - (i - 2) ** 2), (i, 1, N)), VALUES["w"][:3].sum() * 2 + VALUES["w"].sum())


def test_empty_sums_and_products():
    close(sp.Sum(w(p), (p, N + 1, N)), 0.0)
    close(sp.Sum(w(p), (p, 5, N)), 0.0)
    close(sp.Product(w(p), (p, N + 1, N)), 1.0)


def test_infinite_sums_are_refused():
    with pytest.raises(IllFormedStep, match="infinite sums"):
        number(sp.Sum(1 / k**2, (k, 1, sp.oo)))


def test_deltas():
    close(sp.KroneckerDelta(i, j), 0.0)
    close(sp.KroneckerDelta(i, j), 1.0, j=np.int64(1))
    close(sp.Sum(sp.KroneckerDelta(j, k) * a(i, k), (k, 1, N)), VALUES["a"][0, 2])


@pytest.mark.parametrize(
    "expr",
    [
        a(i, j + 1),
        a(i - 1, j),
        Component(v, P + 1),
        Component(v, 0),
        w(p + 3),
        sp.Sum(w(k), (k, 0, P)),
        sp.Sum(w(k - 1), (k, 1, P)),
        sp.Sum(w(k), (k, 1, P + 1)),
        sp.Sum(Component(v, k), (k, 0, N)),
        Partial(f(i, v), v, 0),
        Partial(f(i, v), v, P + 1),
        sp.Sum(Partial(f(i, v), v, k), (k, 0, P)),
        Component(Stack(a(i, k), k, N), 4),
    ],
)
def test_an_index_out_of_range_gives_nan(expr):
    assert np.isnan(number(expr))


def test_a_number_is_no_index():
    with pytest.raises(IllFormedStep, match="used as an index"):
        number(w(x))
    with pytest.raises(IllFormedStep, match="used as an index"):
        number(a(i, j / 2))


# Derivatives


def test_a_derivative_of_an_arbitrary_function():
    close(phi(x), waves("phi")(0.7))
    close(sp.Derivative(phi(x), x), waves("phi", 1)(0.7))
    close(sp.Derivative(phi(x), (x, 2)), waves("phi", 2)(0.7))
    close(sp.Derivative(phi(x * y), x, y), waves("phi", 1)(-0.91) - 0.91 * waves("phi", 2)(-0.91))


def test_a_prime_is_taken_at_its_argument():
    close(Prime(phi(2 * x)), waves("phi", 1)(1.4))
    close(Prime(phi(2 * x), 2), waves("phi", 2)(1.4))
    close(Prime(sp.tanh(x)), 1 - np.tanh(0.7) ** 2)
    close(sp.Derivative(Prime(phi(2 * x)), x), 2 * waves("phi", 2)(1.4))


def test_the_slope_of_a_defined_function():
    close(sp.Subs(sp.Derivative(sp.sin(2 * x), x), x, y), 2 * np.cos(-2.6))


def test_partials_against_jax():
    gradient = jax.grad(lambda z: call_map(jnp.asarray(VALUES["f"][0]), (z,)))(VALUES["v"])
    close(Partial(f(i, v), v, p), gradient[1])
    close(sp.Sum(Partial(f(i, v), v, k) ** 2, (k, 1, P)), np.sum(gradient**2))
    close(Partial(sp.Sum(Component(v, k) ** 2, (k, 1, P)), v, q), 2 * VALUES["v"][3])


def test_second_partials_against_jax():
    hessian = jax.hessian(lambda z: call_map(jnp.asarray(VALUES["f"][0]), (z,)))(VALUES["v"])
    close(Partial(Partial(f(i, v), v, p), v, q), hessian[1, 3])


def test_a_partial_by_an_entry_of_a_stack():
    """d/ds_k of sum_m s_m^3 at s = (a_11, a_12, a_13)."""
    stack = Stack(a(i, k), k, N)
    close(Partial(sp.Sum(Component(stack, k) ** 3, (k, 1, N)), stack, j), 3 * VALUES["a"][0, 2] ** 2)


def test_the_chain_rule_along_a_path():
    total = sp.Sum(Partial(f(i, theta), theta, k) * sp.Derivative(Component(theta, k), t), (k, 1, P))
    close(sp.Derivative(f(i, theta), t) - total, 0.0)


def test_a_motion_obeys_its_hypothesis_to_second_order():
    """theta' = -theta^2 entry by entry, so theta'' = 2 theta^3."""
    flow = {theta_of: Flow(theta_of, t, p, -(Component(theta, p) ** 2))}
    state = np.array([0.5, -0.2, 1.1, 0.3])
    entry = Component(theta, q)
    point = {"theta now": state}
    close(sp.Derivative(entry, t), -(state[3] ** 2), flows=flow, **point)
    close(sp.Derivative(entry, (t, 2)), 2 * state[3] ** 3, flows=flow, **point)


def test_a_scalar_motion():
    flow = {speed: Flow(speed, t, None, -2 * speed(t))}
    close(sp.Derivative(speed(t) ** 2, t), -4 * 0.49, flows=flow, **{"s now": np.float64(0.7)})


def test_a_motion_has_a_state_at_its_own_time_only():
    flow = {speed: Flow(speed, t, None, -speed(t))}
    with pytest.raises(IllFormedStep, match="at the time t only"):
        number(speed(2 * t), flows=flow, **{"s now": np.float64(0.7)})


@pytest.mark.parametrize(
    "expr",
    [
        sp.Derivative(sp.Heaviside(x), x),
        sp.Derivative(sp.sign(x), x),
        sp.Derivative(sp.Max(x, 0), (x, 2)),
        sp.Derivative(sp.Abs(x), (x, 2)),
        sp.Derivative(sp.Piecewise((1, x > 0), (0, True)), x),
        Prime(sp.Abs(x), 2),
        Partial(Partial(sp.Max(Component(v, p), 0), v, q), v, p),
        sp.Derivative(Prime(sp.Abs(x)), x),
        sp.Derivative(x, v),
        sp.Derivative(f(i, v), v),
        Prime(loss(v)),
        Partial(x**2, x, p),
    ],
)
def test_derivatives_that_autodiff_gets_wrong_are_refused(expr):
    with pytest.raises(IllFormedStep):
        number(expr)


def test_a_rough_motion_cannot_be_differentiated_twice():
    flow = {speed: Flow(speed, t, None, -sp.Heaviside(speed(t)))}
    with pytest.raises(IllFormedStep, match="not a function"):
        number(sp.Derivative(speed(t), (t, 2)), flows=flow, **{"s now": np.float64(0.7)})


@pytest.mark.parametrize(
    "expr",
    [
        Partial(sp.Derivative(f(i, theta), t), theta, p),
        Partial(sp.Sum(Component(Stack(f(k, v), k, N), q) * f(k, v), (k, 1, N)), Stack(f(k, v), k, N), j),
        Partial(Partial(phi(Component(Stack(f(k, v), k, N), i)), v, p), Stack(f(k, v), k, N), j),
    ],
)
def test_a_derivative_with_two_readings_is_refused(expr):
    with pytest.raises(IllFormedStep):
        number(expr)


def test_a_partial_by_one_vector_of_a_family_refuses_the_others():
    """d/dx_i of sum_k g(x_k) is g'(x_i), not the 0 that comes of reading x_k as another vector."""
    rows = sp.Function("rows", real=True)
    domain = Domain({**DOMAIN, rows: Map(Index(N), into=Vector(P))})
    total = Partial(sp.Sum(Component(rows(k), p), (k, 1, N)), rows(i), p)
    with pytest.raises(IllFormedStep, match="outside"):
        evaluate(total, Scope(domain, SIZES, {**VALUES, "rows": RNG.normal(size=(3, 4))}))


def test_a_parameter_of_a_motion_cannot_be_varied():
    flow = {speed: Flow(speed, t, None, -x * speed(t))}
    with pytest.raises(IllFormedStep, match="held fixed"):
        number(sp.Derivative(speed(t), t, x), flows=flow, **{"s now": np.float64(0.7)})


# Arguments


def test_functions_get_what_they_are_declared_for():
    with pytest.raises(IllFormedStep, match="arguments"):
        number(phi(x, y))
    with pytest.raises(IllFormedStep, match="shape"):
        number(phi(v))
    with pytest.raises(IllFormedStep, match="shape"):
        number(f(i, x))
    with pytest.raises(IllFormedStep, match="shape"):
        number(f(i, Stack(a(i, k), k, N)))


def test_undeclared_names_are_refused():
    with pytest.raises(IllFormedStep, match="no value"):
        number(sp.Symbol("unknown"))
    with pytest.raises(IllFormedStep, match="neither declared"):
        number(sp.Function("unknown")(x))


# Matrices


def test_matrices_against_numpy():
    matrix, other = VALUES["A"], VALUES["B"]
    close(A + A.T, matrix + matrix.T)
    close(A * B, matrix @ other)
    close(2 * A * sp.Identity(N), 2 * matrix)
    close(A**3, matrix @ matrix @ matrix)
    close(A.inv(), np.linalg.inv(matrix))
    close(sp.Trace(A * A.T), np.trace(matrix @ matrix.T))
    close((A * B)[i - 1, p - 1], (matrix @ other)[0, 1])
    close(MatrixExponential(-x * A), scipy.linalg.expm(-0.7 * matrix))
    close(x * sp.Trace(A), 0.7 * np.trace(matrix))


def test_a_matrix_entry_out_of_range_gives_nan():
    assert np.isnan(number(A[i - 2, 0]))
    assert np.isnan(number(A[i + 2, 0]))


def test_a_determinant_is_refused_by_name():
    with pytest.raises(IllFormedStep, match="Determinant"):
        number(sp.Determinant(A))
