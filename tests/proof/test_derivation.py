"""Derivations and domains as data: what they refuse when they are made."""

import pytest
import sympy as sp

from ntkbook.proof import Derivation, Domain, IllFormedStep, Index, Interval, Map, Matrix, Size, Step

n = sp.Symbol("n", integer=True, positive=True)
i = sp.Symbol("i", integer=True, positive=True)
x = sp.Symbol("x", real=True)
y = sp.Function("y", real=True)
STEP = Step("square", (x + 1) ** 2, "=", x**2 + 2 * x + 1, "multiply out")


def derivation(name="square", **changes):
    return Derivation(**{"name": name, "title": "A square", "domain": {x: Interval()}, "steps": (STEP,), **changes})


def test_a_map_into_an_interval_is_refused_since_its_values_are_not_bounded():
    with pytest.raises(ValueError, match="leave it out"):
        Map(Index(n), into=Interval(0, 1))


@pytest.mark.parametrize("make", [lambda: Interval(1, 1), lambda: Interval(2, 0), lambda: Matrix("unitary")])
def test_impossible_spaces_are_refused(make):
    with pytest.raises(ValueError, match=r"low must be|choose one of"):
        make()


def test_a_function_is_declared_with_map_and_nothing_else_is():
    with pytest.raises(IllFormedStep, match="do not fit"):
        Domain({y: Interval()})


def test_one_symbol_has_one_space():
    with pytest.raises(IllFormedStep, match="declared as"):
        Domain({x: Interval(0, 1)}).merged(Domain({x: Interval(0, 2)}))


def test_two_derivations_of_one_name_cannot_meet():
    with pytest.raises(IllFormedStep, match="one name"):
        derivation("outer", given=(derivation(), derivation()))
    with pytest.raises(IllFormedStep, match="one name"):
        derivation(given=(derivation(),))


def test_the_address_of_an_equation():
    assert derivation("two_words").equation_label("square") == "eq-two-words-square"


def test_a_missing_step_is_named_with_those_there_are():
    with pytest.raises(KeyError, match="square"):
        derivation().statement("cube")


def test_by_and_uses_are_tuples_of_the_right_things():
    with pytest.raises(IllFormedStep, match="tuple of str"):
        Step("a", x, "=", x + 0, "why", uses="flow")
    with pytest.raises(IllFormedStep, match="tuple of Rule"):
        Step("a", x, "=", x + 0, "why", by=(lambda e: e,))


def test_another_right_side_changes_one_step_only():
    changed = derivation().replaced("square", x)
    assert changed.statement("square").rhs == x
    assert derivation().statement("square").rhs == STEP.rhs


def test_sizes_are_not_indices():
    assert Domain({n: Size(), i: Index(n)}).of_kind(Index) == (i,)
