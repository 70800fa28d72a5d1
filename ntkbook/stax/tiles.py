"""Gram matrices tile by tile: what a tile needs stays in the cache, and half of a symmetric matrix is enough."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

# Numbers in one array of a tile: half a MiB in float64, so that a layer's arrays stay in the second-level cache.
_ENTRIES = 2**16


def tiled(tile: Callable, x1: jax.Array, x2: jax.Array | None, entries: int):
    """`tile(x1, x2, same)` for all rows, in one loop over tiles.

    Args:
      tile: (rows of x1, rows of x2, which pairs are one and the same row) -> (list of arrays (n1, n2, ...), extra).
      x1, x2: rows; x2 = None stands for x1, and then tiles below the diagonal are mirrored, not computed.
      entries: numbers that one pair takes in each array of a state.
    Returns: the list of arrays for all rows, and the extras, stacked.
    """
    y = x1 if x2 is None else x2
    n1, n2 = x1.shape[0], y.shape[0]
    side = max(1, int((_ENTRIES / entries) ** 0.5))
    starts1, size1 = _cut(n1, side)
    starts2, size2 = _cut(n2, side)
    if (size1, size2) == (n1, n2):
        values, extra = tile(x1, y, None if x2 is not None else jnp.eye(n1, dtype=bool))
        return values, extra[None]

    @jax.checkpoint
    def at(start1, start2):
        rows1, rows2 = (
            jax.lax.dynamic_slice_in_dim(x, start, size) for x, start, size in ((x1, start1, size1), (y, start2, size2))
        )
        numbers1, numbers2 = jnp.arange(size1)[:, None] + start1, jnp.arange(size2)[None, :] + start2
        return tile(rows1, rows2, None if x2 is not None else numbers1 == numbers2)

    def put(whole, starts):
        values, extra = at(*starts)
        if x2 is None:
            whole = [
                _written(array, _other_side(value), starts[::-1]) for array, value in zip(whole, values, strict=True)
            ]
        return [_written(array, value, starts) for array, value in zip(whole, values, strict=True)], extra

    shapes, _ = jax.eval_shape(at, 0, 0)
    nothing = [jnp.zeros((n1, n2, *shape.shape[2:]), shape.dtype) for shape in shapes]
    pairs = np.triu_indices(len(starts1)) if x2 is None else np.indices((len(starts1), len(starts2))).reshape(2, -1)
    return jax.lax.scan(put, nothing, (jnp.asarray(starts1[pairs[0]]), jnp.asarray(starts2[pairs[1]])))


def _cut(rows, side):
    """The first rows of tiles, and their size: as few as `side` allows, and even. The last may overlap another."""
    count = -(-rows // side)
    size = -(-rows // count)
    return np.minimum(np.arange(count) * size, rows - size), size


def _written(array, value, starts):
    """The array with a tile put at its place, or (n1, n2, ...) with its first two axes there."""
    return jax.lax.dynamic_update_slice(array, value, (*starts, *(0,) * (value.ndim - 2)))


def _other_side(value):
    """Of kernels of (x, y) those of (y, x): inputs change places, and so do their positions."""
    turned = jnp.swapaxes(value, 0, 1)
    for axis in range(2, turned.ndim - 1, 2):
        turned = jnp.swapaxes(turned, axis, axis + 1)
    return turned
