"""The drift of networks from their linearization: small runs, and what is false is refused."""

import numpy as np
import pytest

from ntkbook.experiments import Estimate, Sweep, fit_rate
from ntkbook.experiments import linearization as experiments


def test_the_missing_part_decays_at_the_smallest_eigenvalue():
    late = experiments.missing_part()
    assert late.rate == pytest.approx(late.predicted, rel=1e-2)
    assert (np.diff(late.size) < 0).all()


def test_an_ensemble_has_the_predicted_law_and_not_another():
    places = (-2.5, 0.0, 1.0)
    nets = experiments.ensemble(places, width=512, seeds=200)
    mean, covariance = experiments.ensemble_prediction(places)
    measured = experiments.covariance(nets)
    assert nets.mean().agrees(mean[None])
    assert measured.agrees(covariance[None])
    assert not nets.mean().agrees(mean[None] + 0.2)
    assert not measured.agrees(2 * covariance[None])
    np.testing.assert_allclose(measured.value[..., [0, 1, 2], [0, 1, 2]], nets.variance().value, rtol=1e-10)


def test_the_kernel_jumps_at_training_inputs_and_not_elsewhere():
    jumps = experiments.kernel_jump((1024, 4096), 600)
    predicted = experiments.predicted_jumps()
    assert experiments.extrapolated(jumps.mean())[:4].agrees(predicted[:4])
    assert not jumps.mean()[-1:, :4].agrees(0.0)
    assert jumps.mean()[:, 4:].agrees(0.0)
    np.testing.assert_array_equal(predicted[4:], 0.0)


def test_a_smooth_network_leaves_its_linearization_like_one_over_n():
    gap = experiments.gap("tanh", (256, 1024, 4096), 24)
    assert gap.test_rate.agrees(-1)
    assert not gap.train_rate.agrees(-1 / 2)


def test_extrapolation_takes_the_correction_off():
    widths = np.array([64, 256, 1024])
    exact = Estimate(3 + 5 / np.sqrt(widths), np.full(3, 1e-3))
    assert experiments.extrapolated(exact).value == pytest.approx(3, abs=1e-12)


def test_a_kink_scatters_at_one_rate_and_drifts_at_another():
    """Made up of both: random signs of size n^(-3/4), and a shared part of n^(-1/2)."""
    rng, widths = np.random.default_rng(0), (256, 1024, 4096)
    samples = np.stack([rng.normal(size=(200, 6, 8)) * n**-0.75 + 0.5 * n**-0.5 for n in widths])
    drawn = Sweep(widths, samples)
    assert fit_rate(widths, experiments.scatter(drawn)).agrees(-3 / 4)
    assert not fit_rate(widths, experiments.scatter(drawn)).agrees(-1 / 2)
