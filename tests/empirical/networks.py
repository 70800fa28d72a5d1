"""Small networks, their parameters and inputs, for the tests of this folder."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from ntkbook import stax


def draw(shape, seed, dtype="float64"):
    """Standard normal numbers by NumPy, which compiles nothing."""
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape), dtype)


def draw_params(net, d, dtype="float64"):
    shapes = jax.eval_shape(lambda key: net.init_fn(key, (-1, d))[1], jax.random.key(0))
    leaves, structure = jax.tree.flatten(shapes)
    return jax.tree.unflatten(structure, [draw(leaf.shape, i, dtype) for i, leaf in enumerate(leaves)])


@cache
def network(k=1, d=3, width=7, activation=stax.Tanh, dtype="float64", last_bias=None):
    net = stax.serial(stax.Dense(width, W_std=1.5, b_std=0.2), activation(), stax.Dense(k, W_std=1.2, b_std=last_bias))
    return jax.jit(net.apply_fn), draw_params(net, d, dtype)


def inputs(n, d=3, seed=25, dtype="float64"):
    # With seeds 25 and 28 no ReLU of `network` is within 0.05 of its kink, out of reach of the differences.
    return draw((n, d), seed, dtype)


def distance(a, b):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    return float(np.abs(a - b).max() / np.abs(a).max())


def fitted_order(steps, errors):
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]
