"""Chapter 3: what the page measures, at smaller sizes, against the maps of the limit, and false predictions refused."""

import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook.experiments import Sweep, fit_rate, mean_field
from ntkbook.experiments import signal_propagation as experiments

CRITICAL = mean_field.critical_point(jnp.tanh, 0.05**0.5)
POINTS = tuple(
    (W_std, b_std, float(mean_field.fixed_point(jnp.tanh, W_std, b_std))) for W_std, b_std in ((1.2, 0.3), (2.0, 0.3))
)


def test_inputs_have_the_first_layer_that_is_asked_for():
    x = experiments.inputs(0.8, (0.3, -0.2), (1.5, 0.4))
    covariance = 1.5**2 * x @ x.T / 3 + 0.4**2
    np.testing.assert_allclose(np.diag(covariance), 0.8, rtol=1e-12)
    np.testing.assert_allclose(covariance[0, 1:] / 0.8, [0.3, -0.2], rtol=1e-12)
    assert (x[:, 2] == 0).all()


@pytest.mark.parametrize(("q", "rho"), [(0.1, 0.5), (0.3, -0.9)])
def test_a_bias_that_is_too_large_is_named(q, rho):
    with pytest.raises(ValueError, match="Take q above"):
        experiments.inputs(q, (rho,), (1.0, 0.4))


def test_averages_over_a_layer_have_the_gaussian_means_and_their_error_falls_as_n_to_minus_one_half():
    widths = (16, 64, 256)
    predicted = experiments.predicted_averages(jnp.tanh, 0.8)
    measured = experiments.layer_averages(jnp.tanh, 0.8, widths, 400)
    assert measured.mean().agrees(predicted[None])
    assert not measured.mean().agrees(1.2 * predicted[None])
    for k in range(3):
        rate = fit_rate(widths, measured.rms(predicted)[:, k])
        assert rate.slope.agrees(-1 / 2)
        assert not rate.slope.agrees(-1)


def test_covariances_follow_the_correlation_map_at_small_width_too():
    rhos = (-0.5, 0.5, 0.9)
    measured = experiments.covariances(jnp.tanh, POINTS, rhos, (8,), 2000).mean()[0]
    predicted = np.stack(
        [mean_field.correlation_map(jnp.tanh, np.array(rhos), q, W_std, b_std) for W_std, b_std, q in POINTS]
    )
    assert measured.agrees(predicted)
    assert not measured.agrees(predicted[::-1])


def test_signals_changes_and_gradients_follow_the_maps():
    measured = experiments.signals(jnp.tanh, POINTS, 6, (128,), 40).mean()[0]
    predicted = experiments.predicted_signals(jnp.tanh, POINTS, 6)
    assert measured.agrees(predicted)
    assert not measured.agrees(predicted[::-1])


def test_the_two_lengths_of_a_gradient():
    depth, widths = 12, (24, 48)
    logarithms = experiments.gradient_norms(depth, widths, 800)
    drifts = np.array([[f(n) for f in (experiments.linear_drift, experiments.relu_drift)] for n in widths])
    measured = logarithms.mean()[1]
    assert measured[:, -1].agrees(depth * drifts[1])
    assert not measured[:, -1].agrees(np.zeros(2))
    squares = Sweep(widths, np.exp(2 * logarithms.samples[..., 1])).mean()
    assert squares.agrees(1.0)


def test_drifts_tend_to_their_first_orders():
    widths = np.array([64, 128, 256])
    linear = np.array([experiments.linear_drift(n) for n in widths])
    relu = np.array([experiments.relu_drift(n) for n in widths])
    assert (np.abs(widths * linear + 1 / 2) * widths < 0.2).all()
    assert (np.abs(widths * relu + 5 / 4) * widths < 3).all()
    assert (np.diff(widths * relu) > 0).all()


def test_correlations_of_relu_networks_follow_the_recursion():
    measured = experiments.relu_gaps(10, (128,), 60).mean()[0]
    predicted = mean_field.relu_gaps(1.0, 9)
    assert measured.agrees(predicted)
    assert not measured.agrees(1 - 0.9 * (1 - predicted))


def test_the_limits_in_depth():
    assert experiments.relu_gap_decay(1.0, (100, 1000)) == pytest.approx([0.81, 0.97], abs=0.005)
    depths = (1000, 10_000)
    assert experiments.tanh_decay(1.0, depths)[1] == pytest.approx(1, abs=1e-3)
    assert experiments.late_slope(experiments.tanh_decay(1.0, depths), depths) == pytest.approx(-5 / 12, rel=0.05)
    assert experiments.late_slope(experiments.relu_gap_decay(1.0, depths), depths) == pytest.approx(3, rel=0.1)
    assert np.ptp(experiments.tanh_gains(1.0, depths)) < 1e-2
