"""Chapter 3, signal propagation: how each step is settled, and the statements against a reader's own numbers."""

import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from scipy import integrate, stats

from ntkbook import stax
from ntkbook.derivations import signal_propagation as chapter
from ntkbook.experiments import mean_field
from ntkbook.proof import Verdict
from tests.derivations.soundness import Soundness, verdicts

DERIVATIONS = chapter.DERIVATIONS


class TestSoundness(Soundness):
    derivations = DERIVATIONS


def test_what_is_not_proved_for_all_sizes():
    settled = {(make().name, label): v for make in DERIVATIONS for label, v in verdicts(make()).items()}
    assert {key for key, v in settled.items() if v is Verdict.PROVED_AT_SIZES} == {("backward", "chain-rule")}
    assert {name for (name, _), v in settled.items() if v is Verdict.NUMERIC} == {"glorot", "tanh_point", "relu_gap"}
    assert {key for key, v in settled.items() if v is Verdict.LIMIT} == {
        ("variance_map", "average"),
        ("perturbation", "average"),
        ("glorot", "decay"),
        ("relu_gap", "decay"),
        ("backward", "independence"),
        ("backward", "gain"),
        ("typical_factor", "typical"),
    }


@pytest.mark.parametrize("depth", [1, 5])
@pytest.mark.parametrize("b_std", [None, 0.3])
def test_the_mean_square_of_a_relu_network_is_that_of_stax(depth, b_std):
    layers = [stax.Dense(3, 2**0.5, b_std), *([stax.Relu(), stax.Dense(3, 2**0.5, b_std)] * depth)]
    x = np.array([[0.6, -0.4]])
    (first,) = stax.serial(layers[0]).kernel_fn(x, None, "nngp")[0]
    (last,) = stax.serial(*layers).kernel_fn(x, None, "nngp")[0]
    predicted = chapter.he().statement("depth").rhs
    values = {"q": float(first), "L": depth, "sigma_b": b_std or 0.0}
    assert float(last) == pytest.approx(_at(predicted, values), rel=1e-12)


def test_half_of_the_weights_of_relu_are_refused():
    derivation = chapter.relu_layer()
    assert derivation.attempt("gain", "sigma_w**2/2")
    assert not derivation.attempt("gain", "sigma_w**2")


def test_the_point_of_the_critical_line_lies_between_the_two_of_the_page():
    W_std, q = mean_field.critical_point(jnp.tanh, 0.05**0.5)
    step = chapter.tanh_point().statement
    before, after = (float(step(label).lhs.atoms(sp.Float).pop()) for label in ("before", "after"))
    least, most = (float(max(step(label).lhs.atoms(sp.Float))) for label in ("weights-low", "weights-high"))
    assert before < q < after
    assert least < W_std**2 < most


def test_the_mean_logarithm_of_a_chi_square_number():
    formula = chapter.chi_square().statement("mean-log").rhs
    for n in (1, 2, 7):
        law = stats.chi2(n)
        mean = integrate.quad(lambda s, law=law: s * law.pdf(np.exp(s)) * np.exp(s), -60, 8, limit=400)[0]
        assert _at(formula, {"n": n}) == pytest.approx(mean, rel=1e-7)


def test_the_gap_of_two_inputs_is_that_of_the_kernel_and_carries_its_digits():
    formula = chapter.relu_gap().statement("angle").rhs
    for angle in (0.3, 1.2, 2.8):
        x = np.array([[1.0, 0.0], [np.cos(angle), np.sin(angle)]])
        net = stax.serial(stax.Dense(3, 2**0.5), stax.Relu(), stax.Dense(3, 2**0.5))
        kernel = np.asarray(net.kernel_fn(x, None, "nngp"))
        gap = _at(formula, {"vartheta": angle})
        assert gap == pytest.approx(1 - kernel[0, 1] / kernel[0, 0], rel=1e-12)
        assert mean_field.relu_gaps(1 - np.cos(angle), 1)[1] == pytest.approx(gap, rel=1e-12)


def _at(formula, values):
    """A formula at numbers, by the names of its symbols."""
    return float(formula.subs({s: values[s.name] for s in formula.free_symbols}).doit())
