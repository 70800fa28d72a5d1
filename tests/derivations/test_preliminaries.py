"""Preliminaries: how each step is settled, and the statements against other libraries' numbers."""

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import sympy as sp

from ntkbook.derivations import preliminaries as chapter
from ntkbook.proof import FalseStep, Verdict, rules, verify
from tests.derivations.soundness import Soundness, verdicts

BY_THE_CHAIN_RULE = {("jacobian", "product"), ("jacobian", "gradient"), ("taylor_path", "along")}
LIMITS = {("mean_of_draws", "large-numbers"), ("rescaled_mean", "central-limit")}


class TestSoundness(Soundness):
    derivations = chapter.DERIVATIONS


def settled():
    return {
        (make().name, label): verdict for make in chapter.DERIVATIONS for label, verdict in verdicts(make()).items()
    }


def test_everything_is_proved_but_the_chain_rule_and_two_limits():
    found = settled()
    assert {key for key, verdict in found.items() if verdict is Verdict.PROVED_AT_SIZES} == BY_THE_CHAIN_RULE
    assert {key for key, verdict in found.items() if verdict is Verdict.LIMIT} == LIMITS
    assert not {Verdict.NUMERIC, Verdict.CITED} & set(found.values())


def test_what_is_assumed_is_a_law_of_motion_and_a_straight_path():
    assumed = {key for key, verdict in settled().items() if verdict is Verdict.ASSUMED}
    assert assumed == {("mode", "law"), ("taylor_path", "straight")}


def test_no_rule_of_this_chapter_but_the_chain_rule_quotes_a_theorem():
    used = {rule.name for make in chapter.DERIVATIONS for r in verify(make()) for rule in r.step.by}
    assert used & rules.THEOREMS == {"chain_rule"}


def test_the_excess_kurtosis_of_a_mean_is_kappa_over_n_and_nothing_else():
    n, kappa = sp.Symbol("n", integer=True, positive=True), sp.Symbol("kappa", real=True)
    derivation = chapter.rescaled_mean()
    for wrong in (kappa, kappa / sp.sqrt(n), kappa / n**2, kappa / (n + 1), 3 * kappa / n):
        with pytest.raises(FalseStep):
            verify(derivation.replaced("fourth", wrong))
        assert not derivation.attempt("fourth", wrong)
    assert derivation.attempt("fourth", n * kappa / n**2)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_third_and_fourth_moment_of_a_mean_are_those_of_the_gamma_law(count):
    """The sum of n exponential draws is a gamma variable, of which SciPy knows skewness and kurtosis."""
    skewness, excess = map(float, scipy.stats.gamma(count).stats("sk"))
    n = sp.Symbol("n", integer=True, positive=True)
    gamma, kappa = sp.symbols("gamma kappa", real=True)
    third, fourth = (chapter.rescaled_mean().statement(label).rhs.doit() for label in ("third", "fourth"))
    assert float(third.subs({gamma: 2, n: count})) == pytest.approx(skewness, rel=1e-14)
    assert float(fourth.subs({kappa: 6, n: count})) == pytest.approx(excess, rel=1e-14)


def test_the_exponential_in_the_eigenbasis_is_scipys():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(5, 5))
    matrix += matrix.T
    values, vectors = np.linalg.eigh(matrix)
    turned = vectors @ np.diag(np.exp(0.3 * values)) @ vectors.T
    np.testing.assert_allclose(turned, scipy.linalg.expm(0.3 * matrix), rtol=1e-12, atol=1e-12)


def test_the_posterior_is_that_of_the_library():
    from ntkbook.predict import gp_inference

    rng = np.random.default_rng(1)
    points = rng.normal(size=(7, 2))
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(-1))
    known, cross, prior = kernel[:4, :4], kernel[:4, 4:], kernel[4:, 4:]
    y = rng.normal(size=(4, 1))
    mean, covariance = gp_inference(known, y)("nngp", cross.T, prior)
    weights = cross.T @ np.linalg.inv(known)
    np.testing.assert_allclose(mean, weights @ y, rtol=1e-9)
    np.testing.assert_allclose(covariance, prior - weights @ cross, rtol=1e-8, atol=1e-10)


def test_the_hermite_polynomials_are_numpys():
    g = sp.Symbol("g", real=True)
    body = chapter.hermite().statement("orthogonal").lhs.body.base
    for order in range(4):
        symbols = {s: int(str(s) == f"a_{order}") for s in body.free_symbols if str(s).startswith("a_")}
        coefficients = np.polynomial.hermite_e.herme2poly([0] * order + [1])
        expected = sum(int(c) * g**k for k, c in enumerate(coefficients))
        assert sp.expand(body.doit().subs(symbols) - expected) == 0
