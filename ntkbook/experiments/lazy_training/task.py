"""The small task on which this chapter trains: a few inputs, and a network that starts at the output zero."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook import dynamics, empirical, stax

N_TRAIN, N_TEST, N_INPUTS = 4, 4, 6
STEPS, RECORDED = 96, 24
"""Steps of gradient descent, after which wide networks fit their labels to 1e-4 or better, and states recorded."""


def inputs() -> tuple[Float[Array, "4 6"], Float[Array, "4 6"]]:
    """Training and test inputs, of length sqrt(6), which no width changes."""
    x = np.random.default_rng(6).standard_normal((N_TRAIN + N_TEST, N_INPUTS))
    x *= (N_INPUTS / (x**2).sum(1, keepdims=True)) ** 0.5
    return jnp.asarray(x[:N_TRAIN]), jnp.asarray(x[N_TRAIN:])


def labels() -> Float[Array, "4 1"]:
    """Labels, one of each sign and size."""
    return jnp.asarray([[1.0], [-1.0], [0.5], [-0.5]])


def network(width: int, activation: Callable, *, depth: int = 1, W_std: float = 1.5) -> stax.Layer:
    """A network without biases, `depth` hidden layers of the same width, one output."""
    hidden = [layer for _ in range(depth) for layer in (stax.Dense(width, W_std), activation())]
    return stax.serial(*hidden, stax.Dense(1, W_std))


def train(apply_fn: Callable, params, *, learning_rate: float, steps: int = STEPS, recorded: int = RECORDED):
    """Trains the network less its output at the start, so that training begins at zero, with squared loss.

    Returns: the parameters at the start and at `recorded` later times, stacked.
    """
    x, _ = inputs()
    targets = labels() + apply_fn(params, x)
    return dynamics.gradient_descent(
        apply_fn, params, x, targets, steps, learning_rate=learning_rate, record_every=steps // recorded
    ).params


def safe_rate(kernel: Float[np.ndarray, "N N"]) -> float:
    """N / lambda_max, half of the largest stable rate of gradient descent."""
    return float(kernel.shape[0] / np.linalg.eigvalsh(np.asarray(kernel))[-1])


def limit_kernel(activation: Callable, *, depth: int = 1, get: str = "ntk", x=None) -> Float[Array, "4 4"]:
    """A kernel of infinite width on the training inputs."""
    return network(1, activation, depth=depth).kernel_fn(inputs()[0] if x is None else x, get=get)


def relative_changes(apply_fn: Callable, path) -> Float[Array, "2 T"]:
    """Change of the kernel along a path over the kernel at its start, in Frobenius norm: training, then test inputs."""
    every = jnp.concatenate(inputs())
    kernels = jax.vmap(lambda params: empirical.ntk(apply_fn, params, every))(path)
    blocks = kernels[:, :N_TRAIN, :N_TRAIN], kernels[:, N_TRAIN:, N_TRAIN:]
    return jnp.stack([jnp.linalg.norm(k - k[:1], axis=(1, 2)) / jnp.linalg.norm(k[0]) for k in blocks])
