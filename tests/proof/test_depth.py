"""Recursions and their solution by induction; limits by algebra and by extrapolation."""

import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import (
    Derivation,
    Domain,
    FalseStep,
    IllFormedStep,
    Interval,
    Map,
    Recursion,
    Size,
    Step,
    UndecidedStep,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof.alpha import alpha_key
from ntkbook.proof.evaluate import Scope, evaluate
from ntkbook.proof.latex import latex
from ntkbook.proof.terms import substitute

L, n = sp.symbols("L n", integer=True, positive=True)
a, c, x, y, s = sp.symbols("a c x y s", real=True)
h = sp.Symbol("h", positive=True)
f = sp.Function("f", real=True)
DOMAIN = Domain({L: Size(), n: Size(), a: Interval(1.2, 2.0), c: Interval(), s: Interval(), f: Map(Interval())})
LINE = Recursion(a * x + c, x, s, L)
LINE_SOLVED = a**L * s + c * (a**L - 1) / (a - 1)
DRIFT = n * (sp.digamma(n / 2) + sp.log(2 / n))


def value(expr, sizes=(3, 4), **values):
    drawn = {name: np.asarray(v) for name, v in values.items()}
    return float(evaluate(expr, Scope(DOMAIN, dict(zip((L, n), sizes, strict=True)), drawn)))


def settled(lhs, rhs, *by, **more):
    derivation = Derivation("tried", "tried", DOMAIN, (Step("step", lhs, "=", rhs, "so", by=by, **more),))
    return verify(derivation)[0].verdict


# Recursion as an expression


def test_a_recursion_takes_its_steps():
    assert value(LINE, a=2.0, c=1.0, s=5.0) == 47.0
    assert value(Recursion(x**2, x, s, L - 3), s=5.0) == 5.0
    with pytest.raises(IllFormedStep, match="must not be negative"):
        value(Recursion(x, x, s, L - 5), s=5.0)


def test_the_name_of_the_state_is_bound():
    assert LINE.free_symbols == {a, c, s, L}
    assert substitute(LINE, {x: y}) == LINE
    assert substitute(LINE, {s: x}).free_symbols == {a, c, x, L}
    assert value(substitute(LINE, {c: x}), a=2.0, x=1.0, s=5.0) == 47.0


def test_recursions_nest():
    inner = Recursion(x + 1, x, y, n)
    outer = Recursion(2 * inner, y, s, L)
    assert value(outer, s=1.0) == 2 * (2 * (2 * 5 + 4) + 4) + 0.0
    assert outer.free_symbols == {n, s, L}


@pytest.mark.parametrize("state", [h, n, sp.Integer(2), sp.Symbol("x", nonpositive=True)])
def test_a_state_is_a_real_symbol_and_no_more(state):
    with pytest.raises(IllFormedStep, match="real, no more"):
        Recursion(state + 1, state, s, L)


def test_a_recursion_prints_as_a_map_applied_so_often():
    with sp.evaluate(False):
        assert latex(Recursion(a * x, x, s, L), DOMAIN) == r"\bigl(x \mapsto a \, x\bigr)^{L}(s)"


# Induction


def test_induction_proves_a_closed_form_for_symbolic_depth():
    assert settled(LINE, LINE_SOLVED, rules.induction(LINE_SOLVED, L)) is Verdict.PROVED
    assert settled(Recursion(x + c, x, s, L), s + L * c, rules.induction(s + L * c, L)) is Verdict.PROVED


def test_without_induction_sizes_alone_decide():
    assert settled(Recursion(x + c, x, s, L), s + L * c) is Verdict.PROVED_AT_SIZES


def test_induction_names_the_case_that_fails():
    rule = rules.induction(s + 1 + L * c, L)
    with pytest.raises(IllFormedStep, match="base case leaves 1"):
        rule(Recursion(x + c, x, s, L), DOMAIN)
    with pytest.raises(IllFormedStep, match="induction step leaves"):
        rules.induction(s + L * c, L)(Recursion(x + 2 * c, x, s, L), DOMAIN)


def test_the_step_from_zero_to_one_is_part_of_induction():
    # SymPy takes 0**L to be 0 for positive L; a closed form that is right from 1 on only is refused at 0.
    closed = sp.Piecewise((s, L > 0), (s, True))
    assert rules.induction(closed, L)(Recursion(x, x, s, L), DOMAIN) == s
    with pytest.raises(IllFormedStep, match="induction step|base case"):
        rules.induction(s * (1 + sp.KroneckerDelta(L, 1)), L)(Recursion(x, x, s, L), DOMAIN)


def test_induction_refuses_a_step_that_knows_the_depth():
    with pytest.raises(IllFormedStep, match="must not depend on L"):
        rules.induction(s, L)(Recursion(x + L, x, s, L), DOMAIN)
    with pytest.raises(IllFormedStep, match="counts the steps"):
        rules.induction(s, a)(LINE, DOMAIN)


def test_a_false_closed_form_is_refuted_by_numbers():
    with pytest.raises(FalseStep, match="left side is"):
        settled(LINE, a**L * s + c * (a**L - 1) / a, rules.induction(LINE_SOLVED, L))


# Limits


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (sp.Limit(sp.sin(h) / h, h, 0), 1),
        (sp.Limit((1 - sp.sqrt(1 - h) - h / 2) / h**2, h, 0), sp.Rational(1, 8)),
        (sp.Limit((sp.acos(1 - h) - sp.sqrt(2 * h)) / h ** sp.Rational(3, 2), h, 0), sp.sqrt(2) / 12),
        (sp.Limit((1 + a / n) ** n, n, sp.oo), sp.exp(a)),
        (sp.Limit(sp.Abs(x) / x, x, 0, "-"), -1),
        (sp.Limit(x * sp.exp(x), x, -sp.oo), 0),
    ],
)
def test_limits_by_numbers_and_by_algebra(limit, expected):
    assert value(limit, a=1.5) == pytest.approx(float(sp.sympify(expected).subs(a, 1.5)), abs=1e-9)
    assert settled(2 * limit, 2 * expected, rules.limit()) is Verdict.PROVED


def test_a_limit_in_a_size_binds_its_name():
    # n is a size of the domain, drawn as 4; in the limit it grows.
    assert value(n * sp.Limit(1 + 1 / n, n, sp.oo)) == pytest.approx(4.0)
    assert alpha_key(sp.Limit(1 / n, n, sp.oo)) == alpha_key(sp.Limit(1 / L, L, sp.oo))
    assert alpha_key(sp.Limit(1 / n, n, sp.oo)) != alpha_key(sp.Limit(1 / h, h, sp.oo))
    assert substitute(sp.Limit(a / n, n, sp.oo), {n: L, a: n}).free_symbols == {n}


def test_sympy_errs_on_digamma_of_half_and_the_rule_does_not_believe_it():
    assert settled(sp.Limit(DRIFT, n, sp.oo), -1, rules.limit(2)) is Verdict.PROVED
    with pytest.raises(IllFormedStep, match="changes nothing"):
        settled(sp.Limit(DRIFT, n, sp.oo), -1, rules.limit())


def test_a_false_limit_has_a_counterexample():
    with pytest.raises(FalseStep, match="left side is -1, the right side -0.5"):
        settled(sp.Limit(DRIFT, n, sp.oo), -sp.S.Half, rules.limit(2))


@pytest.mark.parametrize("body", [1 / h, sp.sin(1 / h), 1 / h**2 - h])
def test_what_has_no_limit_is_refused(body):
    with pytest.raises(IllFormedStep, match="not finite"):
        settled(sp.Limit(body, h, 0), sp.S.One)


def test_a_limit_refuses_what_it_cannot_approach():
    with pytest.raises(IllFormedStep, match="on its way to 0"):
        settled(sp.Limit(n**2, n, 0), sp.S.Zero)
    with pytest.raises(IllFormedStep, match="on its way to 0"):
        settled(sp.Limit(h, h, 0, "-"), sp.S.Zero)
    with pytest.raises(IllFormedStep, match="point that varies"):
        settled(sp.Limit(x, x, a), a)
    with pytest.raises(IllFormedStep, match="positive number"):
        rules.limit(-1)(sp.Limit(h, h, 0), DOMAIN)


def test_without_the_rule_a_limit_is_undecided():
    with pytest.raises(UndecidedStep):
        settled(sp.Limit(f(h) + h, h, sp.S.Zero), sp.Limit(f(2 * h), h, sp.S.Zero))


def test_limits_of_smooth_functions_are_compared():
    reason = "the limit of an arbitrary function"
    assert settled(sp.Limit((f(h) - f(0)) / h, h, 0), sp.Limit((f(0) - f(-h)) / h, h, 0), undecided=reason) is (
        Verdict.NUMERIC
    )


def test_limits_print_their_side():
    assert latex(sp.Limit(h + 1, h, 0), DOMAIN) == r"\lim_{h \to 0^+} (1 + h)"
    assert latex(sp.Limit(1 / n, n, sp.oo), DOMAIN).startswith(r"\lim_{n \to \infty} ")
