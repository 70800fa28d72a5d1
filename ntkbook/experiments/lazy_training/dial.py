"""From rich to lazy by one number: the scale of the output, on a task that needs features."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ntkbook import dynamics, empirical, stax
from ntkbook.experiments.samples import Sweep

N_BITS, N_TRAIN, N_TEST, WIDTH, STEPS = 15, 80, 200, 128, 1000
QUANTITIES = (
    "movement",
    "alignment",
    "error",
    "loss",
    "gap",
    "alignment at the start",
    "error of the kernel",
    "training loss",
)
"""What `lazy_rich_dial` measures at each scale."""


def lazy_rich_dial(scales: tuple[float, ...], seeds: int) -> Sweep:
    r"""Trains alpha (f - f_0) on the product of the first two of 15 signs, and measures what training did.

    One hidden layer of 128 GELU units, 80 training inputs, the squared loss, and a rate proportional to 1/alpha^2, with
    which the outputs of the linear model move at the same speed for every alpha. Each seed draws its own inputs and
    network, the same for all scales.

    Returns: samples (scales, seeds, 8) in the order of `QUANTITIES`: the relative change of the kernel on the training
      inputs; the alignment of the kernel with the labels after training; the share of wrong signs and the mean squared
      error on 200 test inputs; the root mean squared difference from the predictions of the kernel held at its start;
      the alignment before training; the share of wrong signs of those predictions; the mean
      squared error on the training inputs. The field `widths` holds the scales.
    """
    keys = jax.random.split(jax.random.key(15), seeds)
    run = jax.jit(jax.vmap(jax.vmap(_trained, (None, 0)), (0, None)))
    return Sweep(tuple(scales), np.asarray(run(jnp.asarray(scales, float), keys)))


def alignment(kernel, y):
    """Cosine between the centred kernel matrix and the outer product of the labels (Cortes et al. 2012)."""
    centred = kernel - kernel.mean(0)[None] - kernel.mean(1)[:, None] + kernel.mean()
    v = y - y.mean()
    return v @ centred @ v / (jnp.linalg.norm(centred) * (v @ v))


def _network():
    return stax.serial(stax.Dense(WIDTH, 2**0.5), stax.Gelu(), stax.Dense(1, 2**0.5))


def _draw(key):
    """Inputs, labels and parameters of one seed."""
    for_inputs, for_params = jax.random.split(key)
    x = jax.random.rademacher(for_inputs, (N_TRAIN + N_TEST, N_BITS), float)
    return x[:N_TRAIN], x[N_TRAIN:], x[:, :1] * x[:, 1:2], _network().init_fn(for_params, (-1, N_BITS))[1]


def _rate(kernel):
    """Half of N / lambda_max: a quarter of the largest stable rate at the start; the kernel may grow."""
    return N_TRAIN / 2 / jnp.linalg.eigvalsh(kernel)[-1]


def _linear_predictions(apply_fn, params, x, test, y):
    """What gradient descent makes of the test outputs when the kernel stays as it is."""
    kernel, cross = empirical.ntk(apply_fn, params, x), empirical.ntk(apply_fn, params, test, x)
    values, vectors = jnp.linalg.eigh(kernel)
    kept = 1 - (1 - _rate(kernel) * values / N_TRAIN) ** STEPS
    return cross @ (vectors @ (kept / values * (vectors.T @ y[:N_TRAIN, 0]))), kernel


def _error(predicted, target):
    return jnp.mean((predicted * target <= 0).astype(float))


def _trained(scale, key):
    x, test, y, params = _draw(key)
    apply_fn = _network().apply_fn
    frozen, kernel = _linear_predictions(apply_fn, params, x, test, y)
    scaled = partial(_times, apply_fn, scale)
    path = dynamics.gradient_descent(
        scaled, params, x, y[:N_TRAIN] + scaled(params, x), STEPS,
        learning_rate=_rate(kernel) / scale**2, record_every=STEPS,
    )  # fmt: skip
    trained = jax.tree.map(lambda leaf: leaf[-1], path.params)
    predicted = (scaled(trained, test) - scaled(params, test))[:, 0]
    target, fitted = y[N_TRAIN:, 0], scaled(trained, x) - scaled(params, x) - y[:N_TRAIN]
    after = empirical.ntk(apply_fn, trained, x)
    return jnp.stack([
        jnp.linalg.norm(after - kernel) / jnp.linalg.norm(kernel),
        alignment(after, y[:N_TRAIN, 0]),
        _error(predicted, target),
        jnp.mean((predicted - target) ** 2),
        jnp.sqrt(jnp.mean((predicted - frozen) ** 2)),
        alignment(kernel, y[:N_TRAIN, 0]),
        _error(frozen, target),
        jnp.mean(fitted**2),
    ])  # fmt: skip


def _times(apply_fn, scale, params, x):
    return scale * apply_fn(params, x)
