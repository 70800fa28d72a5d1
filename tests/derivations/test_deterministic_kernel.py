"""Chapter 4, the deterministic kernel: how each step is settled, and the closed forms against the kernels of stax."""

import numpy as np
import pytest
import sympy as sp

from ntkbook import stax
from ntkbook.derivations import deterministic_kernel as chapter
from ntkbook.derivations import gaussian_process
from ntkbook.proof import Verdict
from tests.derivations.soundness import Soundness, verdicts

DERIVATIONS = chapter.DERIVATIONS
ANGLES = np.linspace(0.0, np.pi, 25)


class TestSoundness(Soundness):
    derivations = DERIVATIONS


def test_what_is_not_proved_is_a_limit():
    settled = {(make().name, label): v for make in DERIVATIONS for label, v in verdicts(make()).items()}
    assert not {Verdict.NUMERIC, Verdict.CITED, Verdict.PROVED_AT_SIZES} & set(settled.values())
    limits = {name for (name, _), verdict in settled.items() if verdict is Verdict.LIMIT}
    assert limits == {"induction_in_width", "quarter", "depth_over_width", "deep_and_wide"}


def test_the_last_weights_without_their_width_are_refused():
    derivation = chapter.next_layer()
    right = "KroneckerDelta(m, k) * sigma_w**2 / n_l * Sum(varphi(z__l[i, x]) * varphi(z__l[i, xprime]), (i, 1, n_l))"
    assert derivation.attempt("weight-part", right.replace("varphi(", "varphi("))
    assert not derivation.attempt("weight-part", right.replace(" / n_l", ""))
    assert not derivation.attempt("bias-part", "sigma_b**2")


def kernels(depth):
    """Limit kernels of points of the unit circle with the one at angle 0; Sigma^1(x, x) = 1."""
    points = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
    hidden = [layer for _ in range(depth) for layer in (stax.Dense(1, W_std=2**0.5), stax.Relu())]
    net = stax.serial(*hidden, stax.Dense(1, W_std=2**0.5))
    return np.asarray(net.kernel_fn(points[:1], points, "ntk"))[0]


def test_one_hidden_layer_is_that_of_stax():
    step = chapter.relu_two_layers().statement("in-angle")
    symbols = {s.name: s for s in step.rhs.free_symbols}
    at = {symbols["q_1"]: 1, symbols["q_2"]: 1}
    closed = sp.lambdify(symbols["alpha"], step.rhs.subs(at), "numpy")(ANGLES)
    np.testing.assert_allclose(closed, kernels(1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_the_diagonal_is_that_of_stax(depth):
    step = chapter.relu_diagonal().statement("diagonal")
    symbols = {s.name: s for s in step.rhs.free_symbols}
    assert float(step.rhs.subs({symbols["q_1"]: 1, symbols["L"]: depth})) == pytest.approx(kernels(depth)[0], rel=1e-12)


def test_orthogonal_inputs_are_those_of_stax():
    derivation = chapter.orthogonal_inputs()
    for depth, label in ((1, "depth-one"), (2, "depth-two")):
        share = kernels(depth)[12] / kernels(depth)[0]
        assert float(derivation.statement(label).rhs) == pytest.approx(share, rel=1e-12)


def test_the_angle_map_is_the_recursion_of_the_arc_cosine_functions():
    """Both functions of the angle, iterated, give the kernel of five hidden layers."""
    kappa0, kappa1 = (gaussian_process.relu_dual().statement(label) for label in ("kappa0", "kappa1"))
    (rho,) = kappa0.lhs.args
    slope, value = (sp.lambdify(rho, step.rhs, "numpy") for step in (kappa0, kappa1))
    correlation = np.cos(ANGLES)
    kernel = correlation
    for _ in range(5):
        kernel = value(correlation) + slope(correlation) * kernel
        correlation = np.minimum(value(correlation), 1.0)
    np.testing.assert_allclose(kernel, kernels(5), rtol=0, atol=1e-12)
