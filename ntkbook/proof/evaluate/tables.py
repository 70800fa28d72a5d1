"""What a domain draws: entries of arrays, and values of random smooth functions."""

import math

import jax.numpy as jnp
from jax import lax

from ..broadcasting import plus, times, where


def call_map(waves, numbers: tuple, depth: int = 0):
    """Value of a random smooth function, a sum of sines.

    Args:
      waves: along the last axis of its entries frequencies, then phase, then amplitude; along the one before, waves.
      numbers: real arguments, each a number or a vector.
      depth: how many axes follow those of the entries.
    """
    axis = waves.ndim - depth - 1
    angle, place = _wave(waves, -2, axis), 0
    for number in numbers:
        if jnp.ndim(number) > depth:
            size = number.shape[0]
            frequencies = lax.slice_in_dim(waves, place, place + size, axis=axis)
            part = jnp.sum(times(frequencies, number), axis=axis)
        else:
            size, part = 1, times(_wave(waves, place, axis), number)
        angle, place = plus(angle, part), place + size
    return jnp.sum(times(_wave(waves, -1, axis), jnp.sin(angle)), axis=axis - 1)


def _wave(waves, place, axis):
    return lax.index_in_dim(waves, place, axis, keepdims=False)


def entry(array, index, inside: bool, depth: int = 0):
    """array[index] with indices from 1. Unless it is known to be inside, NaN out of range: JAX would clamp silently.

    Args:
      array: its entries are numbered by the first axis; the last `depth` axes say along what it varies.
      index: a whole number, or an array of them that varies along the same axes.
    """
    taken = _taken(array, index - 1, depth)
    if inside:
        return taken
    return where((index >= 1) & (index <= array.shape[0]), taken, jnp.nan)


def _taken(array, index, depth):
    """By one gather, in which only those axes are walked along which the index varies."""
    if jnp.ndim(index) == 0 or math.prod(jnp.shape(index)) == 1:
        index = jnp.reshape(index, ())
        return lax.dynamic_index_in_dim(array, index, axis=0, keepdims=False)
    own = array.ndim - depth
    lengths = (1,) * (depth - jnp.ndim(index)) + jnp.shape(index)
    varied = [axis for axis in range(depth) if lengths[axis] > 1]
    # Of these, the array may be the same along some: it has no such axis then.
    fresh = [axis for axis in varied if array.shape[own + axis] == 1]
    old = [axis for axis in varied if axis not in fresh]
    kept = [axis for axis in range(array.ndim) if axis - own not in fresh]
    operand = array if not fresh else lax.squeeze(array, [own + axis for axis in fresh])
    batching = [kept.index(own + axis) for axis in old]
    offsets = [axis - 1 for axis in kept[1:] if axis - own not in old]
    numbers = lax.GatherDimensionNumbers(
        offset_dims=tuple(offsets),
        collapsed_slice_dims=(0,),
        start_index_map=(0,),
        operand_batching_dims=tuple(batching),
        start_indices_batching_dims=tuple(varied.index(axis) for axis in old),
    )
    sizes = [1 if axis == 0 or axis in batching else n for axis, n in enumerate(operand.shape)]
    places = jnp.reshape(index, [lengths[axis] for axis in varied] + [1])
    return lax.gather(operand, places, numbers, tuple(sizes), mode="clip")
