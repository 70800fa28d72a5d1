"""What is still missing of the final prediction at late times: it decays at the rate of the smallest eigenvalue."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from ntkbook import predict
from ntkbook.experiments.linearization.setting import LABELS, TEST_DEGREES, TRAIN_DEGREES, circle, net


class MissingPart(NamedTuple):
    """The largest distance of a test output to its limit, and the slope of its logarithm.

    Fields:
      times, size: at increasing times.
      rate: minus the slope of log(size) over the last interval of time.
      predicted: eta lambda_min / N.
    """

    times: np.ndarray
    size: np.ndarray
    rate: float
    predicted: float


def missing_part(activation: str = "relu", times=(0.0, 5.0, 10.0, 20.0, 40.0), learning_rate: float = 1.0):
    """Measure it for the kernel of infinite width, on four points of the circle."""
    x, x_test = circle(TRAIN_DEGREES), circle(TEST_DEGREES)
    kernel_fn = net(activation, 1).kernel_fn
    y = jnp.asarray(LABELS)[:, None]
    gram = kernel_fn(x, None, "ntk")
    predict_fn = predict.gradient_descent_mse(gram, y, learning_rate)
    cross = kernel_fn(x_test, x, "ntk")
    final = predict_fn(None, None, jnp.zeros((len(x_test), 1)), cross)
    outputs = predict_fn(jnp.asarray(times), None, jnp.zeros((len(x_test), 1)), cross)
    size = np.abs(np.asarray(outputs) - np.asarray(final)).max(axis=(1, 2))
    rate = float(np.log(size[-2] / size[-1]) / (times[-1] - times[-2]))
    smallest = float(jnp.linalg.eigvalsh(gram)[0])
    return MissingPart(np.asarray(times), size, rate, learning_rate * smallest / len(x))
