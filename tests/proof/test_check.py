import itertools

import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import (
    Component,
    Derivation,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Matrix,
    Partial,
    Size,
    Step,
    Vector,
)
from ntkbook.proof.check import FEW, POINTS, compare
from ntkbook.proof.domain import Domain
from ntkbook.proof.draw import draw_sizes, draw_values
from ntkbook.proof.evaluate import evaluate

M, N, P = sp.symbols("M N P", integer=True, positive=True)
i, j, k, m, n, p = sp.symbols("i j k m n p", integer=True, positive=True)
t, x, y, z = sp.symbols("t x y z", real=True)
f, y_of, g_of, theta_of = (sp.Function(name, real=True) for name in ("f", "y", "g", "theta"))
theta, g = theta_of(t), g_of(t)
A, S, K = (sp.MatrixSymbol(name, N, N) for name in "ASK")
DOMAIN = {
    N: Size(),
    P: Size(),
    **dict.fromkeys((i, j, k, m, n), Index(N)),
    p: Index(P),
    t: Interval(0.0, 1.0),
    x: Interval(),
    z: Interval(),
    theta_of: Map(Interval(0.0, 1.0), into=Vector(P)),
    g_of: Map(Interval(0.0, 1.0)),
    f: Map(Index(N), Vector(P)),
    y_of: Map(Index(N)),
    A: Matrix(),
    S: Matrix("symmetric"),
    K: Matrix("positive_definite"),
}


def trial(*hypotheses, domain=None):
    return Derivation("trial", "Trial", domain or DOMAIN, (), hypotheses=hypotheses)


def assume(lhs, rhs, relation="="):
    return Step("assumed", lhs, relation, rhs, "")


def agree(lhs, rhs, *hypotheses, relation="="):
    return compare(trial(*hypotheses), sp.sympify(lhs), relation, sp.sympify(rhs)).counterexample is None


# Draws


@pytest.mark.parametrize("count", range(1, 6))
def test_sizes_differ_from_each_other_and_between_draws(count):
    symbols = sp.symbols(f"n0:{count}", integer=True, positive=True)
    first, second = (draw_sizes(Domain(dict.fromkeys(symbols, Size())), which) for which in (0, 1))
    for sizes in (first, second):
        assert len(set(sizes.values())) == count
        assert min(sizes.values()) >= 2
    assert all(first[s] != second[s] for s in symbols)


def test_matrices_have_their_declared_property():
    drawn = draw_values(
        Domain({N: Size(), A: Matrix(), S: Matrix("symmetric"), K: Matrix("psd")}), {N: 4}, 8, np.random.default_rng(0)
    )
    np.testing.assert_array_equal(drawn["S"], np.swapaxes(drawn["S"], 1, 2))
    assert np.linalg.eigvalsh(drawn["K"]).min() > -1e-12
    assert not np.allclose(drawn["A"], np.swapaxes(drawn["A"], 1, 2))


def test_a_property_needs_a_square_matrix():
    with pytest.raises(IllFormedStep, match="shape"):
        draw_values(
            Domain({N: Size(), P: Size(), sp.MatrixSymbol("B", N, P): Matrix("psd")}),
            {N: 2, P: 3},
            2,
            np.random.default_rng(0),
        )


def test_a_side_is_evaluated_once_for_a_derivation(monkeypatch):
    """The left side of a step meets many right sides; another derivation has other points."""
    from ntkbook.proof import check

    seen = []
    monkeypatch.setattr(check, "evaluate", lambda side, scope: seen.append(side) or evaluate(side, scope))
    derivation, left = trial(), x * y_of(i)
    for right in (left + 1, left + 2, left**2):
        compare(derivation, left, "=", right)
    assert seen.count(left) == 1
    compare(trial(domain=DOMAIN | {x: Interval(5.0, 6.0)}), left, "=", left + 1)
    assert seen.count(left) == 2


def test_other_patterns_of_indices_are_other_points():
    derivation = trial()
    assert compare(derivation, y_of(i), "=", y_of(i)).counterexample is None
    assert compare(derivation, y_of(i), "=", y_of(j)).counterexample is not None
    assert compare(derivation, y_of(i), "=", y_of(i)).counterexample is None


def test_a_gross_failure_of_an_integral_is_found_among_the_first_points():
    integral = sp.Integral(sp.exp(-(t**2) * (1 + x**2)), (t, 0, 1))
    assert compare(trial(), integral, "=", 2 * integral).points == FEW
    assert compare(trial(), integral, "=", integral * (1 + sp.Float(1e-5))).points > FEW


def test_two_sizes_and_many_points():
    agreement = compare(trial(), y_of(i), "=", y_of(i))
    assert agreement.points == 2 * POINTS
    assert len(set(agreement.sizes)) == 2


# Patterns of indices


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (sp.KroneckerDelta(i, j) * y_of(i), y_of(i)),
        (sp.KroneckerDelta(i, j) * y_of(i), 0),
        ((1 + sp.KroneckerDelta(i, j)) * y_of(i), y_of(i)),
        (sp.KroneckerDelta(i, j) * sp.KroneckerDelta(j, k), 0),
        ((i - j) * (i - k) * (j - k), 0),
        (sp.prod(a - b for a, b in itertools.combinations((i, j, k, m), 2)), 0),
        (sp.prod(a - b for a, b in itertools.combinations((i, j, k, m, n), 2)), 0),
        (N**2, 5 * N - 6),
        ((N - 2) * (N - 3), 0),
        (N, P - 1),
    ],
)
def test_every_pattern_of_equal_indices_is_met(lhs, rhs):
    assert not agree(lhs, rhs)


def test_the_counterexample_names_the_point_and_both_values():
    found = compare(trial(), N * x * y_of(i), "=", N * x * y_of(j)).counterexample
    assert found.left != found.right
    assert all(name in found.place for name in ("N = ", "i = ", "j = ", "x = "))


# Relations and tolerance


def test_inequalities():
    assert agree(x**2, 0, relation=">=")
    assert agree(-(x**2), 0, relation="<=")
    assert not agree(x, 0, relation="<=")


def test_a_small_relative_error_is_seen_at_every_scale():
    for scale in (sp.Rational(1, 10**12), 1, 10**12):
        assert not agree(scale * sp.exp(x), scale * sp.exp(x) * (1 + sp.Rational(1, 10**7)))


def test_rounding_is_no_error():
    assert agree((sp.exp(x) + 1) ** 6, sp.expand((sp.exp(x) + 1) ** 6))


@pytest.mark.parametrize("lhs", [sp.log(x), 1 / (N - 2), sp.sqrt(x), y_of(i + 1), sp.gamma(-N)])
def test_what_is_not_finite_is_neither_true_nor_false(lhs):
    with pytest.raises(IllFormedStep):
        agree(lhs, 1)


def test_shapes_must_agree():
    with pytest.raises(IllFormedStep, match="shape"):
        agree(A, x)


def test_matrix_identities():
    assert agree((A * S).T, S * A.T)
    assert not agree(A * S, S * A)
    assert agree(S.T, S)
    assert not agree(A.T, A)


# Hypotheses


def test_a_vector_obeys_its_flow():
    flow = assume(sp.Derivative(Component(theta, p), t), -x * Component(theta, p))
    moving = sp.Derivative(f(i, theta), t)
    along = -x * sp.Sum(Partial(f(i, theta), theta, p) * Component(theta, p), (p, 1, P))
    assert agree(moving, along, flow)
    assert not agree(moving, along)
    assert not agree(moving, 2 * along, flow)


def test_a_number_obeys_its_flow():
    flow = assume(sp.Derivative(g, t), -x * g)
    assert agree(sp.Derivative(g**2, t), -2 * x * g**2, flow)
    assert not agree(sp.Derivative(g**2, t), -2 * x * g**2)
    assert agree(sp.Derivative(g, (t, 2)), x**2 * g, flow)


def test_a_symbol_takes_its_value():
    assert agree(x, z**2, assume(x, z**2))
    assert not agree(x, z**2)
    assert agree(x, y_of(i) + sp.Sum(y_of(k), (k, 1, N)), assume(x, y_of(i) + sp.Sum(y_of(k), (k, 1, N))))


def test_a_function_of_the_domain_can_be_specialized():
    assert agree(f(i, theta), x * y_of(i), assume(f(i, theta), x * y_of(i), ":="))


def test_hypotheses_of_given_derivations_hold_too():
    inner = trial(assume(x, z**2))
    outer = Derivation("outer", "Outer", {}, (), given=(inner,))
    assert compare(outer, x, "=", z**2).counterexample is None


@pytest.mark.parametrize(
    "hypotheses",
    [
        (assume(x + z, sp.S.One),),
        (assume(y_of(i), sp.S.One),),
        (assume(N, sp.Integer(3)),),
        (assume(i, sp.Integer(1)),),
        (assume(x, x + 1),),
        (assume(x, z), assume(x, z + 1)),
        (assume(x, z + 1), assume(z, sp.S.One)),
        (assume(sp.Derivative(Component(theta, i), t), x),),
        (assume(sp.Derivative(Component(theta, 1), t), x),),
        (assume(sp.Derivative(theta, t), x),),
        (assume(sp.Derivative(g, t), g), assume(sp.Derivative(g, t), -g)),
        (assume(sp.Derivative(g, t), sp.Derivative(g, t) + 1),),
        (assume(sp.Derivative(g, t, t), -g),),
    ],
)
def test_hypotheses_that_numbers_cannot_obey_are_refused(hypotheses):
    labelled = [Step(f"assumed-{k}", s.lhs, s.relation, s.rhs, "") for k, s in enumerate(hypotheses)]
    with pytest.raises(IllFormedStep):
        agree(x * z, z * x + 0 * g, *labelled)


def test_a_hypothesis_must_respect_what_algebra_assumes():
    rate = sp.Symbol("rate", positive=True)
    domain = {**DOMAIN, rate: Interval(0.5, 2.0)}
    with pytest.raises(IllFormedStep, match="out of"):
        compare(trial(assume(rate, -(z**2) - 1), domain=domain), rate, "=", rate)
