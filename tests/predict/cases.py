"""Inputs and a kernel that any two libraries can build to the last bit: sines and a polynomial."""

from collections import namedtuple

import jax.numpy as jnp
import numpy as np

Kernels = namedtuple("Kernels", "nngp ntk")


def inputs(n, d, phase):
    i, j = np.meshgrid(np.arange(n), np.arange(d), indexing="ij")
    return jnp.asarray(np.sin(1.0 + phase + 1.7 * i + 2.3 * j + 0.9 * i * j))


def kernel_fn(x1, x2, get):
    g = x1 @ (x1 if x2 is None else x2).T
    nngp = 0.2 + 0.3 * g + 0.05 * g**3
    both = Kernels(nngp, nngp + 0.4 * (1.0 + g) ** 2)
    return getattr(both, get) if isinstance(get, str) else both


BOTH = ("nngp", "ntk")
x_train, x_test = inputs(5, 4, 0.0), inputs(3, 4, 0.5)
y_train, fx_train_0, fx_test_0 = inputs(5, 2, 0.2), inputs(5, 2, 0.7), inputs(3, 2, 0.9)
K, K_TEST, K_TEST_TEST = kernel_fn(x_train, None, BOTH), kernel_fn(x_test, x_train, BOTH), kernel_fn(x_test, None, BOTH)


def distance(expected, found):
    """Largest difference, relative to the largest entry."""
    expected, found = np.asarray(expected), np.asarray(found)
    assert expected.shape == found.shape
    return float(np.abs(expected - found).max() / np.abs(expected).max())
