"""Mutants of small derivations with known fates, and the check made weak on purpose."""

import pytest
import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Prime, Size, Step, mutate
from ntkbook.proof import check as checking
from ntkbook.proof import mutation as mutating
from ntkbook.proof.mutation import mutations

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, p = sp.symbols("i j k p", integer=True, positive=True)
x, y = sp.symbols("x y", real=True)
f, g, h, phi, a = (sp.Function(name, real=True) for name in ("f", "g", "h", "phi", "a"))
A = sp.MatrixSymbol("A", N, N)
DOMAIN = {
    N: Size(),
    P: Size(),
    i: Index(N),
    j: Index(N),
    p: Index(P),
    x: Interval(0.1, 2.0),
    y: Interval(0.1, 2.0),
    f: Map(Index(N)),
    g: Map(Index(N)),
    phi: Map(Interval()),
    a: Map(Index(N), Index(N)),
}


def derive(*steps, **parts):
    return Derivation("trial", "Trial", DOMAIN, steps, **parts)


def step(lhs, relation, rhs, label="goal", **options):
    return Step(label, lhs, relation, sp.sympify(rhs), "", **options)


def changes(rhs, lhs=x):
    return {change: mutant for change, _, mutant in mutations(derive(), step(lhs, "=", rhs))}


@pytest.mark.parametrize(
    ("rhs", "mutant"),
    [
        (x * y, -x * y),
        (x * y, 2 * x * y),
        (x * y, x),
        (x + y, x - y),
        (x + y, y),
        (x**2, x**3),
        (sp.exp(x), sp.cos(x)),
        (phi(x), 2 * phi(x)),
        (Prime(phi(x)), phi(x)),
        (f(i), g(i)),
        (f(i) * g(j), f(j) * g(j)),
        (sp.Sum(a(i, k), (k, 1, N)), sp.Sum(a(i, k), (k, 1, N - 1))),
        (sp.Sum(f(i) * g(j), (i, 1, N)), sp.Sum(f(j) * g(j), (i, 1, N))),
    ],
)
def test_every_kind_of_change_is_made(rhs, mutant):
    assert mutant in changes(rhs, f(i) * g(j)).values()


def test_a_transpose_is_undone():
    assert A in [m for _, _, m in mutations(derive(), step(A, "=", A.T))]


def test_an_inequality_is_turned_round():
    assert ("<=", x**2) in [(r, m) for _, r, m in mutations(derive(), step(x**2 + y**2, ">=", x**2))]


def test_no_mutant_is_the_original_or_comes_twice():
    rhs = sp.Sum(f(i) * f(j) + g(i) * g(j), (i, 1, N))
    mutants = [m for _, _, m in mutations(derive(), step(x, "=", rhs))]
    assert rhs not in mutants
    assert len(mutants) == len(set(mutants))


def test_ranges_of_indices_are_respected():
    assert all(p not in m.free_symbols for m in changes(f(i) * x, f(j) * p).values())


TRUE = step(sp.Sum(f(i), (i, 1, N)) ** 2, "=", sp.Sum(f(i) * f(j), (i, 1, N), (j, 1, N)))


def test_the_mutants_of_a_true_step_die():
    report = mutate(derive(TRUE))
    assert report.counts["killed"] >= 5
    assert not report.having("survived")


def test_mutants_of_a_definition_die_downstream():
    report = mutate(
        derive(step(h(i), ":=", f(i) - g(i), "name"), step(h(i) ** 2 + x, "=", (f(i) - g(i)) ** 2 + x, uses=("name",)))
    )
    named = [m for m in report.mutants if m.label == "name"]
    assert {m.change for m in named if m.outcome != "killed"} == {"negate"}


def test_a_definition_that_nothing_uses_has_survivors():
    assert mutate(derive(step(h(i), ":=", f(i) - g(i), "name"))).having("survived")


def test_mutants_of_a_specialized_function_die():
    special = (step(phi(x), ":=", sp.tanh(x), "special"),)
    goal = step(Prime(phi(x)), "=", 1 - sp.tanh(x) ** 2, uses=("special",))
    assert not mutate(derive(goal, hypotheses=special)).having("survived")


def test_equivalent_mutants_are_recognized_by_algebra():
    delta = sp.KroneckerDelta(i, j)
    report = mutate(derive(step(f(j) * delta, "=", f(i) * delta)))
    assert report.having("equivalent")
    assert not report.having("survived")


def test_a_declared_equivalence_does_not_excuse_a_killed_mutant():
    report = mutate(derive(TRUE, equivalents={("goal", "negate"): "not so"}))
    assert next(m for m in report.mutants if m.change == "negate").outcome == "killed"


def test_a_declared_equivalence_is_used_with_its_reason():
    survivor = step(sp.Sum(f(i) * sp.Heaviside(x), (i, 1, N)), "=", sp.Sum(f(i) * sp.Heaviside(x) ** 2, (i, 1, N)))
    left = mutate(derive(survivor)).having("survived")
    assert left
    declared = {(m.label, m.change): "a power of 1" for m in left}
    report = mutate(derive(survivor, equivalents=declared))
    assert not report.having("survived")
    assert {m.why for m in report.having("equivalent")} >= {"a power of 1"}


def test_an_error_or_a_value_that_is_not_finite_is_no_kill():
    """log x at x > 0 is fine; the mutant log(-x) has no value, so it says nothing."""
    report = mutate(derive(step(sp.log(x) + sp.log(y) + f(i), "=", sp.log(x * y) + f(i), undecided="branches")))
    assert not any(m.outcome == "killed" and "not finite" in m.why for m in report.mutants)
    shifted = step(sp.Sum(f(k + 1), (k, 1, N - 1)), "=", sp.Sum(f(k + 1), (k, 1, N - 1)) + 0 * f(i))
    outcomes = {m.change: m.outcome for m in mutate(derive(shifted)).mutants}
    assert outcomes["drop the term 1"] == "killed"


def test_limits_and_citations_are_left_out():
    cited = step(x, "=", y, cite="somebody2020")
    limit = step(x, "->", y, "limit", limit="width", experiment="rate")
    assert mutate(derive(cited, limit)).mutants == ()


# Meta-tests: a weak check lets mutants live.


def test_without_unequal_indices_a_swapped_index_survives(monkeypatch):
    monkeypatch.setattr(checking, "_patterns", lambda free, domain, sizes: [dict.fromkeys(free, 0)])
    report = mutate(derive(step(x * f(i) * g(j), "=", f(i) * g(j) * x + 0 * g(i))))
    assert report.having("survived")


def test_without_equal_indices_a_dropped_delta_survives(monkeypatch):
    apart = lambda free, domain, sizes: [{index: n for n, index in enumerate(free)}]  # noqa: E731
    goal = derive(step(f(i) * g(j) + sp.KroneckerDelta(i, j), "=", f(i) * g(j) + sp.KroneckerDelta(i, j) ** 2))
    assert not mutate(goal).having("survived")
    monkeypatch.setattr(checking, "_patterns", apart)
    assert mutate(goal).having("survived")


def test_with_a_coarse_tolerance_everything_survives(monkeypatch):
    monkeypatch.setattr(checking, "TOLERANCE", 1e3)
    assert mutate(derive(TRUE)).counts["killed"] == 0


def test_a_check_that_sees_nothing_kills_nothing(monkeypatch):
    monkeypatch.setattr(mutating, "_refuted", lambda *args: False)
    assert mutate(derive(TRUE)).counts["killed"] == 0


def test_vectors_have_no_index_swapped_inside_their_name():
    v = sp.Function("v", real=True)
    assert Component(v(j), p) in changes(Component(v(i), p), f(j)).values()


def test_the_shape_of_a_matrix_is_no_place_for_mutants():
    wide = sp.MatrixSymbol("B", N, N + P)
    offered = mutations(derive(), step(A, "=", sp.MatMul(wide, wide.T)))
    assert not [change for change, _, _ in offered if "term" in change]
