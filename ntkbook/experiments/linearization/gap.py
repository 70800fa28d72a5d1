r"""How far a network of finite width strays from its linearization, over the whole of training.

Both take the same steps of gradient descent, so that no solver stands between them. The function at the start is
subtracted from both: every seed then has the same residuals at the start, and what is measured is the drift in
training, not the spread at initialization.
"""

from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ntkbook import dynamics, empirical
from ntkbook.experiments import Rate, Sweep, fit_rate, sweep
from ntkbook.experiments.linearization.setting import LABELS, net, points, start
from ntkbook.losses import mse

STEPS, EVERY, LEARNING_RATE = 48, 8, 0.5
TRAINED = len(LABELS)


@cache
def gap_statistic(activation: str):
    """(key, width) -> f - f_lin, shape (times, points): four training points, then four others."""

    def statistic(key, width):
        apply_fn, params = start(activation, width, key)
        x = points()
        before = apply_fn(params, x)

        def centred(theta, inputs):
            return apply_fn(theta, inputs) - before

        labels = jnp.concatenate([jnp.asarray(LABELS), jnp.zeros(len(x) - TRAINED)])[:, None]
        path = dynamics.gradient_descent(
            centred, params, x, labels, STEPS, learning_rate=LEARNING_RATE, loss=_training_loss, record_every=EVERY
        )
        kernel = empirical.ntk(apply_fn, params, x, x[:TRAINED])
        return path.outputs[1:, :, 0] - linear_path(kernel, labels[:TRAINED, 0])[1:]

    return statistic


def _training_loss(outputs, targets):
    """The squared loss of the training points alone; the others are watched."""
    return mse(outputs[:TRAINED], targets[:TRAINED])


def linear_path(kernel, labels):
    """Outputs of the linear model that starts at zero, after 0, EVERY, 2 EVERY, ... steps, shape (times, points)."""
    count = labels.shape[0]

    def step(outputs, _):
        return outputs - LEARNING_RATE / count * kernel @ (outputs[:count] - labels), outputs

    _, outputs = jax.lax.scan(step, jnp.zeros(kernel.shape[0]), length=STEPS + 1)
    return outputs[::EVERY]


class Gap(NamedTuple):
    """The largest distance over all times and points, averaged over seeds, and its power of the width.

    Fields:
      measured: the draws of f - f_lin, (widths, seeds, times, points).
      train, test: estimates at each width, at the training points and at the others.
      train_rate, test_rate: their powers.
    """

    measured: Sweep
    train: object
    test: object
    train_rate: Rate
    test_rate: Rate


def gap(activation: str, widths=(256, 1024, 4096), seeds: int = 60) -> Gap:
    """Distance of networks to their linearization at several widths."""
    measured = sweep(gap_statistic(activation), widths, seeds)
    largest = np.abs(measured.samples).max(axis=2)
    train = Sweep(measured.widths, largest[..., :TRAINED].max(-1)).mean()
    test = Sweep(measured.widths, largest[..., TRAINED:].max(-1)).mean()
    return Gap(measured, train, test, fit_rate(measured.widths, train), fit_rate(measured.widths, test))


def scatter(measured: Sweep, time: int = -1):
    """The standard deviation over seeds of f - f_lin, pooled over the points off the training set.

    Random signs are what it consists of; a drift that all seeds share is taken off.
    """

    def moments(samples):
        off = samples[:, :, time, TRAINED:]
        return off, off**2

    def pooled(mean, square):
        return np.sqrt((square - mean**2).mean(-1))

    return Sweep(measured.widths, measured.samples).summary(moments, pooled)


def mean_excess(measured: Sweep, time: int = -1):
    """The mean over seeds, off the training set, by which the net exceeds its linearization.

    In the sense of what the infinitely wide linearization predicts there, averaged over the points.
    """
    kernel = net("relu", 1).kernel_fn(points(), points()[:TRAINED], "ntk")
    final = np.asarray(kernel[TRAINED:] @ jnp.linalg.solve(kernel[:TRAINED], jnp.asarray(LABELS)))
    signed = (measured.samples[:, :, time, TRAINED:] * np.sign(final)).mean(-1)
    return Sweep(measured.widths, signed).mean()


def mean_lag(measured: Sweep, time: int = 0):
    """The mean over seeds and training points by which the net lags behind its linearization, towards the label.

    Random signs average out of it; a drift that all seeds share stays.
    """
    signed = -(measured.samples[:, :, time, :TRAINED] * np.sign(LABELS)).mean(-1)
    return Sweep(measured.widths, signed).mean()
