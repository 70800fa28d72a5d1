"""Chapter 7, spectra: what the page measures, at smaller sizes, and false predictions refused."""

import jax
import numpy as np
import pytest

from ntkbook import stax
from ntkbook.experiments import Estimate
from ntkbook.experiments import spectra as experiments

RELU = experiments.relu_network()
SMOOTH = stax.serial(stax.Dense(1, W_std=2**0.5), stax.Erf(), stax.Dense(1))


@pytest.mark.parametrize(
    ("get", "dim", "predicted"), [("ntk", 2, -2), ("nngp", 2, -4), ("ntk", 4, -4), ("nngp", 3, -5)]
)
def test_decay_of_eigenvalues(get, dim, predicted):
    found = experiments.eigenvalue_decay(get, dim)
    assert found.agrees(predicted, limit=1)
    assert not found.agrees(predicted - 0.05)


def test_extrapolation_finds_a_corrected_power():
    x = 2.0 ** np.arange(3, 8)
    found = experiments.extrapolated_exponent(x, x**-3 * (1 + 0.5 / x**2), order=2)
    assert abs(found.value + 3) < found.standard_error < 1e-3


@pytest.mark.parametrize(
    ("net", "get", "powers"), [(RELU, "ntk", (1, 1)), (RELU, "nngp", (2, 3)), (SMOOTH, "ntk", (2, 4))]
)
def test_clusters(net, get, powers):
    found = experiments.cluster_exponents(net, get)
    predicted = np.repeat(powers, (4, 2)).astype(float)
    assert found.agrees(predicted)
    assert not found.agrees(predicted + 0.1)


def test_labels_inside_a_cluster_are_dear():
    norms = experiments.labels_inside(RELU, "ntk", np.array([0.1, 0.05]))
    assert 1.8 < norms[1, 1] / norms[0, 1] < 2.5
    assert norms[:, 0].max() < 1


def test_networks_learn_frequencies_in_order():
    measured = experiments.frequency_half_lives(widths=(256, 1024), seeds=8).mean()
    predicted = experiments.predicted_half_lives()
    excess = measured.value - predicted
    assert (np.diff(measured.value, axis=1) > 0).all()
    assert measured[1, :2].agrees(predicted[:2])
    assert excess[0, 2] > 1.5 * excess[1, 2] > 0


def test_predicted_half_lives_halve():
    steps = experiments.predicted_half_lives()
    np.testing.assert_allclose((1 - experiments.grid_eigenvalues()) ** steps, 0.5, rtol=1e-12)
    np.testing.assert_allclose(experiments.half_lives(experiments.predicted_paths()), steps, rtol=1e-9)


def test_paths_start_at_one():
    left = experiments.frequency_paths(jax.random.key(0), 64, steps=2)
    np.testing.assert_allclose(left[0], 1.0, rtol=1e-12)


def test_continuation_to_infinite_width():
    widths = (100, 400, 1600, 6400)
    values = 3 + 2 * np.asarray(widths, float)[:, None] ** -0.5
    found = experiments.at_infinite_width(Estimate(values, 0.01 + 0 * values), widths)
    np.testing.assert_allclose(found.value, 3.0, rtol=1e-9)
    assert not found.agrees(3.5)


def test_the_first_mode_of_a_positive_kernel():
    share, cosine = experiments.mean_mode(np.ones((4, 4)) + 0.1 * np.eye(4))
    assert share == pytest.approx(4.1 / 4.4)
    assert cosine == pytest.approx(1.0)
