"""Chapter 8, generalization: what the page measures, at smaller sizes, and false predictions refused."""

import numpy as np
import pytest

from ntkbook import datasets, stax
from ntkbook.experiments import fit_rate
from ntkbook.experiments import generalization as experiments


def test_kernels_are_those_of_stax():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    hidden, out = stax.Dense(1, W_std=3**0.5), stax.Dense(1, W_std=2**0.5)  # 3 inputs: q = 1
    expected = stax.serial(hidden, stax.Relu(), out).kernel_fn(x, None, "ntk")
    np.testing.assert_allclose(experiments.relu_ntk(x @ x.T), expected, rtol=1e-7)
    np.testing.assert_allclose(np.diag(experiments.first_layer_kernel(x @ x.T)), 0.5, rtol=1e-7)
    angle = np.arccos(np.clip(x @ x.T, -1, 1))
    gained = experiments.relu_ntk(x @ x.T, with_bias=True) - experiments.relu_ntk(x @ x.T)
    np.testing.assert_allclose(gained, 1 - angle / np.pi, atol=1e-12)


def test_the_sphere_is_predicted_and_the_circle_is_not():
    sphere = experiments.sphere_curve((16, 48), seeds=20)
    assert sphere.measured.agrees(sphere.predicted)
    assert not sphere.measured.agrees(1.4 * sphere.predicted)
    circle = experiments.circle_curve((32,), seeds=100)
    assert not circle.measured.agrees(circle.predicted)
    assert circle.measured.value[0] > 3 * circle.predicted[0]


def test_eigenvalues_of_the_circle_add_up_to_the_kernel():
    eigenvalues, counts = experiments.circle_modes(100_000)
    assert (eigenvalues * counts).sum() == pytest.approx(experiments.relu_ntk(1.0, with_bias=True), rel=1e-4)


def test_digits_are_predicted():
    inputs, labels = datasets.digits()
    parity = np.where(labels % 2 == 0, 1.0, -1.0)
    curve = experiments.data_curve(inputs[:600], parity[:600], (10, 30), seeds=20)
    assert curve.measured.agrees(curve.predicted)
    shuffled = np.random.default_rng(0).permutation(parity[:600])
    assert not curve.measured.agrees(experiments.data_curve(inputs[:600], shuffled, (10, 30), seeds=2).predicted)


def test_the_prediction_for_digits_is_a_few_percent_too_low():
    inputs, labels = datasets.digits()
    curve = experiments.data_curve(inputs, np.where(labels % 2 == 0, 1.0, -1.0), (40, 160), seeds=60)
    assert not curve.measured[1].agrees(curve.predicted[1])
    np.testing.assert_allclose(curve.measured.value, 1.06 * curve.predicted, rtol=0.04)


def test_responses_concentrate():
    samples = (64, 128, 256)
    mean, spread = experiments.response_of_modes(samples, seeds=10)
    np.testing.assert_allclose(mean.value, 1.0, atol=0.05)
    rate = fit_rate(samples, spread)
    assert rate.agrees(-0.5)
    assert not rate.agrees(-1.0)


def test_an_exponential_tail_is_catastrophic():
    factors = []
    for samples in (20, 80):
        found, predicted = experiments.noise_factor(np.exp(-0.1 * np.arange(1.0, 301)), samples, seeds=20)
        assert found.agrees(predicted)
        factors.append(predicted)
    assert factors[1] == pytest.approx(0.1 * 80, rel=0.02)
    assert factors[1] > 3 * factors[0]


def test_noise_is_multiplied_by_the_power():
    found, predicted = experiments.noise_factor(np.arange(1.0, 2001) ** -2.0, samples=60)
    assert predicted == pytest.approx(2.0, rel=0.03)
    assert found.agrees(predicted)
    assert not found.agrees(3.0)
    circle = experiments.circle_noise_factor(seeds=100)
    assert circle.agrees(5 / 3)
    assert not circle.agrees(2.0)


@pytest.mark.parametrize("features", [10, 30, 60, 160])
def test_least_squares(features):
    found = experiments.least_squares_risk(features, seeds=200)
    predicted = experiments.predicted_least_squares_risk(features)
    assert found.agrees(predicted)
    assert not found.agrees(1.5 * predicted)


def test_risk_is_infinite_at_the_threshold():
    assert all(np.isinf(experiments.predicted_least_squares_risk(p)) for p in (39, 40, 41))


def test_random_features_peak_at_the_threshold():
    errors = experiments.random_feature_errors((20, 50, 200), samples=50, seeds=10)
    test, training = np.median(errors.samples, axis=1).T
    assert test.argmax() == 1
    assert training[0] > 0.1
    assert training[2] < 1e-12


def test_the_bound_tells_true_labels_from_random_ones():
    inputs, labels = datasets.digits()
    two = labels < 2
    signs = np.where(labels[two] == 0, 1.0, -1.0)
    true, error = experiments.label_experiment(inputs[two], signs, 60, seeds=4)
    random, chance = experiments.label_experiment(inputs[two], signs, 60, shuffled=1.0, seeds=4)
    assert random.value > 3 * true.value
    assert true.value > error.value
    assert chance.value > 3 * error.value
