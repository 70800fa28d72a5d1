"""A slip is refuted by numbers, beside a step that holds; what is true is no slip."""

import pytest
import sympy as sp

from ntkbook.proof import Derivation, DerivationError, IllFormedStep, Index, Map, Size, Slip, Step, refuted, show_slips

N = sp.Symbol("N", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True, positive=True)
a, b = sp.Function("a", real=True), sp.Function("b", real=True)
SQUARE = sp.Sum(a(i), (i, 1, N)) ** 2
DOUBLE = sp.Sum(a(i) * a(j), (i, 1, N), (j, 1, N))


def derivation(double=DOUBLE):
    return Derivation(
        name="square",
        title="The square of a sum",
        domain={N: Size(), i: Index(N), j: Index(N), a: Map(Index(N))},
        steps=(
            Step("double-sum", SQUARE, "=", double, "multiply out"),
            Step("again", double, "=", sp.Sum(a(i), (i, 1, N)) * sp.Sum(a(j), (j, 1, N)), "collect"),
        ),
    )


def slip(printed, label="double-sum", of=None):
    return Slip("no_cross_terms", "z", of or derivation(), label, printed, "The cross terms are lost.")


DIAGONAL = sp.Sum(a(i) ** 2, (i, 1, N))


def test_a_false_formula_is_refuted_and_shown_without_a_number():
    point = refuted(slip(DIAGONAL))
    assert point.left != pytest.approx(point.right)
    shown = show_slips(slip(DIAGONAL))
    assert "$$" not in shown.markdown
    assert "{eq}`eq-square-double-sum`" in shown.markdown
    assert "at $N = " in shown.markdown
    assert str(shown).startswith("no_cross_terms: refuted at N = ")


def test_a_chain_is_shown_from_its_first_left_side():
    shown = show_slips(slip(DIAGONAL, "again"))
    assert r"\left(\sum_{i=1}^{N} a_{i}\right)^{2} = \sum_{i=1}^{N} a_{i}^{2}" in shown.markdown


def test_what_is_true_is_no_slip():
    with pytest.raises(IllFormedStep, match="no number contradicts"):
        refuted(slip(sp.Sum(a(i), (i, 1, N)) * sp.Sum(a(j), (j, 1, N))))


def test_the_step_that_holds_has_to_hold():
    with pytest.raises(DerivationError, match="double-sum"):
        refuted(slip(DIAGONAL, of=derivation(2 * DOUBLE)))


def test_an_undeclared_symbol_is_refused():
    with pytest.raises(IllFormedStep, match="declared"):
        refuted(slip(sp.Sum(b(i), (i, 1, N))))
