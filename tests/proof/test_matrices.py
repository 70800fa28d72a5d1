"""Matrices of symbolic sizes: the normal form, the derivative, numbers, mutants and print."""

import numpy as np
import pytest
import scipy.linalg
import sympy as sp

from ntkbook.proof import (
    AtTime,
    Derivation,
    Domain,
    FalseStep,
    IllFormedStep,
    Interval,
    Matrix,
    MatrixExponential,
    Size,
    Step,
    TimeDerivative,
    UndecidedStep,
    Verdict,
    mutate,
    rules,
    verify,
)
from ntkbook.proof.draw import draw_values
from ntkbook.proof.evaluate import Scope, evaluate
from ntkbook.proof.latex import latex
from ntkbook.proof.matrix_form import matrix_form, matrix_vanishes
from ntkbook.proof.rewriting import rewrite

N, M, s = sp.symbols("N M s", integer=True, positive=True)
t, c = sp.symbols("t c", real=True)
A, B, S, K, U, D = (sp.MatrixSymbol(name, N, N) for name in "ABSKUD")
C, v = sp.MatrixSymbol("C", M, N), sp.MatrixSymbol("v", N, 1)
f = sp.MatrixSymbol("f", N, 1)
ONE = sp.Identity(N)
DOMAIN = {
    N: Size(),
    M: Size(),
    s: Size(),
    t: Interval(0.1, 1.0),
    c: Interval(0.5, 1.0),
    A: Matrix(),
    B: Matrix(),
    S: Matrix("symmetric"),
    K: Matrix("positive_definite"),
    U: Matrix("orthogonal"),
    D: Matrix("diagonal"),
    C: Matrix(),
    v: Matrix(),
}
times, plus, inv, exp = sp.MatMul, sp.MatAdd, sp.Inverse, MatrixExponential


def minus(matrix):
    return times(sp.S.NegativeOne, matrix)


def equal(left, right):
    return matrix_vanishes(plus(left, minus(right)), Domain(DOMAIN))


def derive(*steps):
    return Derivation("trial", "Trial", DOMAIN, steps)


def step(lhs, relation, rhs, label="goal", **options):
    return Step(label, lhs, relation, rhs, "", **options)


def verdict(lhs, rhs, *before, **options):
    return verify(derive(*before, step(lhs, "=", rhs, **options)))[-1].verdict


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (times(plus(A, B), v), plus(times(A, v), times(B, v))),
        (sp.Transpose(times(C, S)), times(S, sp.Transpose(C))),
        (times(K, inv(K), v), v),
        (inv(times(2, A, B)), times(sp.Rational(1, 2), inv(B), inv(A))),
        (times(U, sp.Transpose(U)), ONE),
        (inv(U), sp.Transpose(U)),
        (exp(times(0, A)), ONE),
        (times(exp(times(t, S)), S), times(S, exp(times(t, S)))),
        (times(exp(times(t, K)), inv(K)), times(inv(K), exp(times(t, K)))),
        (times(exp(times(t, A)), exp(times(c, A))), exp(times(t + c, A))),
        (times(exp(A), exp(minus(A))), ONE),
        (times(exp(plus(ONE, A)), exp(minus(A))), times(sp.E, ONE)),
        (sp.Transpose(exp(A)), exp(sp.Transpose(A))),
        (inv(exp(A)), exp(minus(A))),
        (exp(times(U, D, sp.Transpose(U))), times(U, exp(D), sp.Transpose(U))),
        (times(plus(ONE, A), sp.MatPow(plus(ONE, A), s)), sp.MatPow(plus(ONE, A), s + 1)),
        (sp.MatPow(plus(ONE, A), 2), plus(ONE, times(2, A), times(A, A))),
        (AtTime(exp(times(t, A)), t, 0), ONE),
    ],
)
def test_equal_for_all_sizes(left, right):
    assert equal(left, right)
    assert verdict(left, right) is Verdict.PROVED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (times(A, B), times(B, A)),
        (times(exp(A), exp(B)), exp(plus(A, B))),
        (times(exp(A), B), times(B, exp(A))),
        (sp.Transpose(A), A),
        (times(S, sp.Transpose(S)), ONE),
        (exp(times(A, D, sp.Transpose(A))), times(A, exp(D), sp.Transpose(A))),
        (inv(plus(K, ONE)), plus(inv(K), ONE)),
        (times(U, U), ONE),
    ],
)
def test_what_is_false_is_not_equal_and_is_refuted(left, right):
    assert not equal(left, right)
    with pytest.raises(FalseStep, match="left side is"):
        verdict(left, right)


def test_a_product_of_matrices_that_are_not_square_is_not_inverted_factor_by_factor():
    gram = inv(times(C, sp.Transpose(C)))
    assert list(matrix_form(gram, Domain(DOMAIN))) == [(gram,)]


def test_what_no_normal_form_sees_needs_a_reason():
    shifted = plus(K, ONE)
    assert verdict(times(shifted, inv(shifted), v), v) is Verdict.PROVED
    with pytest.raises(UndecidedStep):
        verdict(times(shifted, exp(inv(shifted))), times(exp(inv(shifted)), shifted))


def test_an_equation_between_matrices_rewrites_in_its_order_only():
    used = step(times(A, B), "=", K)
    domain = Domain(DOMAIN)
    assert rewrite(times(B, A), used, domain) == times(B, A)
    assert rewrite(plus(times(A, B), S), used, domain) == plus(K, S)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (exp(times(t**2, A)), times(2 * t, A, exp(times(t**2, A)))),
        (times(t, C, exp(times(t, S)), v), plus(times(C, exp(times(t, S)), v), times(t, C, S, exp(times(t, S)), v))),
        (inv(plus(K, times(t, ONE))), minus(times(inv(plus(K, times(t, ONE))), inv(plus(K, times(t, ONE)))))),
        (sp.Transpose(times(t, A)), sp.Transpose(A)),
        (A, sp.ZeroMatrix(N, N)),
    ],
)
def test_the_derivative_is_carried_out_and_proved(left, right):
    assert verdict(TimeDerivative(left, t), right, by=(rules.matrix_derivative(),)) is Verdict.PROVED


def test_an_exponential_that_does_not_commute_with_its_velocity_is_left_alone():
    moving = TimeDerivative(exp(plus(A, times(t, B))), t)
    rule = rules.matrix_derivative()
    assert rule(moving, Domain(DOMAIN)) == moving
    with pytest.raises(FalseStep):
        verdict(moving, times(B, exp(plus(A, times(t, B)))))


def test_a_name_is_no_constant():
    """The derivative of a defined matrix waits until the name is unfolded."""
    definition = step(f, ":=", times(exp(times(t, A)), v), "name")
    law = times(A, f)
    moving = TimeDerivative(f, t)
    assert rules.matrix_derivative()(moving, Domain(DOMAIN)) == moving
    with pytest.raises(IllFormedStep, match="changes nothing"):
        verdict(moving, law, definition, by=(rules.matrix_derivative(),))
    assert verdict(moving, law, definition, uses=("name",), by=(rules.matrix_derivative(),)) is Verdict.PROVED
    assert not matrix_vanishes(plus(AtTime(f, t, 0), minus(f)), Domain(DOMAIN))
    assert verdict(AtTime(f, t, 0), v, definition, uses=("name",)) is Verdict.PROVED


def test_a_matrix_of_the_domain_is_not_defined_again():
    with pytest.raises(IllFormedStep, match="declared in the domain"):
        verify(derive(step(v, ":=", times(A, v), "name")))


def test_numbers():
    values = draw_values(Domain(DOMAIN), {N: 3, M: 2, s: 4}, 5, np.random.default_rng(0))
    one = {name: value[0] for name, value in values.items()}
    scope = Scope(Domain(DOMAIN), {N: 3, M: 2, s: 4}, one, {})
    a, now = one["A"], one["t"]
    expected = a @ scipy.linalg.expm(now * a)
    np.testing.assert_allclose(evaluate(TimeDerivative(exp(times(t, A)), t), scope), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(evaluate(AtTime(times(t, A), t, 2), scope), 2 * a, rtol=1e-15)
    np.testing.assert_allclose(evaluate(sp.MatPow(A, s), scope), np.linalg.matrix_power(a, 4), rtol=1e-12)
    np.testing.assert_allclose(one["U"] @ one["U"].T, np.eye(3), atol=1e-14)
    assert np.count_nonzero(one["D"]) == 3


def test_every_small_change_is_refused():
    solution = plus(v, times(exp(times(-t, K)), plus(v, minus(times(A, v)))))
    report = mutate(
        derive(
            step(f, ":=", solution, "name"),
            step(AtTime(f, t, 0), "=", plus(times(2, v), minus(times(A, v))), "start", uses=("name",)),
            step(
                TimeDerivative(f, t),
                "=",
                minus(times(K, plus(f, minus(v)))),
                "law",
                uses=("name",),
                by=(rules.matrix_derivative(),),
            ),
        )
    )
    assert report.counts["killed"] > 25
    assert not report.having("survived")


@pytest.mark.parametrize(
    ("expr", "printed"),
    [
        (times(-t / N, C, plus(v, minus(v))), r"-\frac{t}{N} \, C \, (v - v)"),
        (times(C, inv(K), sp.Transpose(U)), r"C \, K^{-1} \, U^{\top}"),
        (sp.MatPow(plus(ONE, A), s), r"(I + A)^{s}"),
        (TimeDerivative(f, t), r"\frac{d f}{d t}"),
        (AtTime(f, t, 0), r"f\Big|_{t=0}"),
        (exp(times(-t, A)), r"e^{-t \, A}"),
    ],
)
def test_print(expr, printed):
    assert latex(expr, Domain(DOMAIN)) == printed
