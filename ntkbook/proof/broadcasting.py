"""Arithmetic of arrays that vary along different axes: shapes are aligned at their last axes, as in NumPy."""

import operator

import jax.numpy as jnp
import numpy as np
from jax import lax


def aligned(*values) -> list:
    """Values at one shape. JAX would broadcast by itself, but it traces an operation anew for each pair of shapes."""
    shapes = {jnp.shape(value) for value in values} - {()}
    if len(shapes) < 2:
        return list(values)
    shape = np.broadcast_shapes(*shapes)
    return [stretched(value, shape) if jnp.ndim(value) else value for value in values]


def stretched(value, shape: tuple[int, ...]):
    """A value broadcast to what its shape and the given one have in common."""
    old = jnp.shape(value)
    new = np.broadcast_shapes(old, shape)
    if new == old:
        return value
    if isinstance(value, np.ndarray):
        return np.broadcast_to(value, new)
    return lax.broadcast_in_dim(value, new, range(len(new) - len(old), len(new)))


def aligning(function):
    """A function of arrays of one shape, as a function of arrays that broadcast."""
    return lambda *values: function(*aligned(*values))


plus, times = aligning(operator.add), aligning(operator.mul)
at_most, at_least, both = aligning(operator.le), aligning(operator.ge), aligning(operator.and_)
equal = aligning(operator.eq)
greater, lesser = aligning(jnp.maximum), aligning(jnp.minimum)
where = aligning(jnp.where)


def total(weights, values):
    """The sum of values times weights along the first axis."""
    return jnp.sum(times(weights, values), axis=0)
