"""The small problem on which networks are compared with their linearization: four points on the circle."""

from functools import cache

import jax.numpy as jnp
import numpy as np

from ntkbook import stax

TRAIN_DEGREES = (10.0, 80.0, 170.0, 255.0)
TEST_DEGREES = (45.0, 120.0, 210.0, 320.0)
LABELS = np.array([1.0, 1.0, -1.0, -1.0])
ACTIVATIONS = {"relu": stax.Relu, "tanh": stax.Tanh, "erf": stax.Erf}


def circle(degrees):
    """Points on the unit circle, one per row."""
    angles = np.deg2rad(np.asarray(degrees))
    return jnp.asarray(np.stack([np.cos(angles), np.sin(angles)], axis=1))


def points():
    """The four training inputs, then the four others, shape (8, 2)."""
    return circle(TRAIN_DEGREES + TEST_DEGREES)


@cache
def net(activation: str, width: int):
    """One hidden layer without bias, W_std = sqrt(2) in both layers."""
    root = 2**0.5
    return stax.serial(stax.Dense(width, W_std=root), ACTIVATIONS[activation](), stax.Dense(1, W_std=root))


def start(activation: str, width: int, key):
    """The network and its parameters at the start."""
    one = net(activation, width)
    return one.apply_fn, one.init_fn(key, (-1, 2))[1]
