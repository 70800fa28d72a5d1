"""Many networks of finite width, trained from their own starts, beside the infinite ensemble."""

from functools import cache

import jax.numpy as jnp
import numpy as np

from ntkbook import dynamics, predict, stax
from ntkbook.experiments import Estimate, Sweep, sweep

X_TRAIN = np.array([[-1.4], [-0.3], [0.5], [1.5]])
Y_TRAIN = np.array([[0.6], [-0.7], [0.5], [-0.4]])
STEPS, EVERY, LEARNING_RATE = 64, 16, 0.25


@cache
def _net(width: int):
    """One hidden layer of erf units, with biases."""
    return stax.serial(stax.Dense(width, 1.5, 0.5), stax.Erf(), stax.Dense(1, 1.5, 0.1))


@cache
def _statistic(places: tuple[float, ...]):
    x = jnp.concatenate([X_TRAIN, jnp.asarray(places)[:, None]])

    def loss(outputs, targets):
        return jnp.sum((outputs[: len(X_TRAIN)] - targets[: len(X_TRAIN)]) ** 2) / (2 * len(X_TRAIN))

    def statistic(key, width):
        one = _net(width)
        params = one.init_fn(key, (-1, 1))[1]
        y = jnp.concatenate([Y_TRAIN, jnp.zeros((len(places), 1))])
        path = dynamics.gradient_descent(
            one.apply_fn, params, x, y, STEPS, learning_rate=LEARNING_RATE, loss=loss, record_every=EVERY
        )
        return path.outputs[:, len(X_TRAIN) :, 0]

    return statistic


def ensemble(places, width: int = 512, seeds: int = 400) -> Sweep:
    """Outputs of trained networks at some places, shape (1, seeds, times, places).

    Times are 0, EVERY, 2 EVERY, ... steps of gradient descent; the other inputs are watched, not trained on.
    """
    return sweep(_statistic(tuple(map(float, places))), (width,), seeds)


def ensemble_prediction(places) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the infinite ensemble in continuous time, (times, places) and (times, places, places)."""
    kernel_fn = _net(1).kernel_fn
    predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, X_TRAIN, Y_TRAIN, LEARNING_RATE)
    times = jnp.arange(0, STEPS + 1, EVERY, dtype=float)
    x = jnp.asarray(places, float)[:, None]
    found = predict_fn(times, x, "ntk", True)
    return np.asarray(found.mean[..., 0]), np.asarray(found.covariance)


def covariance(nets: Sweep) -> Estimate:
    """The covariance over seeds between all places, at each time: (widths, times, places, places)."""
    centred = nets.samples - nets.samples.mean(1, keepdims=True)

    def moments(samples):
        left, right = np.broadcast_arrays(samples[..., :, None], samples[..., None, :])
        return left, right, left * right

    return Sweep(nets.widths, centred).summary(moments, lambda left, right, product: product - left * right)
