"""Statements that once fooled the engine, or could: each must be refused."""

import itertools

import pytest
import sympy as sp

from ntkbook.proof import Component, FalseStep, IllFormedStep, Interval, Map, Partial, Prime, Size, Stack, verify
from ntkbook.proof import verify as verify_of_package
from ntkbook.proof.verify import is_zero
from tests.proof.test_verify import (
    DOMAIN,
    A,
    N,
    P,
    S,
    a,
    c,
    delta,
    derive,
    eta,
    f,
    h,
    i,
    j,
    k,
    n,
    p,
    phi,
    q,
    r,
    settle,
    step,
    t,
    theta,
    u,
    v,
    x,
    y,
)

RELU = sp.Max(x, 0)
OUTPUTS = Stack(f(j, theta), j, N)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (S(r(i) * r(j), (i, 1, N), (j, 1, N)), S(r(i) ** 2, (i, 1, N))),
        (S(delta(i, p), (i, 1, N)), sp.S.One),
        (S(S(delta(i, p), (i, 1, N)), (p, 1, P)), P),
        (S(delta(i, j) * r(i), (i, 2, N)), r(j)),
        (S(delta(n, 0) * x, (n, 0, N)), sp.S.Zero),
        (S(sp.Abs(n), (n, -N, N)), S(n, (n, -N, N))),
        (sp.Product(S(delta(i, j), (i, 1, N)), (j, 1, P)), sp.S.One),
        (S(r(i) * S(r(k), (k, 1, i)), (i, 1, N)), S(r(i), (i, 1, N)) ** 2),
        (S(1, (k, 1, i), (i, 1, N)), N**2),
        (S(1, (k, 1, 4 - (i - 2) ** 2), (i, 1, 3)), sp.Integer(9)),
        (1 / S(r(i) ** 2 + 1, (i, 1, N)), S(1 / (r(i) ** 2 + 1), (i, 1, N))),
        (S(r(i), (i, 1, N)) ** 3, S(r(i) ** 3, (i, 1, N))),
        (sp.Derivative(S(phi(x * k), (k, 1, N)), x), sp.S.Zero),
        (sp.Integral(S(x**k, (k, 1, N)), (x, 0, 1)), sp.Integral(S(x**k, (k, 1, N)), (x, 1, 2))),
        (sp.Product(S(r(k), (k, 1, N)), (i, 1, N)), S(r(k), (k, 1, N))),
        (N**2 * x, (5 * N - 6) * x),
        (sp.prod(b - d for b, d in itertools.combinations((i, j, k), 2)) * x, sp.S.Zero),
        (Component(Stack(S(r(k) * r(j), (k, 1, N)), j, N), k), S(r(k) ** 2, (k, 1, N))),
        (Component(Stack(Component(Stack(a(j, k), k, N), j), j, N), i), a(j, i)),
        (S(Component(OUTPUTS, i), (i, 1, N)), N * f(i, theta)),
        (sp.Derivative(f(i, theta), t), S(Partial(f(i, theta), theta, p), (p, 1, P))),
        (x ** sp.Rational(2) * sp.Heaviside(x), RELU),
        (sp.sqrt(x**2) + r(i), x + r(i)),
        (sp.Max(x, 0) * sp.Max(eta * x, 0), eta * x**2),
        (A * A.T, A.T * A),
        (sp.Trace(A) ** 2, sp.Trace(A * A)),
        (Prime(phi(2 * x)), sp.Derivative(phi(2 * x), x)),
        (r(1), r(2)),
    ],
)
def test_a_false_statement_is_refused_with_a_counterexample(lhs, rhs):
    with pytest.raises(FalseStep, match="left side"):
        settle(lhs, "=", rhs, undecided="trust me")


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (S(r(k), (k, 0, N)), S(r(k), (k, 1, N)) + r(N)),
        (sp.Derivative(sp.Heaviside(x), x), sp.S.Zero),
        (Partial(Partial(sp.Max(Component(theta, p), 0), theta, q), theta, p), sp.S.Zero),
        (sp.Derivative(sp.Piecewise((1, x > 0), (0, True)), x), sp.S.Zero),
        (Partial(S(Component(v(k), p) ** 2, (k, 1, N)), v(i), p), sp.S.Zero),
        (Partial(S(f(k, theta) ** 2, (k, 1, N)), OUTPUTS, j), sp.S.Zero),
        (Partial(sp.Derivative(f(i, theta), t), theta, p), sp.S.Zero),
        (sp.loggamma(x - 3), sp.re(sp.loggamma(x - 3))),
        (S(1 / k**2, (k, 1, sp.oo)), sp.pi**2 / 6),
    ],
)
def test_what_the_numbers_cannot_judge_is_refused(lhs, rhs):
    with pytest.raises(IllFormedStep):
        settle(lhs, "=", rhs, undecided="trust me")


@pytest.mark.parametrize(
    ("definition", "lhs", "rhs"),
    [
        (step(c, ":=", x**2, "name"), sp.Integral(c * x, (x, 0, 1)), sp.Rational(1, 4)),
        (step(h(x), ":=", sp.sin(2 * x), "name"), Prime(h(x)), sp.cos(2 * x)),
        (step(h(i), ":=", S(a(i, k), (k, 1, N)), "name"), S(h(k), (k, 1, N)), N * S(a(k, k), (k, 1, N))),
        (step(h(i), ":=", Stack(a(i, k), k, N).at(j) * r(i), "name"), r(i), r(j)),
    ],
)
def test_unfolding_cannot_make_a_false_statement_true(definition, lhs, rhs):
    with pytest.raises((FalseStep, IllFormedStep)):
        settle(lhs, "=", rhs, definition, undecided="trust me")


def test_unfolding_cannot_merge_what_is_varied_with_what_is_not():
    definition = step(h(x, y), ":=", sp.Derivative(u(x, y), x), "name")
    domain = {**DOMAIN, y: Interval()}
    with pytest.raises(IllFormedStep, match="varied"):
        settle(h(x, x), "=", sp.Derivative(u(x, x), x), definition, domain=domain, undecided="trust me")


# Names and assumptions


def test_a_positive_symbol_needs_a_positive_space():
    with pytest.raises(IllFormedStep, match="positive"):
        derive(domain={eta: Interval(-1.0, 1.0)})
    with pytest.raises(IllFormedStep, match="nonnegative"):
        derive(domain={sp.Function("F", nonnegative=True): Map(Interval())})
    with pytest.raises(IllFormedStep, match="even"):
        derive(domain={sp.Symbol("E", integer=True, even=True): Size()})
    with pytest.raises(IllFormedStep, match="integer"):
        derive(domain={N: Interval(1.0, 2.0)})


@pytest.mark.parametrize(
    "expr",
    [
        S(sp.Abs(k) * x, (k, 0, N)),
        S(sp.Pow(0, k, evaluate=False), (k, 0, N)),
        sp.Integral(sp.Max(eta, x), (eta, -1, 1)),
        S(x, (sp.Symbol("e", even=True), 1, N)),
    ],
)
def test_a_bound_variable_must_keep_its_assumptions(expr):
    with pytest.raises(IllFormedStep, match="algebra takes"):
        settle(expr, "=", x, undecided="trust me")


def test_two_symbols_of_one_name_are_refused():
    twin = sp.Symbol("i", integer=True)
    with pytest.raises(IllFormedStep, match="two different"):
        settle(S(r(i), (twin, 1, N)), "=", N * r(i))
    with pytest.raises(IllFormedStep, match="name of its own"):
        derive(domain={**DOMAIN, sp.Symbol("x"): Interval()})


# Algebra is sound by itself, for the numbers may be lucky


@pytest.mark.parametrize(
    "expr",
    [
        sp.Derivative(S(phi(x * k), (k, 1, N)), x),
        sp.Integral(S(x**k, (k, 1, N)), (x, 0, 1)) - sp.Integral(S(x**k, (k, 1, N)), (x, 1, 2)),
        sp.Product(S(r(k), (k, 1, N)), (i, 1, N)) - S(r(k), (k, 1, N)) ** N,
        sp.Derivative(f(i, theta), t) - sp.Derivative(f(j, theta), t),
        sp.Derivative(Component(theta, p), t),
        Partial(f(i, theta), theta, p),
        S(delta(i, p), (i, 1, N)) - 1,
        sp.sqrt(x**2) - x,
        sp.log(x**2) - 2 * sp.log(x),
        S(r(i), (i, 1, N)) / S(r(i), (i, 1, N)) ** 2 - 1,
    ],
)
def test_algebra_does_not_take_this_for_zero(expr):
    assert not is_zero(expr, derive())


@pytest.mark.parametrize(
    "expr",
    [
        sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1,
        S(r(i), (i, 1, N)) / S(r(j), (j, 1, N)) - 1,
        (S(r(i), (i, 1, N)) + 1) / (S(r(j), (j, 1, N)) + 1) - 1,
        phi(x) / (1 + phi(x)) + 1 / (1 + phi(x)) - 1,
    ],
)
def test_algebra_sees_this_to_be_zero(expr):
    assert is_zero(expr, derive())


def test_too_many_orders_leave_a_step_undecided():
    ring_of = sp.symbols("r0:8", integer=True, positive=True)

    def ring(indices):
        return S(
            sp.prod(a(b, d) for b, d in zip(indices, (*indices[1:], indices[0]), strict=True)),
            *[(b, 1, 2) for b in indices],
        )

    assert not is_zero(ring(ring_of) - ring(ring_of[::-1]), derive())


def test_the_package_exports_verify():
    assert verify_of_package is verify
