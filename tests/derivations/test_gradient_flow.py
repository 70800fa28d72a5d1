"""Chapter 1: how each step is settled, and that no small change of any of its sides passes."""

import pytest
import sympy as sp

from ntkbook.derivations import CHAPTERS, by_chapter, registered
from ntkbook.derivations import gradient_flow as chapter
from ntkbook.proof import FalseStep, IllFormedStep, Verdict, verify
from tests.derivations.soundness import Soundness, left_mutants, report_of, verdicts

DERIVATIONS = chapter.DERIVATIONS


def test_every_derivation_is_registered_once():
    names = [d.name for d in registered()]
    assert len(names) == len(set(names))
    assert {d.name for d in by_chapter()["gradient_flow"]} == {make().name for make in CHAPTERS["gradient_flow"]}
    assert {make().name for make in DERIVATIONS} <= set(names)


@pytest.mark.parametrize("make", DERIVATIONS)
def test_nothing_rests_on_numbers_alone(make):
    assert not {Verdict.NUMERIC, Verdict.CITED, Verdict.LIMIT} & set(verdicts(make()).values())


def test_only_the_chain_rule_is_proved_at_sizes():
    for make in DERIVATIONS:
        for result in verify(make()):
            rests_on_theorem = any(not rule.any_size for rule in result.step.by)
            assert (result.verdict is Verdict.PROVED_AT_SIZES) == rests_on_theorem


def test_the_law_is_proved_for_all_sizes():
    assert verdicts(chapter.kernel_gradient_flow())["law"] is Verdict.PROVED
    assert verdicts(chapter.squared_loss())["residual-velocity"] is Verdict.PROVED
    assert verdicts(chapter.vector_outputs())["law"] is Verdict.PROVED


def test_what_is_assumed_is_the_flow_the_loss_and_the_model():
    derivations = [make() for make in DERIVATIONS]
    assumed = {(d.name, r.step.label) for d in derivations for r in verify(d) if r.verdict is Verdict.ASSUMED}
    assert ("kernel_gradient_flow", "flow") in assumed
    assert assumed == {(d.name, s.label) for d in derivations for s in d.hypotheses}


# Mutation


class TestSoundness(Soundness):
    derivations = DERIVATIONS


def test_mutants_that_say_nothing_are_refused_by_name():
    silent = [m for make in DERIVATIONS for m in report_of(make).having("ill-formed")]
    assert all("outside of" in m.why or "not finite" in m.why for m in silent)


@pytest.mark.parametrize(
    ("make", "label"), [(chapter.tangent_kernel, "quadratic-form"), (chapter.squared_loss, "velocity")]
)
def test_verify_names_the_step_and_shows_a_counterexample(make, label):
    derivation = make()
    _, changed = next(left_mutants(derivation, derivation.statement(label)))
    with pytest.raises(FalseStep) as refused:
        verify(changed)
    assert all(part in str(refused.value) for part in (derivation.name, repr(label), "left side is", "right side"))


def test_a_vacuous_or_reversed_line_is_refused():
    law = chapter.kernel_gradient_flow().statement("law")
    derivation = chapter.kernel_gradient_flow().replaced("law", law.lhs)
    with pytest.raises(IllFormedStep, match="says nothing"):
        verify(derivation)


# The statements against a reader's own algebra


def test_the_squared_loss_law_is_the_textbook_one():
    """df_i/dt = -(eta/N) sum_j Theta_ij (f_j - y_j)."""
    i, j = sp.symbols("i j", integer=True, positive=True)
    n, eta, t = sp.Symbol("N", integer=True, positive=True), sp.Symbol("eta", positive=True), sp.Symbol("t", real=True)
    f, y, kernel, theta = (sp.Function(name, real=True) for name in ("f", "y", "Theta", "theta"))
    right = -eta / n * sp.Sum(kernel(i, j, theta(t)) * (f(j, theta(t)) - y(j)), (j, 1, n))
    assert chapter.squared_loss().attempt("velocity", right)
    assert not chapter.squared_loss().attempt("velocity", n * right)
