"""What the derivations of every chapter have to pass. A chapter's module of tests takes it over:

class TestSoundness(Soundness):
    derivations = chapter.DERIVATIONS
"""

from dataclasses import replace
from functools import cache

import pytest

from ntkbook.proof import Derivation, DerivationError, FalseStep, IllFormedStep, UndecidedStep, Verdict, mutate, verify
from ntkbook.proof.check import compare
from ntkbook.proof.mutation import mutations
from ntkbook.proof.rewriting import definitions, unfold
from ntkbook.proof.verify import is_zero, settle

SETTLED = ("=", "<=", ">=")
COMPARED = (Verdict.PROVED, Verdict.PROVED_AT_SIZES, Verdict.NUMERIC)


def verdicts(derivation):
    """The verdict of each statement, by its label."""
    return {r.step.label: r.verdict for r in verify(derivation)}


@cache
def report_of(make):
    return mutate(make())


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


def judged(derivation, changed, label):
    """How a changed step is refused; "" if it is not.

    The points are those of the derivation itself, where the other side is known already.
    """
    step = changed.statement(label)
    try:
        if compare(derivation, step.lhs, step.relation, step.rhs).counterexample:
            return "counterexample"
        settle(changed, step)
    except FalseStep as error:
        return "counterexample" if "left side is" in str(error) else ""
    except IllFormedStep:
        return "it says nothing"
    except UndecidedStep:
        return ""
    return ""


def same_for_all_sizes(derivation, left, right):
    meanings = list(definitions(derivation).values())
    return is_zero(unfold(left, meanings) - unfold(right, meanings), derivation)


class Soundness:
    """Each method runs once for every derivation in `derivations`, see `conftest.py`."""

    derivations = ()

    def test_every_step_is_compared_at_random_points(self, make):
        for result in verify(make()):
            assert (result.points > 0) == (result.verdict in COMPARED)

    def test_no_mutant_survives(self, make):
        report = report_of(make)
        # A derivation of limits and citations alone has nothing that numbers could refute.
        assert report.mutants or not any(r.points for r in verify(make()))
        assert not report.having("survived")
        assert len(report.having("equivalent")) <= 0.05 * len(report.mutants)

    def test_no_change_of_a_left_side_passes(self, make):
        derivation = make()
        refused = 0
        for step in (s for s in derivation.steps if s.relation in SETTLED and not s.cite):
            for change, changed in left_mutants(derivation, step):
                mutant = changed.statement(step.label)
                fate = judged(derivation, changed, step.label)
                refused += fate == "counterexample"
                # An inequality is not strict: twice a sum of squares is not negative either.
                allowed = fate or step.relation != "=" or (step.label, change) in derivation.equivalents
                allowed = allowed or same_for_all_sizes(derivation, mutant.lhs, step.lhs)
                assert allowed, f"{derivation.name}, {step.label}: {change}"
        assert refused or not any(s.relation == "=" and not s.cite for s in derivation.steps)

    def test_every_hypothesis_is_needed(self, make):
        derivation = make()
        for hypothesis in derivation.hypotheses:
            rest = tuple(h for h in derivation.hypotheses if h is not hypothesis)
            with pytest.raises(DerivationError):
                verify(Derivation(**{**derivation.__dict__, "hypotheses": rest}))

    def test_mutants_that_say_nothing_are_few(self):
        reports = [report_of(make) for make in self.derivations]
        silent = [m for report in reports for m in report.having("ill-formed")]
        assert len(silent) <= 0.05 * sum(len(report.mutants) for report in reports), silent
