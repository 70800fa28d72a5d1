"""Chapter 2: how each step is settled, that no small change passes, and every dual against the layers of `stax`."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from scipy import special

from ntkbook import stax
from ntkbook.derivations import gaussian_process as chapter
from ntkbook.proof import Verdict
from tests.derivations.soundness import Soundness, verdicts

RHO = np.linspace(-1, 1, 41)


class TestSoundness(Soundness):
    derivations = chapter.DERIVATIONS


def test_all_is_proved_but_for_two_limits():
    settled = {(make().name, label): v for make in chapter.DERIVATIONS for label, v in verdicts(make()).items()}
    assert {key for key, v in settled.items() if v is Verdict.LIMIT} == {
        ("induction_step", "limit"),
        ("hermite_series", "series"),
    }
    assert set(settled.values()) == {Verdict.PROVED, Verdict.DEFINED, Verdict.ASSUMED, Verdict.LIMIT}


def nngp(activation, q1=1.0, q2=1.0):
    """E phi(u) phi(v) by the layers of stax, for variances q1 and q2 and the correlations `RHO`."""
    x1 = q1**0.5 * np.array([[1.0, 0.0]])
    x2 = q2**0.5 * np.stack([RHO, np.sqrt(1 - RHO**2)], axis=1)
    net = stax.serial(stax.Dense(4, W_std=2**0.5), activation, stax.Dense(1))
    return np.asarray(net.kernel_fn(x1, x2, "nngp")[0])


def values(name, label, side="rhs", **numbers):
    """A side of a statement at the correlations `RHO`."""
    expr = getattr(chapter, name)().statement(label).__dict__[side]
    symbols = {s.name: s for s in expr.free_symbols}
    expr = expr.subs({symbols[key]: value for key, value in numbers.items()})
    for function in ("kappa0", "kappa1"):
        step = chapter.relu_dual().statement(function)
        expr = expr.replace(sp.Function(function, real=True), sp.Lambda(step.lhs.args, step.rhs))
    return sp.lambdify(symbols["rho"], expr.doit(), "numpy")(RHO)


def test_the_rectified_unit_is_that_of_stax():
    np.testing.assert_allclose(values("relu_dual", "units-dual"), nngp(stax.Relu()), atol=1e-12)
    scaled = values("relu_covariance", "closed", q_1=0.5, q_2=3.0, sigma_w=1.0, sigma_b=0.0)
    np.testing.assert_allclose(scaled, nngp(stax.Relu(), 0.5, 3.0), atol=1e-12)


def test_the_step_is_the_slope_of_stax():
    net = stax.serial(stax.Dense(4, W_std=2**0.5), stax.Relu(), stax.Dense(1))
    x2 = np.stack([RHO, np.sqrt(1 - RHO**2)], axis=1)
    kernels = net.kernel_fn(np.array([[1.0, 0.0]]), x2, ("nngp", "ntk"))
    slope = np.asarray(kernels.ntk - kernels.nngp)[0]
    np.testing.assert_allclose(values("relu_dual", "steps-dual") * RHO, slope, atol=1e-12)


def test_the_sign_is_that_of_stax():
    np.testing.assert_allclose(values("sign_dual", "dual"), nngp(stax.Sign()), atol=1e-12)


@pytest.mark.parametrize(("q1", "q2"), [(1.0, 1.0), (0.3, 2.5), (40.0, 7.0)])
def test_the_error_function_is_that_of_stax(q1, q2):
    dual = values("erf_dual", "dual", q_1=q1, q_2=q2)
    np.testing.assert_allclose(dual, nngp(stax.Erf(), q1, q2), atol=1e-12)


@pytest.mark.parametrize(("degree", "label"), [(1, "identity"), (2, "square"), (3, "cube"), (4, "fourth-power")])
def test_the_monomials_are_those_of_stax(degree, label):
    dual = values("monomial_duals", label)
    np.testing.assert_allclose(dual, nngp(stax.Monomial(degree)), rtol=1e-12, atol=1e-12)


def test_the_monomials_scale_as_printed():
    dual = values("monomial_duals", "scaled", q_1=0.4, q_2=2.0)
    np.testing.assert_allclose(dual, nngp(stax.Monomial(3), 0.4, 2.0), rtol=1e-12, atol=1e-12)


def test_the_coefficients_of_the_rectified_unit_are_those_of_a_quadrature():
    nodes, weights = np.polynomial.legendre.leggauss(200)
    z, mass = 6 * (nodes + 1), 6 * weights / math.sqrt(2 * math.pi)
    for k, label in ((1, "first"), (2, "second"), (4, "fourth")):
        polynomial = special.eval_hermitenorm(k, z) / math.sqrt(math.factorial(k))
        measured = (mass * np.exp(-(z**2) / 2) * z * polynomial).sum()
        printed = chapter.relu_coefficients().statement(label).rhs
        assert float(printed) == pytest.approx(measured, abs=1e-12)


def test_fifteen_over_n_and_no_other_number():
    derivation = chapter.excess_kurtosis()
    assert derivation.attempt("excess", "3*(5/n_l)")
    assert not derivation.attempt("excess", "3/n_l")


def test_the_variance_of_a_term_is_not_that_of_a_pre_activation():
    """A term adds the square of the activation; the square of the pre-activation is refused."""
    derivation = chapter.induction_step()
    assert not derivation.attempt("one-term", "c**2 + z**2")


def test_a_network_of_tanh_agrees_with_its_series_within_the_tail():
    """E tanh(u) tanh(v) of stax against the terms up to degree 9, for the correlations `RHO`."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    mass, degree = weights / weights.sum(), np.arange(10)
    basis = np.stack([special.eval_hermitenorm(k, nodes) / math.sqrt(math.factorial(k)) for k in degree])
    squares = (basis @ (mass * np.tanh(nodes))) ** 2
    series = (squares * RHO[:, None] ** degree).sum(1)
    tail = np.abs(RHO) ** 10 * (mass @ np.tanh(nodes) ** 2 - squares.sum())
    error = np.abs(np.asarray(jnp.asarray(nngp(stax.Tanh()))) - series)
    assert (error <= tail + 1e-9).all()
    assert error.max() > 1e-4
