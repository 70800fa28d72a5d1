"""The maps of a wide layer, against closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook.experiments import mean_field

Q = np.array([0.05, 0.57, 3.0])


def test_moments_of_polynomials_are_those_of_a_gaussian_number():
    square, slope = mean_field.moments(lambda z: z**2, Q)
    np.testing.assert_allclose(square, 3 * Q**2, rtol=1e-12)
    np.testing.assert_allclose(slope, 4 * Q, rtol=1e-12)


def test_erf_has_the_maps_of_williams():
    W_std, b_std = 1.4, 0.3
    np.testing.assert_allclose(
        mean_field.variance_map(jax.scipy.special.erf, Q, W_std, b_std),
        W_std**2 * 2 / np.pi * np.arcsin(2 * Q / (1 + 2 * Q)) + b_std**2,
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        mean_field.gain(jax.scipy.special.erf, Q, W_std), W_std**2 * 4 / (np.pi * np.sqrt(1 + 4 * Q)), rtol=1e-12
    )
    q = float(mean_field.fixed_point(jax.scipy.special.erf, W_std, b_std))
    assert float(mean_field.variance_map(jax.scipy.special.erf, q, W_std, b_std)) == pytest.approx(q, rel=1e-12)
    rho = np.linspace(-1, 1, 5)
    covariance = W_std**2 * 2 / np.pi * np.arcsin(2 * q * rho / (1 + 2 * q)) + b_std**2
    np.testing.assert_allclose(
        mean_field.correlation_map(jax.scipy.special.erf, rho, q, W_std, b_std), covariance / q, atol=1e-12
    )


def test_points_of_the_critical_line_are_fixed_and_have_gain_1():
    W_std, b_std = mean_field.critical_line(jnp.tanh, Q)
    np.testing.assert_allclose(mean_field.gain(jnp.tanh, Q, W_std), 1, rtol=1e-12)
    np.testing.assert_allclose(mean_field.variance_map(jnp.tanh, Q, W_std, b_std), Q, rtol=1e-12)
    found, q = mean_field.critical_point(jnp.tanh, float(b_std[1]))
    assert (found, q) == pytest.approx((float(W_std[1]), Q[1]), rel=1e-9)


def test_near_its_corner_the_line_of_tanh_has_biases_like_q_cubed():
    """As the exercise on the corner finds: sigma_b^2 = (4/3) q^3 and sigma_w^2 = 1 + 2 q, to leading order."""
    q = np.array([1e-3, 2e-3])
    W_std, b_std = mean_field.critical_line(jnp.tanh, q)
    np.testing.assert_allclose(b_std**2 / q**3, 4 / 3, rtol=0.02)
    np.testing.assert_allclose((W_std**2 - 1) / q, 2, rtol=0.01)


@pytest.mark.parametrize("b_std", [0.0, 50.0])
def test_a_bias_that_the_line_does_not_reach_is_refused(b_std):
    with pytest.raises(ValueError, match="does not pass"):
        mean_field.critical_point(jnp.tanh, b_std)
