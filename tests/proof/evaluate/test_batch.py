"""What is evaluated at many points at once, against what is evaluated at each of them."""

import hypothesis
import hypothesis.strategies as st
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import Component, Domain, Gaussian, Map, MatrixExponential, Partial, PartialBy, Prime, Stack
from ntkbook.proof.broadcasting import aligned, total
from ntkbook.proof.evaluate import Flow, Scope, evaluate, run
from ntkbook.proof.evaluate.tables import entry
from ntkbook.proof.expectation import Expectation
from tests.proof.test_evaluate import DOMAIN, SIZES, A, B, N, P, a, f, i, j, k, p, phi, q, t, theta, theta_of, v, x, y
from tests.proof.test_evaluate import VALUES as POINT
from tests.proof.test_evaluate import w as weights

u, g = sp.Symbol("u", real=True), sp.Function("g", real=True)
EVERYTHING = Domain({**DOMAIN, u: Gaussian(), g: Map(DOMAIN[p], into=Gaussian())})
POINTS = 5
RNG = np.random.default_rng(3)
INDICES = {"i": 3, "j": 3, "p": 4, "q": 4}
MANY = {name: RNG.normal(size=(*np.shape(value), POINTS)) for name, value in POINT.items() if name not in INDICES}
MANY |= {name: RNG.integers(1, most + 1, POINTS) for name, most in INDICES.items()}
MANY |= {"g": RNG.normal(size=(4, POINTS)), "u": RNG.normal(size=POINTS), "theta now": RNG.normal(size=(4, POINTS))}
FLOW = {theta_of: Flow(theta_of, t, p, -weights(p) * Component(theta, p) ** 2)}
entries = Stack(a(i, k) ** 2, k, N)


@pytest.mark.parametrize(
    "expr",
    [
        sp.Piecewise((x, x > y), (sp.sin(y), True)) ** 2,
        sp.KroneckerDelta(i, j) * a(i, j) + sp.Max(x, y, 0),
        sp.Sum(a(i, k) * a(k, j), (k, 1, N)),
        sp.Sum(phi(x * a(i, k)) * sp.Sum(f(k, v) * weights(q), (q, 1, P)), (k, 1, N)),
        sp.Sum(sp.Sum(a(k, j), (k, 1, q)), (q, 1, N)),
        sp.Product(1 + a(k, k) ** 2, (k, 1, N)),
        sp.Sum(Partial(f(i, v), v, q) * Partial(f(j, v), v, q), (q, 1, P)),
        Partial(Partial(f(i, v), v, p), v, q),
        Partial(sp.Sum(Component(entries, k) ** 3, (k, 1, N)), entries, j),
        PartialBy(sp.Sum(a(i, k) * a(k, j), (k, 1, N)), a(i, j)),
        Prime(phi(x * y), 2) + f(j, v),
        sp.Derivative(phi(x * y), x, y),
        sp.Subs(sp.Derivative(phi(x) ** 2, x), x, x * y),
        sp.Derivative(f(i, theta), t) + sp.Derivative(Component(theta, p), (t, 2)),
        sp.Sum((A * B)[0, 1] * (B * B.T)[k - 1, i - 1] * a(k, i), (k, 1, N)),
        sp.Trace(A.T * A + 2 * sp.Identity(N)) * x + (A**2).inv()[1, 2],
        sp.Trace(MatrixExponential(A)),
        sp.Integral(phi(x) * sp.Integral(sp.exp(-x * y) * a(i, j), (y, 0, 1)), (x, 0, sp.Abs(y))),
        sp.Integral(sp.Max(x, y) * sp.exp(-(x**2)), (x, -sp.oo, sp.oo)),
        sp.Limit((sp.sin(x * y) - x * y) / x**3, x, 0),
        Expectation(phi(u + x) * phi(y * u), u),
        Expectation(sp.Sum(g(q) * f(i, v), (q, 1, P)) ** 2 * x + y, g),
        Expectation(sp.Sum(g(q) * weights(q), (q, 1, P)) ** 4, g),
        sp.Sum(Expectation(sp.Sum(g(q) * a(k, i), (q, 1, P)) ** 2 * phi(x), g), (k, 1, N)),
        sp.Sum(Expectation(sp.Heaviside(g(p)) * g(p) * g(q), g), (q, 1, P)),
    ],
    ids=str,
)
def test_all_points_at_once_are_each_point_alone(expr):
    def at_once(values):
        scope = Scope(EVERYTHING, SIZES, values, FLOW, batch=(POINTS,), depths=dict.fromkeys(values, 1))
        return [jnp.broadcast_to(evaluate(expr, scope), (POINTS,))]

    (together,) = run(at_once, MANY)
    for point in range(POINTS):
        values = {name: numbers[..., point] for name, numbers in MANY.items()}
        (alone,) = run(lambda one: [jnp.asarray(evaluate(expr, Scope(EVERYTHING, SIZES, one, FLOW)))], values)
        np.testing.assert_allclose(together[point], alone, rtol=1e-10, atol=1e-12)


@st.composite
def tables(draw):
    """A table whose first axis is indexed, and an index, each varying along some of three axes."""
    batch = draw(st.lists(st.integers(1, 3), min_size=3, max_size=3))
    of_table, of_index = ([n if draw(st.booleans()) else 1 for n in batch] for _ in range(2))
    own = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    left_out = draw(st.integers(0, 3))
    return (*own, *of_table), of_index[left_out:]


@hypothesis.given(tables(), st.integers(0, 10**6))
def test_an_entry_is_that_of_numpy(shapes, seed):
    rng = np.random.default_rng(seed)
    table, index = rng.normal(size=shapes[0]), rng.integers(1, shapes[0][0] + 1, shapes[1])
    own, spread = table.ndim - 3, np.broadcast_shapes(table.shape[-3:], index.shape)
    whole = np.broadcast_to(table, (*table.shape[:own], *spread))
    places = np.broadcast_to(index - 1, spread)[(None,) * own]
    expected = np.take_along_axis(whole, np.broadcast_to(places, (1, *whole.shape[1:])), axis=0)[0]
    found = np.asarray(entry(jnp.asarray(table), jnp.asarray(index), True, 3))
    np.testing.assert_array_equal(np.broadcast_to(found, expected.shape), expected)


def test_an_entry_outside_is_no_number():
    table = jnp.arange(6.0).reshape(2, 3)
    found = np.asarray(entry(table, jnp.asarray([0, 2, 3]), False, 1))
    np.testing.assert_array_equal(found, [np.nan, 4.0, np.nan])
    assert np.isnan(entry(table, 3, False, 1)).all()


def test_what_varies_along_different_axes_is_aligned():
    first, second = aligned(jnp.ones((3, 1)), np.ones(4))
    assert first.shape == second.shape == (3, 4)
    assert aligned(2.0, jnp.ones(4))[0] == 2.0
    np.testing.assert_array_equal(total(jnp.asarray([[1.0], [2.0]]), jnp.asarray([3.0, 5.0])), [9.0, 15.0])
