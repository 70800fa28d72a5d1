"""Chapter 1: how each step is settled, and that no small change of any of its sides passes."""

from dataclasses import replace
from functools import cache

import pytest
import sympy as sp

from ntkbook.derivations import CHAPTERS, by_chapter, registered
from ntkbook.derivations import gradient_flow as chapter
from ntkbook.proof import Derivation, DerivationError, FalseStep, IllFormedStep, Verdict, mutate, verify
from ntkbook.proof.mutation import mutations
from ntkbook.proof.rewriting import definitions, unfold
from ntkbook.proof.verify import is_zero, settle

DERIVATIONS = chapter.DERIVATIONS
SETTLED = ("=", "<=", ">=")


def verdicts(derivation):
    return {r.step.label: r.verdict for r in verify(derivation)}


def test_every_derivation_is_registered_once():
    names = [d.name for d in registered()]
    assert len(names) == len(set(names))
    assert {d.name for d in by_chapter()["gradient_flow"]} == {make().name for make in CHAPTERS["gradient_flow"]}
    assert {make().name for make in DERIVATIONS} <= set(names)


@pytest.mark.parametrize("make", DERIVATIONS)
def test_nothing_rests_on_numbers_alone(make):
    assert not {Verdict.NUMERIC, Verdict.CITED, Verdict.LIMIT} & set(verdicts(make()).values())


@pytest.mark.parametrize("make", DERIVATIONS)
def test_every_step_is_compared_at_random_points(make):
    for result in verify(make()):
        assert (result.points > 0) == (result.verdict in (Verdict.PROVED, Verdict.PROVED_AT_SIZES))


def test_only_the_chain_rule_is_proved_at_sizes():
    for derivation in registered():
        for result in verify(derivation):
            rests_on_theorem = any(not rule.any_size for rule in result.step.by)
            assert (result.verdict is Verdict.PROVED_AT_SIZES) == rests_on_theorem


def test_the_law_is_proved_for_all_sizes():
    assert verdicts(chapter.kernel_gradient_flow())["law"] is Verdict.PROVED
    assert verdicts(chapter.squared_loss())["residual-velocity"] is Verdict.PROVED
    assert verdicts(chapter.vector_outputs())["law"] is Verdict.PROVED


def test_what_is_assumed_is_the_flow_the_loss_and_the_model():
    assumed = {(d.name, r.step.label) for d in registered() for r in verify(d) if r.verdict is Verdict.ASSUMED}
    assert ("kernel_gradient_flow", "flow") in assumed
    assert assumed == {(d.name, s.label) for d in registered() for s in d.hypotheses}


# Mutation


@cache
def report_of(make):
    return mutate(make())


@pytest.mark.parametrize("make", DERIVATIONS)
def test_no_mutant_survives(make):
    report = report_of(make)
    assert report.mutants
    assert not report.having("survived")
    assert len(report.having("equivalent")) <= 0.05 * len(report.mutants)


def test_mutants_that_say_nothing_are_few_and_refused_by_name():
    reports = [report_of(make) for make in DERIVATIONS]
    silent = [m for report in reports for m in report.having("ill-formed")]
    assert len(silent) <= 0.05 * sum(len(report.mutants) for report in reports)
    assert all("outside of" in m.why or "not finite" in m.why for m in silent)


def left_mutants(derivation, step):
    """Small changes of the left side, by the same operators as for right sides."""
    turned = replace(step, lhs=step.rhs, rhs=step.lhs)
    for change, relation, lhs in mutations(derivation, turned):
        if relation == step.relation:
            yield (
                change,
                Derivation(
                    **{
                        **derivation.__dict__,
                        "steps": tuple(replace(s, lhs=lhs) if s is step else s for s in derivation.steps),
                    }
                ),
            )


def judged(derivation, step):
    """How a changed step is refused; "" if it is not."""
    try:
        settle(derivation, step)
    except FalseStep as error:
        return "counterexample" if "left side is" in str(error) else ""
    except IllFormedStep:
        return "it says nothing"
    return ""


def same_for_all_sizes(derivation, left, right):
    meanings = list(definitions(derivation).values())
    return is_zero(unfold(left, meanings) - unfold(right, meanings), derivation)


@pytest.mark.parametrize("make", DERIVATIONS)
def test_no_change_of_a_left_side_passes(make):
    derivation = make()
    refused = 0
    for step in (s for s in derivation.steps if s.relation in SETTLED):
        for change, changed in left_mutants(derivation, step):
            mutant = changed.statement(step.label)
            fate = judged(changed, mutant)
            refused += fate == "counterexample"
            # An inequality is not strict: twice a sum of squares is not negative either.
            allowed = fate or step.relation != "=" or same_for_all_sizes(derivation, mutant.lhs, step.lhs)
            assert allowed, f"{derivation.name}, {step.label}: {change}"
    assert refused or not any(s.relation == "=" for s in derivation.steps)


@pytest.mark.parametrize(
    ("make", "label"), [(chapter.tangent_kernel, "quadratic-form"), (chapter.squared_loss, "velocity")]
)
def test_verify_names_the_step_and_shows_a_counterexample(make, label):
    derivation = make()
    _, changed = next(left_mutants(derivation, derivation.statement(label)))
    with pytest.raises(FalseStep) as refused:
        verify(changed)
    assert all(part in str(refused.value) for part in (derivation.name, repr(label), "left side is", "right side"))


@pytest.mark.parametrize("make", [d for d in DERIVATIONS if d().hypotheses])
def test_every_hypothesis_is_needed(make):
    derivation = make()
    for hypothesis in derivation.hypotheses:
        rest = tuple(h for h in derivation.hypotheses if h is not hypothesis)
        with pytest.raises(DerivationError):
            verify(Derivation(**{**derivation.__dict__, "hypotheses": rest}))


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
