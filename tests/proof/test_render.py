import re

import pytest
import sympy as sp

from ntkbook.derivations import gradient_flow as chapter
from ntkbook.derivations import registered
from ntkbook.proof import Derivation, FalseStep, Index, Interval, Map, Size, Step
from ntkbook.proof.derivation import Verdict
from ntkbook.proof.domain import Domain
from ntkbook.proof.latex import latex
from ntkbook.proof.render import MARKS, address, defined_spaces, show

N = sp.Symbol("N", integer=True, positive=True)
i = sp.Symbol("i", integer=True, positive=True)
x = sp.Symbol("x", real=True)
f = sp.Function("f", real=True)
DOMAIN = {N: Size(), i: Index(N), x: Interval(), f: Map(Index(N))}


def labels(display):
    return re.findall(r"\$\$ \((eq-[^)\s]+)\)", display.markdown)


def test_every_step_has_its_number():
    derivation = chapter.kernel_gradient_flow()
    assert labels(derivation.show()) == [derivation.equation_label(s.label) for s in derivation.statements]


def test_a_sum_before_a_matrix_has_its_brackets():
    A, y = sp.MatrixSymbol("A", N, N), sp.Symbol("y", real=True)
    with sp.evaluate(False):
        assert latex(sp.MatMul(x + y, A), Domain(DOMAIN)) == r"(x + y) \, A"
        assert latex(sp.MatMul(2, x + y, A), Domain(DOMAIN)) == r"2 (x + y) \, A"
        assert latex(sp.MatMul(x, A), Domain(DOMAIN)) == r"x \, A"


def test_chosen_steps_stand_in_the_order_of_the_derivation():
    assert labels(chapter.kernel_gradient_flow().show("law", "flow")) == [
        "eq-kernel-gradient-flow-flow",
        "eq-kernel-gradient-flow-law",
    ]


def test_labels_are_unique_in_the_book():
    all_labels = [d.equation_label(s.label) for d in registered() for s in d.statements]
    assert len(all_labels) == len(set(all_labels))


def test_every_equation_that_is_referred_to_exists():
    # The page of each chapter shows them all; here the addresses are enough.
    targets = {d.equation_label(step.label) for d in registered() for step in d.statements}
    used = {address(d, step, name) for d in registered() for step in d.statements for name in step.uses}
    assert used
    assert used <= targets


def test_the_verdict_is_printed_beside_each_equation():
    markdown = chapter.tangent_kernel().show().markdown
    assert markdown.count("ntk-verdict") == len(chapter.tangent_kernel().statements)
    assert MARKS[Verdict.PROVED] in markdown
    assert MARKS[Verdict.DEFINED] in markdown


def test_a_continued_line_hides_the_left_side():
    derivation = chapter.loss_descent()
    assert r"\phantom" in derivation.show("chain-rule", "insert-flow").markdown
    assert r"\phantom" not in derivation.show("insert-flow").markdown


def test_a_false_derivation_shows_nothing():
    with pytest.raises(FalseStep):
        show(Derivation("trial", "Trial", DOMAIN, (Step("goal", x, "=", x**2, ""),)))


def test_an_unknown_step_is_a_key_error():
    with pytest.raises(KeyError, match="nowhere"):
        chapter.push().show("nowhere")


def test_a_notebook_gets_markdown_and_text():
    display = chapter.push().show("entry")
    bundle = display._repr_mimebundle_()
    assert set(bundle) == {"text/markdown", "text/plain"}
    assert bundle["text/plain"] == repr(display)
    assert len(bundle["text/plain"].splitlines()) == 1


def formulas():
    """Both sides of every statement of the book, printed; the pages verify them."""
    for derivation in registered():
        spaces = defined_spaces(derivation)
        for step in derivation.statements:
            yield latex(step.lhs, derivation.domain, spaces)
            yield latex(step.rhs, derivation.domain, spaces)


def test_no_dummy_and_no_reserved_name_reaches_the_page():
    for formula in formulas():
        assert not re.search("bound|alpha\\d|state\\d|limit\\d|_\\{?Dummy", formula), formula


def test_braces_are_balanced_everywhere():
    for formula in formulas():
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left(") == formula.count(r"\right)")


def test_the_note_of_a_numeric_step_is_printed():
    step = Step("goal", sp.Max(x, -x) + f(i), "=", sp.Abs(x) + f(i), "both signs", undecided="two cases")
    markdown = Derivation("trial", "Trial", DOMAIN, (step,)).show().markdown
    assert MARKS[Verdict.NUMERIC] in markdown
    assert "two cases" in markdown


def test_an_integral_keeps_the_brackets_of_its_sum():
    with sp.evaluate(False):
        total = 1 + sp.Integral(1 - x, (x, 0, 1))
    assert (
        latex(total, DOMAIN if isinstance(DOMAIN, Domain) else Domain(DOMAIN))
        == r"1 + \int\limits_{0}^{1} (1 - x)\, dx"
    )


def test_a_sum_of_several_terms_stands_in_brackets():
    with sp.evaluate(False):
        total = sp.Sum(f(i) + x, (i, 1, N))
    assert latex(total, Domain(DOMAIN)) == r"\sum_{i=1}^{N} (f_{i} + x)"


def test_a_symbol_may_stand_in_a_negative_exponent():
    b = sp.Symbol("b", positive=True)
    assert latex(N**-b, Domain({**DOMAIN, b: Interval(0.5, 1.0)})).replace(" ", "") == "N^{-b}"
    assert latex(1 / N**2, Domain(DOMAIN)) == r"\frac{1}{N^{2}}"


def test_a_sum_behind_a_minus_keeps_its_brackets():
    with sp.evaluate(False):
        difference = sp.tanh(x) - (x - x**3 / 3)
        negated = -(x + f(i))
    assert latex(difference, Domain(DOMAIN)).endswith(r"- \left(x - \frac{x^{3}}{3}\right)")
    assert latex(negated, Domain(DOMAIN)) == "-(x + f_{i})"
    assert latex(-x, Domain(DOMAIN)) == "-x"
