"""Chapter 8, generalization: learning curves, noise, double descent and labels, measured beside their predictions.

Kernels are those of a network with one hidden ReLU layer, σ_w² = 2, as functions of the angle between unit inputs;
`with_bias` adds κ_0, which is what a trained hidden bias that starts at 0 contributes. Linear algebra is NumPy's: the
matrices are small, and each is used once.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ntkbook import spectra
from ntkbook.experiments.estimate import Estimate
from ntkbook.experiments.samples import Sweep

DIM = 10


class Curve(NamedTuple):
    """A learning curve: test errors measured at several numbers of samples, and predicted ones."""

    samples: tuple[int, ...]
    measured: Estimate
    predicted: Float[np.ndarray, " m"]


def relu_ntk(cosines: Float[np.ndarray, "..."], *, with_bias: bool = False) -> np.ndarray:
    """The NTK of two ReLU layers from the cosines between inputs of length 1."""
    rho = np.clip(cosines, -1.0, 1.0)
    angle = np.arccos(rho)
    kappa0 = 1 - angle / np.pi
    return (np.sqrt(1 - rho**2) / np.pi + rho * kappa0) + (rho + with_bias) * kappa0


def first_layer_kernel(cosines: Float[np.ndarray, "..."]) -> np.ndarray:
    """H∞ of Arora et al.: the hidden layer trained alone; ½ on the diagonal."""
    rho = np.clip(cosines, -1.0, 1.0)
    return rho * (np.pi - np.arccos(rho)) / (2 * np.pi)


def fit(kernel, cross, labels, ridge=0.0):
    """Kernel regression: predictions at test inputs, `cross` (test, train)."""
    return cross @ np.linalg.solve(kernel + ridge * np.eye(len(kernel)), labels)


def _mean_over(seeds: int, draw: Callable) -> tuple[float, float]:
    values = np.array([draw(np.random.default_rng(seed)) for seed in range(seeds)])
    return values.mean(), values.std(ddof=1) / seeds**0.5


def _measured(samples: Sequence[int], seeds: int, draw: Callable) -> Estimate:
    rows = np.array([_mean_over(seeds, lambda rng, n=n: draw(rng, n)) for n in samples])
    return Estimate(rows[:, 0], rows[:, 1], seeds - 1)


# Learning curves


def sphere_target(x: Float[np.ndarray, "n d"]) -> np.ndarray:
    """One harmonic of degree 1 and one of degree 2, each with mean square ½."""
    d = x.shape[1]
    return (d**0.5 * x[:, 0] + (d * (d + 2)) ** 0.5 * x[:, 1] * x[:, 2]) / 2**0.5


def sphere_curve(
    samples: tuple[int, ...] = (16, 32, 64, 128, 256), *, noise: float = 0.3, seeds: int = 40, dim: int = DIM
) -> Curve:
    """Ridgeless regression on the unit sphere in R^10, labels from two harmonics and noise."""
    tests = 400

    def draw(rng, n):
        x = rng.normal(size=(n + tests, dim))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        kernel = relu_ntk(x @ x[:n].T)
        labels = sphere_target(x) + noise * rng.normal(size=n + tests)
        return np.mean((fit(kernel[:n], kernel[n:], labels[:n]) - labels[n:]) ** 2)

    degrees = np.arange(41)
    eigenvalues = np.maximum(spectra.sphere_eigenvalues(lambda u: relu_ntk(np.cos(u)), 40, dim), 0.0)
    counts = spectra.multiplicity(degrees, dim)
    coefficients = np.where((degrees == 1) | (degrees == 2), 0.5**0.5, 0.0)
    # Degrees above 40 are far below κ: together they act as a ridge.
    tail = float(relu_ntk(1.0)) - (counts * eigenvalues).sum()
    predicted = [spectra.predicted_error(eigenvalues, coefficients, n, tail, noise, counts).test_error for n in samples]
    return Curve(samples, _measured(samples, seeds, draw), np.array(predicted))


def circle_curve(
    samples: tuple[int, ...] = (8, 16, 32, 64), *, frequency: int = 3, noise: float = 0.0, seeds: int = 200
) -> Curve:
    """Ridgeless regression on the circle, with a hidden bias; inputs drawn at random, the target is one wave."""
    tests = 400

    def draw(rng, n):
        angles = rng.uniform(0, 2 * np.pi, n)
        grid = 2 * np.pi * (np.arange(tests) + rng.uniform()) / tests
        kernel = relu_ntk(np.cos(angles[:, None] - angles), with_bias=True)
        cross = relu_ntk(np.cos(grid[:, None] - angles), with_bias=True)
        labels = np.cos(frequency * angles) + noise * rng.normal(size=n)
        error = np.mean((fit(kernel, cross, labels) - np.cos(frequency * grid)) ** 2)
        return error + noise**2

    eigenvalues, counts = circle_modes(4096)
    coefficients = np.where(np.arange(4097) == frequency, 0.5**0.5, 0.0)
    predicted = [spectra.predicted_error(eigenvalues, coefficients, n, 0.0, noise, counts).test_error for n in samples]
    return Curve(samples, _measured(samples, seeds, draw), np.array(predicted))


def circle_modes(frequencies: int) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues on the circle, of the NTK with hidden bias, in closed form, and how often each counts."""
    k = np.arange(frequencies + 1, dtype=float)
    even = 2 * (k**2 + 3) / (np.pi * np.where(k == 1, 2.0, k**2 - 1)) ** 2
    odd = 2 / (np.pi * np.where(k == 0, 1.0, k)) ** 2
    eigenvalues = np.where(k % 2 == 0, even, odd)
    eigenvalues[0] += 0.5
    eigenvalues[1] += 0.5
    return eigenvalues, np.where(k == 0, 1.0, 2.0)


def data_curve(
    inputs: Float[np.ndarray, "N d"],
    labels: Float[np.ndarray, " N"],
    samples: tuple[int, ...],
    *,
    ridge: float = 0.0,
    seeds: int = 20,
) -> Curve:
    """Regression on real data. The pool is the distribution: n draws with replacement, the error over all of it.

    The prediction takes eigenvalues and coefficients of the target from the whole pool, labels included.
    """
    x = inputs / np.linalg.norm(inputs, axis=1, keepdims=True)
    kernel = relu_ntk(x @ x.T, with_bias=True)
    size = len(x)

    def draw(rng, n):
        train = rng.integers(size, size=n)
        if ridge == 0:
            train = np.unique(train)  # a point that comes twice has one label, and says nothing new
        found = fit(kernel[np.ix_(train, train)], kernel[:, train], labels[train], ridge)
        return np.mean((found - labels) ** 2)

    eigenvalues, modes = spectra.eigenmodes(kernel)
    coefficients = modes.T @ labels / size**0.5
    predicted = [spectra.predicted_error(eigenvalues, coefficients, n, ridge).test_error for n in samples]
    return Curve(samples, _measured(samples, seeds, draw), np.array(predicted))


def response_of_modes(samples: tuple[int, ...] = (64, 128, 256, 512), seeds: int = 20) -> tuple[Estimate, Estimate]:
    """κ times the response q of single modes, for Gaussian features with eigenvalues k^(-3/2): mean and spread.

    The prediction is a mean of 1 and a spread that falls like n^(-1/2). There are four modes for each sample.
    """
    rows = []
    for n in samples:
        eigenvalues = (np.arange(1.0, 4 * n + 1) / n) ** -1.5 / n
        kappa = spectra.effective_ridge(eigenvalues, n)
        draws = np.stack([_responses(np.random.default_rng(seed), n, eigenvalues) for seed in range(seeds)]) * kappa
        means, spreads = draws.mean(1), draws.std(1)
        rows.append((means.mean(), means.std(ddof=1) / seeds**0.5, spreads.mean(), spreads.std(ddof=1) / seeds**0.5))
    table = np.array(rows).T
    return Estimate(table[0], table[1], seeds - 1), Estimate(table[2], table[3], seeds - 1)


def _responses(rng, n, eigenvalues):
    """Every q = ψᵀA⁻¹ψ by way of all modes: s = ψᵀ(A + λψψᵀ)⁻¹ψ = q/(1 + λq), so q = s/(1 - λs)."""
    features = rng.normal(size=(n, len(eigenvalues)))
    kernel = (features * eigenvalues) @ features.T
    solved = (features * np.linalg.solve(kernel, features)).sum(0)
    return solved / (1 - eigenvalues * solved)


# Noise


def noise_factor(eigenvalues: Float[np.ndarray, " K"], samples: int = 100, seeds: int = 40) -> tuple[Estimate, float]:
    """By how much ridgeless regression multiplies noise, for Gaussian features with these eigenvalues.

    Returns: the measured factor, test noise included, and the one predicted for this number of samples.
    """
    modes = len(eigenvalues)

    def draw(rng):
        features = rng.normal(size=(samples, modes)) * eigenvalues**0.5
        weights = features.T @ np.linalg.solve(features @ features.T, rng.normal(size=samples))
        return 1 + (weights**2 * eigenvalues).sum()

    predicted = spectra.predicted_error(eigenvalues, np.zeros(modes), samples, noise=1.0).test_error
    return Estimate(*_mean_over(seeds, draw), seeds - 1), predicted


def circle_noise_factor(samples: int = 64, seeds: int = 200) -> Estimate:
    """The same on the circle: pure noise is interpolated by the ReLU kernel with bias."""

    def draw(rng):
        angles = rng.uniform(0, 2 * np.pi, samples)
        grid = np.linspace(0, 2 * np.pi, 1600, endpoint=False)
        kernel = relu_ntk(np.cos(angles[:, None] - angles), with_bias=True)
        cross = relu_ntk(np.cos(grid[:, None] - angles), with_bias=True)
        return 1 + np.mean(fit(kernel, cross, rng.normal(size=samples)) ** 2)

    return Estimate(*_mean_over(seeds, draw), seeds - 1)


# Double descent


def least_squares_risk(features: int, samples: int = 40, *, signal: float = 1.0, noise: float = 0.5, seeds: int = 400):
    """Excess risk of least squares without ridge, isotropic Gaussian inputs: the shortest fit past the threshold."""

    def draw(rng):
        x = rng.normal(size=(samples, features))
        true = rng.normal(size=features)
        true *= signal / np.linalg.norm(true)
        found = np.linalg.lstsq(x, x @ true + noise * rng.normal(size=samples), rcond=None)[0]
        return ((found - true) ** 2).sum()

    return Estimate(*_mean_over(seeds, draw), seeds - 1)


def predicted_least_squares_risk(features: int, samples: int = 40, *, signal: float = 1.0, noise: float = 0.5) -> float:
    """The exact mean of the same; infinite where the number of features is within 1 of that of samples."""
    if features < samples - 1:
        return noise**2 * features / (samples - features - 1)
    if features > samples + 1:
        return signal**2 * (1 - samples / features) + noise**2 * samples / (features - samples - 1)
    return float("inf")


def random_feature_errors(
    widths: tuple[int, ...], samples: int = 100, *, dim: int = 20, noise: float = 0.3, seeds: int = 30
) -> Sweep:
    """Test and training error of ridgeless regression on random ReLU features: only the output layer is trained.

    Inputs lie on the sphere of radius sqrt(d), the target is one coordinate; a statistic is the pair (test, training).
    """
    tests = 500

    def draw(rng, width):
        x = rng.normal(size=(samples + tests, dim))
        x *= dim**0.5 / np.linalg.norm(x, axis=1, keepdims=True)
        features = np.maximum(x @ rng.normal(size=(dim, width)) / dim**0.5, 0) / width**0.5
        labels = x[:, 0] + noise * rng.normal(size=samples + tests)
        weights = np.linalg.lstsq(features[:samples], labels[:samples], rcond=1e-12)[0]
        error = (features @ weights - labels) ** 2
        return error[samples:].mean(), error[:samples].mean()

    draws = [[draw(np.random.default_rng([width, seed]), width) for seed in range(seeds)] for width in widths]
    return Sweep(tuple(widths), np.array(draws))


# Labels


def label_experiment(
    inputs: Float[np.ndarray, "N d"],
    labels: Float[np.ndarray, " N"],
    samples: int,
    *,
    shuffled: float = 0.0,
    seeds: int = 10,
) -> tuple[Estimate, Estimate]:
    """The bound and the test error, for labels ±1 of which a part, in training and test, is replaced by coin flips.

    The kernel is H∞. The test error is the mean of |f - y|, cut off at 1.
    """
    x = inputs / np.linalg.norm(inputs, axis=1, keepdims=True)
    kernel = first_layer_kernel(x @ x.T)

    def draw(rng):
        order = rng.permutation(len(x))
        train, test = order[:samples], order[samples:]
        flips = rng.choice([-1.0, 1.0], len(x))
        given = np.where(rng.uniform(size=len(x)) < shuffled, flips, labels)
        inside = kernel[np.ix_(train, train)]
        found = fit(inside, kernel[np.ix_(test, train)], given[train])
        return spectra.label_bound(inside, given[train]), np.minimum(np.abs(found - given[test]), 1).mean()

    values = np.array([draw(np.random.default_rng(seed)) for seed in range(seeds)])
    mean, error = values.mean(0), values.std(0, ddof=1) / seeds**0.5
    return Estimate(mean[0], error[0], seeds - 1), Estimate(mean[1], error[1], seeds - 1)
