"""Means over draws of a law that is not named: the rule, the numbers, and what they must refuse."""

from itertools import product

import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import (
    Derivation,
    Domain,
    Draw,
    Expectation,
    FalseStep,
    Gaussian,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Size,
    Step,
    Verdict,
    mutate,
    rules,
    verify,
)
from ntkbook.proof.draw import draw_values
from ntkbook.proof.evaluate import Scope, evaluate
from ntkbook.proof.normal_form import normal_form

n = sp.Symbol("n", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True, positive=True)
s = sp.Symbol("s", real=True)
x, y, w, a = (sp.Function(name, real=True) for name in ("x", "y", "w", "a"))
DOMAIN = {
    n: Size(),
    i: Index(n),
    j: Index(n),
    s: Interval(),
    x: Map(Index(n), into=Draw()),
    y: Map(Index(n), into=Draw()),
    w: Map(Index(n), into=Gaussian()),
    a: Map(Index(n)),
}
RULE = (rules.independence(),)


def mean(body, *families):
    return Expectation(body, *(families or (x,)))


def moment(order):
    return mean(x(1) ** order)


def derivation(lhs, rhs, by=RULE):
    return Derivation("draws", "Draws", DOMAIN, (Step("goal", lhs, "=", rhs, "independence", by=by),))


TOTAL = sp.Sum(x(i), (i, 1, n))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (s + x(i), s),
        (x(i) * x(j), sp.KroneckerDelta(i, j) * moment(2)),
        (TOTAL**2, n * moment(2)),
        (TOTAL**3, n * moment(3)),
        (TOTAL**4, n * moment(4) + 3 * n * (n - 1) * moment(2) ** 2),
        (x(i) ** 4 / moment(2) ** 2, moment(4) / moment(2) ** 2),
        (sp.Sum(a(i) * x(i), (i, 1, n)) ** 2, moment(2) * sp.Sum(a(i) ** 2, (i, 1, n))),
    ],
)
def test_moments_are_proved_for_every_number_of_draws(body, value):
    (result,) = verify(derivation(mean(body), value))
    assert result.verdict is Verdict.PROVED
    assert result.points > 0


def test_draws_of_two_laws_are_independent():
    body = sp.Sum(x(i) * y(i), (i, 1, n)) ** 2
    reached = rules.independence()(mean(body, x, y), Domain(DOMAIN))
    assert normal_form(reached - n * moment(2) * mean(y(1) ** 2, y), Domain(DOMAIN)) == 0


def test_the_sixth_moment_of_a_sum_counts_every_grouping():
    m2, m3, m4, m6 = map(moment, (2, 3, 4, 6))
    pairs, triples = 15 * n * (n - 1) * m4 * m2, 10 * n * (n - 1) * m3**2
    value = n * m6 + pairs + triples + 15 * n * (n - 1) * (n - 2) * m2**3
    reached = rules.independence()(mean(sp.expand((x(i) + x(j)) ** 6)), Domain(DOMAIN))
    two = value.subs(n, 2)
    assert sp.expand(reached.subs(sp.KroneckerDelta(i, j), 0) - two) == 0


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (TOTAL**2, n**2 * moment(2)),
        (TOTAL**4, 3 * n**2 * moment(2) ** 2),
        (TOTAL**4, n**2 * moment(4)),
        (x(i) * x(j), moment(2)),
        (TOTAL**3, s),
    ],
)
def test_what_is_false_is_refuted(body, wrong):
    with pytest.raises(FalseStep, match="left side is"):
        verify(derivation(mean(body), wrong))


def test_pairings_alone_do_not_do_for_a_law_that_is_not_gaussian():
    with pytest.raises(IllFormedStep, match="changes nothing"):
        verify(derivation(mean(x(i) ** 2), moment(2) + 0 * s, by=(rules.wick(),)))
    with pytest.raises(IllFormedStep, match="changes nothing"):
        verify(derivation(mean(w(i) ** 2, w), sp.S.One))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (sp.tanh(x(i)), "no polynomial"),
        (TOTAL**7, "multiplied out"),
        (x(i) ** 7, "at most 6"),
        (x(i) * mean(w(j), w), "one at a time"),
    ],
)
def test_what_the_rule_does_not_know_is_refused(body, says):
    with pytest.raises(IllFormedStep, match=says):
        rules.independence()(mean(body), Domain(DOMAIN))


def test_too_many_outcomes_are_refused_and_not_sampled():
    with pytest.raises(IllFormedStep, match="averages over 10 draws"):
        verify(derivation(mean(x(i) * y(j) + s, x, y), s))


def test_a_mean_over_draws_and_weights_at_once_is_refused():
    with pytest.raises(IllFormedStep, match="one mean at a time"):
        verify(derivation(mean(x(i) * w(j) + s, x, w), s))


def test_draws_are_numbered_by_indices():
    with pytest.raises(ValueError, match="by indices alone"):
        Map(Interval(), into=Draw())


def test_the_numbers_go_through_all_outcomes():
    sizes = {n: 3}
    drawn = draw_values(Domain(DOMAIN), sizes, 4, np.random.default_rng(0))
    values, chances = drawn["x law"][0]
    assert np.isclose(values @ chances, 0)
    assert np.isclose(chances.sum(), 1)
    assert set(drawn["x"][0]) <= set(values)
    by_hand = sum(np.prod(chances[list(k)]) * np.tanh(values[list(k)].sum()) for k in product(range(3), repeat=3))
    point = {name: value[0] for name, value in drawn.items()}
    found = evaluate(mean(sp.tanh(TOTAL)), Scope(Domain(DOMAIN), sizes, point, {}))
    np.testing.assert_allclose(found, by_hand, rtol=1e-13)


def test_every_mutant_is_killed():
    value = 3 * n * (n - 1) * moment(2) ** 2 + n * moment(4)
    report = mutate(derivation(mean(TOTAL**4), value))
    assert report.counts["killed"] > 5
    assert not report.having("survived")
