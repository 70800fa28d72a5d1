"""Chapter 6, lazy training: how each step is settled, and the statements against a reader's own numbers."""

import numpy as np
import pytest
import sympy as sp

from ntkbook.derivations import lazy_training as chapter
from ntkbook.proof import Verdict
from tests.derivations.soundness import Soundness, verdicts

DERIVATIONS = chapter.DERIVATIONS


class TestSoundness(Soundness):
    derivations = DERIVATIONS


def test_only_chain_rules_and_one_limit_are_not_proved_for_all_sizes():
    settled = {(make().name, label): v for make in DERIVATIONS for label, v in verdicts(make()).items()}
    at_sizes = {key for key, verdict in settled.items() if verdict is Verdict.PROVED_AT_SIZES}
    assert {name for name, _ in at_sizes} == {"turning"}
    assert not {Verdict.NUMERIC, Verdict.CITED} & set(settled.values())
    assert {key for key, v in settled.items() if v is Verdict.LIMIT} == {("tanh_block", "limit")}


def test_kappa_is_that_of_chizat_and_others():
    """|y - f_0| times the norm of the Hessian over the squared norm of the gradient."""
    derivation = chapter.kappa()
    assert derivation.attempt("closed", "Abs(Delta) * H / g**2")
    assert not derivation.attempt("closed", "Abs(Delta) * H / g")


def test_scaling_the_output_divides_kappa_only_without_a_start():
    derivation = chapter.output_scale()
    alpha = sp.Symbol("alpha", positive=True)
    assert derivation.statement("centred").rhs.has(1 / alpha)
    assert not derivation.statement("large").rhs.has(alpha)


@pytest.mark.parametrize("rho", [-0.5, 0.2, 0.9])
def test_the_distance_for_two_points_is_that_of_the_inverse_kernel(rho):
    step = chapter.two_points().statement("length")
    symbols = {s.name: s for s in step.rhs.free_symbols}
    target = np.array([0.7, -0.4])
    values = {symbols["rho"]: rho, symbols["Delta_1"]: target[0], symbols["Delta_2"]: target[1]}
    expected = target @ np.linalg.solve(np.array([[1.0, rho], [rho, 1.0]]), target)
    assert float(step.rhs.doit().subs(values)) == pytest.approx(expected, rel=1e-12)
