"""Chapter 2: what the page measures, at smaller sizes, and false predictions refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import stax
from ntkbook.experiments import fit_rate
from ntkbook.experiments import gaussian_process as experiments


@pytest.fixture(scope="module")
def outputs():
    return experiments.output_moments((3, 8, 24), 8000)


def test_the_covariance_deviates_like_one_over_the_root_of_the_width():
    widths = (32, 128, 512)
    draws = experiments.law_of_large_numbers(widths, 300)
    deviation = draws.rms(experiments.limit_covariances((1,)))[:, 0]
    for entry in ((0, 0), (0, 1)):
        rate = fit_rate(widths, deviation[:, *entry])
        assert rate.agrees(-1 / 2)
        assert not rate.agrees(-0.7)
    assert deviation[:, 0, 0].agrees(np.sqrt(5 / np.array(widths)))
    assert not deviation[:, 0, 0].agrees(np.sqrt(3 / np.array(widths)))


def test_deep_covariances_follow_the_recursion():
    depths = (1, 3)
    measured = experiments.law_of_large_numbers((128,), 150, depths).mean()[0]
    limits = experiments.limit_covariances(depths)
    assert measured.agrees(limits)
    assert not measured.agrees(limits[::-1])


def test_fifteen_over_n(outputs):
    widths = np.array(outputs.widths)
    kurtosis = experiments.excess_kurtosis(outputs)
    assert kurtosis.agrees(15 / widths)
    assert not kurtosis.agrees(6 / widths)


def test_outputs_are_uncorrelated_and_their_squares_are_not(outputs):
    widths = np.array(outputs.widths)
    plain, squares = experiments.dependence(outputs)
    assert plain.agrees(0.0)
    assert squares.agrees(5 / (2 * widths + 15))
    assert not squares.agrees(0.0)


@pytest.mark.parametrize("widths", [(16, 16), (128, 16)])
def test_layers_multiply(widths):
    measured = experiments.kurtosis_of_layers(widths, 6000)
    assert measured.agrees(experiments.predicted_kurtosis(widths))
    assert not measured.agrees(experiments.predicted_kurtosis((*widths, 4)))


def test_units_drawn_in_place_of_weights_have_the_same_law(outputs):
    """Mean squares of outputs of networks against draws of units alone."""
    squares = (outputs.samples[..., 0] ** 4).mean(1) / 3
    for width, square in zip(outputs.widths, squares, strict=True):
        assert square == pytest.approx(experiments.predicted_square((width,)), rel=0.25)


def test_the_hermite_series_errs_within_its_bound():
    degrees, rho = (4, 8, 16, 32), np.array([-0.8, 0.5, 0.9, 1.0])
    error, bound = experiments.hermite_error(jax.nn.relu, stax.Relu(), degrees, rho)
    assert (error <= bound + 1e-13).all()
    assert (error[:, -1] > bound[:, -1] / 2).all()
    rate = fit_rate((32, 64, 128), experiments.hermite_error(jax.nn.relu, stax.Relu(), (32, 64, 128), rho)[1][:, -1])
    assert rate.slope.value == pytest.approx(-1.5, abs=0.02)


def test_hermite_coefficients_of_polynomials_are_exact():
    found = experiments.hermite_coefficients(lambda z: z**3, 6)
    np.testing.assert_allclose(found, [0, 3, 0, 6**0.5, 0, 0], atol=1e-12)


def test_draws_have_the_covariance_of_the_limit():
    x = experiments.on_circle(np.array([0.0, 1.0]))
    limit = experiments.limit_covariance(2, x)
    process = experiments.process_draws(2, x, 4000)
    np.testing.assert_allclose(process.T @ process / 4000, limit, atol=0.1)
    assert experiments.network_draws(2, 16, x, 3).shape == (3, 2)


def test_the_last_layer_descends_to_the_closed_form():
    descent, closed = experiments.last_layer_training(jax.random.key(3), 128)
    np.testing.assert_allclose(descent, closed, atol=1e-9)
    assert jnp.abs(closed).max() > 0.1


def test_an_ensemble_of_last_layers_is_the_posterior_and_full_training_is_not():
    ensemble = experiments.last_layer_ensemble(512, 4000)
    means, covariance = ensemble.mean()[0], experiments.covariance_of(ensemble)[0]
    mean, spread = experiments.posterior()
    assert means.agrees(mean)
    assert covariance.agrees(spread)
    assert not means.agrees(experiments.posterior("ntk")[0])
