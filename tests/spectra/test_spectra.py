"""Eigenvalues against closed forms, and predictions against Gaussian features and limits known by hand."""

import numpy as np
import pytest
from scipy import special

from ntkbook import spectra


def ntk(u):
    return (np.sin(u) + 2 * (np.pi - u) * np.cos(u)) / np.pi


def nngp(u):
    return (np.sin(u) + (np.pi - u) * np.cos(u)) / np.pi


# Circle and sphere


def test_circle_eigenvalues_of_relu_kernels():
    k = np.arange(0, 41, 2)
    found = spectra.circle_eigenvalues(ntk, 40)
    np.testing.assert_allclose(found[k], 2 * (k**2 + 3) / (np.pi**2 * (k**2 - 1.0) ** 2), atol=1e-13)
    np.testing.assert_allclose(found[1], 0.5, rtol=1e-12)
    np.testing.assert_allclose(found[3::2], 0, atol=1e-13)
    np.testing.assert_allclose(spectra.circle_eigenvalues(nngp, 40)[k], 4 / (np.pi**2 * (k**2 - 1.0) ** 2), atol=1e-13)


def test_aliasing_is_what_the_grid_gives():
    points = 12
    coefficients = np.exp(-np.arange(30.0))
    angles = 2 * np.pi * np.arange(points) / points
    difference = angles[:, None] - angles
    factors = np.where(np.arange(30) == 0, 1.0, 2.0)
    kernel = np.tensordot(factors * coefficients, np.cos(np.arange(30)[:, None, None] * difference), axes=1)
    folded = spectra.aliased_eigenvalues(coefficients, points)
    expected = np.sort(np.concatenate([folded, folded[1:-1]]))[::-1]
    np.testing.assert_allclose(spectra.eigenmodes(kernel).eigenvalues, expected, atol=1e-15)


def test_the_sphere_in_the_plane_is_the_circle():
    np.testing.assert_allclose(spectra.sphere_eigenvalues(ntk, 20, 2), spectra.circle_eigenvalues(ntk, 20), atol=1e-13)


@pytest.mark.parametrize("dim", [2, 3, 5, 10])
def test_sphere_eigenvalues_put_the_kernel_together(dim):
    """The trace: the sum over modes is the kernel at angle 0. For exp(cos u) the sum converges at once."""
    eigenvalues = spectra.sphere_eigenvalues(lambda u: np.exp(np.cos(u)), 14, dim)
    assert abs((spectra.multiplicity(np.arange(15), dim) * eigenvalues).sum() - np.e) < 1e-8


def test_sphere_eigenvalues_of_a_plane_wave_kernel():
    """exp(cos u) in three dimensions: modified spherical Bessel functions."""
    found = spectra.sphere_eigenvalues(lambda u: np.exp(np.cos(u)), 6, 3)
    np.testing.assert_allclose(found, special.spherical_in(np.arange(7), 1.0), atol=1e-13)


def test_multiplicity():
    np.testing.assert_array_equal(spectra.multiplicity(np.arange(5), 3), [1, 3, 5, 7, 9])
    np.testing.assert_array_equal(spectra.multiplicity(np.arange(3), 10), [1, 10, 54])


@pytest.mark.parametrize(
    "call",
    [
        lambda: spectra.circle_eigenvalues(ntk, 600),
        lambda: spectra.sphere_eigenvalues(ntk, 600, 3),
        lambda: spectra.sphere_eigenvalues(ntk, 6, 1),
        lambda: spectra.early_stopping_filter(1.0, -1.0),
        lambda: spectra.ridge_filter(1.0, float("nan")),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(ValueError, match="got"):
        call()


# Modes and filters


def test_eigenmodes():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(6, 4))
    eigenvalues, modes = spectra.eigenmodes(features @ features.T)
    np.testing.assert_allclose(modes * eigenvalues @ modes.T * 6, features @ features.T, atol=1e-12)
    assert (np.diff(eigenvalues) <= 0).all()
    assert (eigenvalues >= 0).all()
    for bad, message in ((features, "shape"), (np.triu(np.ones((3, 3))), "symmetric"), (-np.eye(3), "semidefinite")):
        with pytest.raises(ValueError, match=message):
            spectra.eigenmodes(bad)


def test_filters():
    eigenvalues = np.array([0.0, 1e-12, 0.5, 2.0])
    time = spectra.half_life(eigenvalues)[2]
    assert spectra.early_stopping_filter(eigenvalues, time)[2] == pytest.approx(0.5, abs=1e-15)
    assert spectra.early_stopping_filter(eigenvalues, 1.0)[1] == pytest.approx(1e-12, rel=1e-12)
    assert np.isinf(spectra.half_life(0.0))
    np.testing.assert_allclose(spectra.ridge_filter(eigenvalues, 0.5), [0, 2e-12, 0.5, 0.8], rtol=1e-11)
    np.testing.assert_array_equal(spectra.ridge_filter(eigenvalues, 0.0), [0, 1, 1, 1])


# Predictions


def test_effective_ridge_solves_its_equation():
    eigenvalues = np.arange(1.0, 200.0) ** -2
    for ridge in (0.0, 0.3):
        kappa = spectra.effective_ridge(eigenvalues, 20, ridge)
        assert (eigenvalues / (eigenvalues + kappa)).sum() + ridge / kappa == pytest.approx(20, rel=1e-12)
    twice = spectra.effective_ridge(eigenvalues, 40, 0.6, np.full(199, 2.0))
    assert twice == pytest.approx(kappa, rel=1e-12)


def test_equal_eigenvalues_are_linear_regression():
    """p equal modes, n < p samples: the bias is r² (1 - n/p), the factor of the noise p/(p - n)."""
    found = spectra.predicted_error(np.ones(50), np.full(50, 0.1), 20, noise=0.3)
    np.testing.assert_allclose(found.learnability, 0.4, rtol=1e-12)
    assert found.test_error == pytest.approx(50 / 30 * (0.5 * 0.36 + 0.09), rel=1e-12)
    assert found.train_error == 0.0


def test_prediction_agrees_with_gaussian_features():
    rng = np.random.default_rng(1)
    eigenvalues, ridge, samples, noise = np.arange(1.0, 301.0) ** -1.5, 0.02, 30, 0.2
    target = np.zeros(300)
    target[2] = 1.0
    predicted = spectra.predicted_error(eigenvalues, target, samples, ridge, noise)
    errors = []
    for _ in range(200):
        features = rng.normal(size=(samples, 300))
        labels = features @ target + noise * rng.normal(size=samples)
        weighted = features * eigenvalues
        fitted = weighted.T @ np.linalg.solve(weighted @ features.T + ridge * np.eye(samples), labels)
        errors.append(((fitted - target) ** 2).sum() + noise**2)
    z = (np.mean(errors) - predicted.test_error) / (np.std(errors) / 200**0.5)
    assert abs(z) < 4


def test_what_cannot_be_predicted_is_refused():
    with pytest.raises(ValueError, match="determine all"):
        spectra.effective_ridge(np.ones(5), 5)
    with pytest.raises(ValueError, match="coefficients"):
        spectra.predicted_error(np.ones(5), np.ones(4), 2)
    with pytest.raises(ValueError, match="at least 0"):
        spectra.effective_ridge(-np.ones(5), 2)
    with pytest.raises(ValueError, match="samples"):
        spectra.effective_ridge(np.ones(5), 0)


# Bounds


def test_label_bound():
    rng = np.random.default_rng(2)
    features, labels = rng.normal(size=(5, 9)), rng.normal(size=5)
    kernel = features @ features.T
    expected = labels @ np.linalg.solve(kernel, labels)
    assert spectra.target_norm(kernel, labels) == pytest.approx(expected**0.5, rel=1e-12)
    bound = spectra.label_bound(kernel, labels)
    assert bound == pytest.approx(2 / 5 * (expected * np.trace(kernel)) ** 0.5, rel=1e-12)
    assert spectra.label_bound(7 * kernel, labels) == pytest.approx(bound, rel=1e-12)
    with pytest.raises(ValueError, match="singular"):
        spectra.label_bound(np.ones((3, 3)), np.ones(3))
    with pytest.raises(ValueError, match="as many labels"):
        spectra.target_norm(kernel, labels[:3])


def test_label_bound_of_the_first_layer():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(6, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    rho = np.clip(x @ x.T, -1, 1)
    h = rho * (np.pi - np.arccos(rho)) / (2 * np.pi)
    np.fill_diagonal(h, 0.5)
    labels = np.sign(rng.normal(size=6))
    expected = np.sqrt(2 * labels @ np.linalg.solve(h, labels) / 6)
    assert spectra.label_bound(h, labels) == pytest.approx(expected, rel=1e-12)
