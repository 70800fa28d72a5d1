"""Chapter 8, generalization: how each step is settled, and the algebra against numbers of the library."""

import numpy as np
import pytest
import sympy as sp

from ntkbook import spectra
from ntkbook.derivations import generalization as chapter
from ntkbook.proof import Verdict, verify
from tests.derivations.soundness import Soundness, verdicts

DERIVATIONS = chapter.DERIVATIONS
CITED = {
    ("learning_curve", "budget"),
    ("learning_curve", "risk"),
    ("learning_curve", "training-error"),
    ("label_bound", "bound"),
    ("linear_double_descent", "few"),
    ("linear_double_descent", "many"),
}


class TestSoundness(Soundness):
    derivations = DERIVATIONS


@pytest.mark.parametrize("make", DERIVATIONS)
def test_what_is_compared_is_proved_for_all_sizes(make):
    assert all(r.verdict is Verdict.PROVED for r in verify(make()) if r.points)


def test_what_is_quoted():
    found = {(d().name, label) for d in DERIVATIONS for label, v in verdicts(d()).items() if v is Verdict.CITED}
    assert found == CITED
    assert verdicts(chapter.one_feature())["concentration"] is Verdict.LIMIT


def test_one_feature_is_what_solve_finds():
    rng = np.random.default_rng(0)
    others = rng.normal(size=(6, 9))
    psi, strength = rng.normal(size=6), 0.7
    kernel = others @ others.T
    q = psi @ np.linalg.solve(kernel, psi)
    learned = strength * psi @ np.linalg.solve(kernel + strength * np.outer(psi, psi), psi)
    symbols = {sp.Symbol("q", real=True): q, sp.Symbol("lambda", positive=True): strength}
    printed = chapter.one_feature().statement("learned").rhs.subs(symbols)
    assert float(printed) == pytest.approx(learned, rel=1e-12)


def test_samples_are_spent_once():
    """The law in numbers: shares of all modes and of the ridge, for a kernel matrix of features."""
    rng = np.random.default_rng(1)
    values, eigenvalues, ridge = rng.normal(size=(9, 6)), rng.uniform(0.1, 2.0, 9), 0.3
    inverse = np.linalg.inv((values.T * eigenvalues) @ values + ridge * np.eye(6))
    shares = eigenvalues * ((values @ inverse) * values).sum(1)
    assert shares.sum() + ridge * np.trace(inverse) == pytest.approx(6, rel=1e-12)
    assert chapter.spent_samples().statement("conserved").rhs == sp.Symbol("n", integer=True, positive=True)


def test_overfitting_is_the_slope_of_the_effective_ridge():
    """E_0 of the library against the elasticity that the derivation proves it to be."""
    eigenvalues = np.arange(1.0, 60.0) ** -1.7
    n, step, ridge = 12.0, 1e-4, 0.05
    logs = [np.log(spectra.effective_ridge(eigenvalues, n * np.exp(s), ridge)) for s in (-step, step)]
    predicted = spectra.predicted_error(eigenvalues, np.zeros(59), n, ridge, noise=1.0)
    assert -(logs[1] - logs[0]) / (2 * step) == pytest.approx(predicted.overfitting, rel=1e-6)


def test_the_best_number_of_features():
    r, sigma, gamma = (sp.Symbol(name, positive=True) for name in ("r", "sigma", "gamma"))
    derivation = chapter.linear_double_descent()
    square = derivation.statement("best").rhs
    assert sp.simplify(square.subs(gamma, r / (r - sigma))) == 0
    assert derivation.attempt("gain", r**2 - 2 * r * sigma + sigma**2)
    assert not derivation.attempt("gain", r**2 - sigma**2)
