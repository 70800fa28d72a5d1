"""Derivatives, motions and matrices, evaluated."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
import sympy as sp

from ntkbook.proof import Component, Domain, IllFormedStep, Index, Map, MatrixExponential, Partial, Prime, Stack, Vector
from ntkbook.proof.evaluate import Flow, Scope, evaluate
from ntkbook.proof.evaluate.tables import call_map
from tests.proof.test_evaluate import (
    DOMAIN,
    RNG,
    SIZES,
    VALUES,
    A,
    B,
    N,
    P,
    a,
    close,
    f,
    i,
    j,
    k,
    loss,
    number,
    p,
    phi,
    q,
    speed,
    t,
    theta,
    theta_of,
    v,
    waves,
    x,
    y,
)


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
