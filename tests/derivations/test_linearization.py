"""Chapter 5: how each step is settled, and that no small change of any of its sides passes."""

import numpy as np
import pytest
import scipy.linalg
import sympy as sp

from ntkbook import predict
from ntkbook.derivations import linearization as chapter
from ntkbook.proof import Verdict, verify
from tests.derivations.soundness import Soundness, verdicts

DERIVATIONS = chapter.DERIVATIONS
AT_SIZES = {("kink", "turned-on"): Verdict.NUMERIC}
LIMITS = {("prediction", "limit"), ("kink", "jump")}


class TestSoundness(Soundness):
    derivations = DERIVATIONS


@pytest.mark.parametrize("make", DERIVATIONS)
def test_all_but_one_step_is_proved_for_all_sizes(make):
    derivation = make()
    for result in verify(derivation):
        place = derivation.name, result.step.label
        if place in LIMITS:
            assert result.verdict is Verdict.LIMIT
        elif result.points:
            assert result.verdict is AT_SIZES.get(place, Verdict.PROVED)


def test_what_is_assumed():
    assumed = {
        (make().name, label) for make in DERIVATIONS for label, v in verdicts(make()).items() if v is Verdict.ASSUMED
    }
    assert assumed == {
        ("linear_dynamics", "linear"),
        ("eigenmode", "law"),
        ("stable_rate", "rate"),
        ("unstable_rate", "rate"),
        ("critical_rate", "rate"),
        ("logistic_loss", "loss"),
        ("one_logit", "law"),
    }


# The statements against a reader's own algebra, and against the package


def test_the_parameters_move_as_a_reader_finds():
    right = "-eta/N * Sum(J[j, p] * (f__0[j] - y[j] + Sum(J[j, q] * (theta[q] - theta__0[q]), (q, 1, P))), (j, 1, N))"
    assert chapter.linear_dynamics().attempt("parameters", right)
    assert not chapter.linear_dynamics().attempt("parameters", right.replace("/N", ""))


def test_the_factor_of_a_step_is_the_textbook_one():
    assert chapter.descent_mode().attempt("power", "c_0 * (1 - eta * lamda / N)**s")
    assert not chapter.descent_mode().attempt("power", "c_0 * (1 - eta * lamda)**s")


def test_the_covariance_of_a_trained_ensemble():
    carried = "Sum(H[a, i]*Sigma[i, j]*H[b, j], (i, 1, N), (j, 1, N))"
    right = f"V[a, b] - Sum(H[b, i]*S[a, i] + H[a, i]*S[b, i], (i, 1, N)) + {carried}"
    assert chapter.ensemble().attempt("covariance", right)
    assert not chapter.ensemble().attempt("covariance", right.replace("S[b, i]", "S[a, i]"))


def test_the_closed_form_is_what_predict_computes():
    """The displayed matrices, evaluated by SciPy, against `ntkbook.predict`."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(7, 9))
    gram = features @ features.T
    theta, cross = gram[:4, :4], gram[4:, :4]
    y, f_0, g_0 = rng.normal(size=4), rng.normal(size=4), rng.normal(size=3)
    eta, t = 0.3, 1.3
    left = scipy.linalg.expm(-eta * t / 4 * theta)
    train = y + left @ (f_0 - y)
    test = g_0 + cross @ np.linalg.inv(theta) @ (np.eye(4) - left) @ (y - f_0)
    predict_fn = predict.gradient_descent_mse(theta, y[:, None], learning_rate=eta)
    of_train, of_test = predict_fn(t, f_0[:, None], g_0[:, None], cross)
    np.testing.assert_allclose(of_train[:, 0], train, rtol=1e-10)
    np.testing.assert_allclose(of_test[:, 0], test, rtol=1e-10)


def test_a_null_mode_stays_and_reaches_no_other_input():
    rng = np.random.default_rng(1)
    J, G = rng.normal(size=(4, 3)), rng.normal(size=(2, 3))
    theta, cross, y = J @ J.T, G @ J.T, rng.normal(size=(4, 1))
    null = np.linalg.svd(J.T)[2][-1]
    np.testing.assert_allclose(cross @ null, 0.0, atol=1e-12)
    start = rng.normal(size=(4, 1))
    end, _ = predict.gradient_descent_mse(theta, y)(None, start, np.zeros((2, 1)), cross)
    np.testing.assert_allclose(end - y, null[:, None] * (null @ (start - y)), atol=1e-10)
    right = "Sum(J[i, p]*J[j, p]*v[i]*v[j], (i, 1, N), (j, 1, N), (p, 1, P))"
    assert chapter.null_mode().attempt("squares", right)
    assert not chapter.null_mode().attempt("squares", f"2 * {right}")


def test_the_third_moment():
    step = chapter.kink().statement("third-moment")
    measured = np.mean(np.abs(np.random.default_rng(0).normal(size=10**6)) ** 3)
    assert 2 * float(step.rhs) == pytest.approx(measured, rel=0.01)
    assert sp.simplify(step.rhs - sp.sqrt(2 / sp.pi)) == 0
