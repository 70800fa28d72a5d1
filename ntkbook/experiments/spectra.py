"""Chapter 7, spectra: decay of eigenvalues, the order in which networks learn frequencies, and tight clusters.

What is exact is extrapolated; its uncertainty is how far the last step of the extrapolation moved. What is random is
measured over seeds.
"""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook import dynamics, spectra, stax
from ntkbook.experiments.estimate import Estimate
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

GRID = 32
FREQUENCIES = (1, 2, 4)
ANGLES = 2 * np.pi * np.arange(GRID) / GRID


def relu_network(width: int = 1, b_std: float | None = None) -> stax.Layer:
    """Two ReLU layers with σ_w² = 2; on the unit circle in the plane its kernels are those of the chapter."""
    hidden = stax.Dense(width, W_std=2**0.5, b_std=b_std)
    return stax.serial(hidden, stax.Relu(), stax.Dense(1, W_std=2**0.5))


def circle(angles: Float[Array, " n"]) -> Float[Array, "n 2"]:
    """Points on the unit circle."""
    return jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=1)


def kernel_shape(get: str = "ntk", net: stax.Layer | None = None) -> Callable:
    """A kernel as a function of the angle between two inputs of length 1, for `spectra.circle_eigenvalues`."""
    kernel_fn = (relu_network() if net is None else net).kernel_fn

    def shape(angles):
        return np.asarray(kernel_fn(circle(jnp.zeros(1)), circle(jnp.asarray(angles)), get))[0]

    return shape


def eigenvalue_decay(get: str = "ntk", dim: int = 2, degrees: tuple[int, ...] = (8, 16, 32, 64)) -> Estimate:
    r"""The exponent with which the eigenvalues on the sphere in R^d fall, as the degree grows.

    Exponents between neighbouring degrees, in $k + (d-2)/2$, are extrapolated to infinite degree; they approach it like
    1/k².

    Args:
      get: "ntk" (predicted: -d) or "nngp" (predicted: -(d + 2)).
      dim: d; 2 is the circle.
      degrees: even, each twice the one before, at least four.
    Returns: the exponent; its standard error is the change in the last step of the extrapolation.
    """
    eigenvalues = spectra.sphere_eigenvalues(kernel_shape(get), max(degrees), dim)[list(degrees)]
    return extrapolated_exponent(np.asarray(degrees) + (dim - 2) / 2, eigenvalues, order=2)


def extrapolated_exponent(x: Float[np.ndarray, " m"], values: Float[np.ndarray, " m"], order: int) -> Estimate:
    """The exponent of values ~ x^s at the end of a sequence of doubled (or halved) x; corrections are x^(∓order)."""
    local = np.diff(np.log(values)) / np.diff(np.log(x))
    better = (2**order * local[1:] - local[:-1]) / (2**order - 1)
    return Estimate(better[-1], abs(better[-1] - better[-2]))


def frequency_paths(key: Array, width: int, steps: int = 96) -> Float[Array, "steps+1 3"]:
    """What is left of each frequency along gradient descent of a ReLU network, relative to the start.

    The labels hold the frequencies 1, 2 and 4 with amplitude 1, on 32 equidistant inputs on the circle, and the output
    of the start is added to them: the residual at the start is pure. The learning rate is 1.
    """
    net = relu_network(width)
    x = circle(jnp.asarray(ANGLES))
    _, params = net.init_fn(key, x.shape)
    labels = net.apply_fn(params, x) + _waves().sum(0)[:, None]
    path = dynamics.gradient_descent(net.apply_fn, params, x, labels, steps, learning_rate=1.0)
    residuals = (labels[None] - path.outputs)[..., 0]
    return residuals @ _waves().T * (2 / GRID)


def predicted_paths(steps: int = 96) -> Float[np.ndarray, "steps+1 3"]:
    """The same at infinite width: (1 - λ)^s after s steps, with the eigenvalues on the grid."""
    return (1 - grid_eigenvalues()) ** np.arange(steps + 1)[:, None]


def grid_eigenvalues() -> Float[np.ndarray, " 3"]:
    """Eigenvalues of the NTK over N at the three frequencies, on the grid of 32 inputs."""
    kernel = kernel_shape()(ANGLES)
    return _waves() @ kernel / GRID


def _waves():
    return np.cos(np.outer(FREQUENCIES, ANGLES))


def half_lives(left: Float[Array, "steps+1 k"]) -> Float[Array, " k"]:
    """Steps until half is left, with the logarithm interpolated between two steps."""
    log = jnp.log(jnp.maximum(jnp.abs(left), 1e-12))
    after = jnp.argmax(left < 0.5, axis=0)
    high, low = (jnp.take_along_axis(log, i[None], axis=0)[0] for i in (after - 1, after))
    return (after - 1).astype(log.dtype) + (high - jnp.log(0.5)) / (high - low)


def predicted_half_lives() -> Float[np.ndarray, " 3"]:
    """Steps of gradient descent, of size 1, until half of each frequency is left, at infinite width."""
    return np.log(2) / -np.log1p(-grid_eigenvalues())


def frequency_half_lives(widths: tuple[int, ...] = (128, 512, 2048, 8192), seeds: int = 24) -> Sweep:
    """Measured half-lives of the frequencies 1, 2 and 4, in steps of gradient descent."""
    return sweep(_half_lives_of_network, widths, seeds)


def _half_lives_of_network(key, width):
    return half_lives(frequency_paths(key, width))


def at_infinite_width(measured: Estimate, widths: tuple[int, ...]) -> Estimate:
    """Measured values continued to infinite width, by a weighted fit of c + a n^(-1/2) + b/n; axis 0 are widths."""
    powers = np.asarray(widths, float)[:, None] ** np.array([0.0, -0.5, -1.0])
    values, errors = [], []
    for value, error in zip(measured.value.T, measured.standard_error.T, strict=True):
        design = powers / error[:, None]
        covariance = np.linalg.inv(design.T @ design)
        values.append((covariance @ design.T @ (value / error))[0])
        errors.append(covariance[0, 0] ** 0.5)
    return Estimate(np.array(values), np.array(errors))


def cluster_inputs(spread: float, points: int = 4, seed: int = 1) -> Float[np.ndarray, "2p 3"]:
    """Two clusters of points on the unit sphere in R³, at right angles, of a size proportional to `spread`."""
    tangent = np.random.default_rng(seed).normal(size=(2, points, 2))
    around = np.eye(3)[:2, None] + spread * np.stack(
        [np.insert(tangent[0], 0, 0.0, axis=1), np.insert(tangent[1], 1, 0.0, axis=1)]
    )
    inputs = around.reshape(-1, 3)
    return inputs / np.linalg.norm(inputs, axis=1, keepdims=True)


def cluster_spectrum(
    net: stax.Layer, get: str, spreads: Float[np.ndarray, " m"], points: int = 4
) -> Float[np.ndarray, "m 2p"]:
    """Eigenvalues of Θ/N on two clusters, for each spread, the largest first."""
    rows = []
    for spread in spreads:
        x = jnp.asarray(3**0.5 * cluster_inputs(float(spread), points))
        rows.append(spectra.eigenmodes(np.asarray(net.kernel_fn(x, None, get))).eigenvalues)
    return np.stack(rows)


def cluster_exponents(net: stax.Layer, get: str, points: int = 4, first: float = 0.02, halvings: int = 4) -> Estimate:
    """The powers of the spread with which the small eigenvalues of two clusters vanish: 2(points - 1) of them."""
    spreads = first * 0.5 ** np.arange(halvings)
    small = cluster_spectrum(net, get, spreads, points)[:, 2:]
    fits = [extrapolated_exponent(1 / spreads, column, order=1) for column in small.T]
    return Estimate(-np.array([f.value for f in fits]), np.array([f.standard_error for f in fits]))


def labels_inside(net: stax.Layer, get: str, spreads: Float[np.ndarray, " m"]) -> Float[np.ndarray, "m 2"]:
    """Squared norm of the fit, for labels that tell the clusters apart and for labels that differ inside them."""
    across, inside = np.repeat([1.0, -1.0], 4), np.tile([1.0, -1.0, 1.0, -1.0], 2)
    rows = []
    for spread in spreads:
        x = jnp.asarray(3**0.5 * cluster_inputs(float(spread)))
        kernel = np.asarray(net.kernel_fn(x, None, get))
        rows.append([spectra.target_norm(kernel, labels) ** 2 for labels in (across, inside)])
    return np.array(rows)


def mean_mode(kernel: Float[np.ndarray, "N N"]) -> tuple[float, float]:
    """The first mode's share of the trace, and its cosine with the constant vector."""
    eigenvalues, modes = spectra.eigenmodes(kernel)
    constant = np.full(len(kernel), len(kernel) ** -0.5)
    return float(eigenvalues[0] / eigenvalues.sum()), float(abs(modes[:, 0] @ constant))
