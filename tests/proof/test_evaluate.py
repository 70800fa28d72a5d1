import hypothesis
import hypothesis.strategies as st
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import Component, Domain, IllFormedStep, Index, Interval, Map, Matrix, Partial, Size, Stack, Vector
from ntkbook.proof.evaluate import Scope, evaluate, run
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
