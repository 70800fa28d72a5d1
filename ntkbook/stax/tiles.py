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
    side = max(1, int((_ENTRIES / entries) ** 0.5))
    size1, size2 = _tile_size(x1.shape[0], side), _tile_size(y.shape[0], side)
    if (size1, size2) == (x1.shape[0], y.shape[0]):
        values, extra = tile(x1, y, None if x2 is not None else jnp.eye(size1, dtype=bool))
        return values, extra[None]
    rows1, rows2 = _blocks(x1, size1), _blocks(y, size2)
    first, second = _tile_pairs(rows1.shape[0], rows2.shape[0], symmetric=x2 is None)

    @jax.checkpoint
    def at(pair):
        i, j = pair
        same = None if x2 is not None else jnp.eye(size1, dtype=bool) & (i == j)
        return tile(rows1[i], rows2[j], same)

    values, extra = jax.lax.map(at, (jnp.asarray(first), jnp.asarray(second)))
    where = np.zeros((rows1.shape[0], rows2.shape[0]), int)
    where[first, second] = np.arange(first.size)
    if x2 is None:
        where[second, first] = where[first, second]
    return [_assemble(value, where, x1.shape[0], y.shape[0], mirrored=x2 is None) for value in values], extra


def _tile_size(rows, side):
    """Rows per tile: as few tiles as `side` allows, and as even as they can be."""
    return -(-rows // -(-rows // side))


def _blocks(x, size):
    """(n, ...) as (blocks, size, ...), filled up with the last row."""
    count = -(-x.shape[0] // size)
    index = np.minimum(np.arange(count * size), x.shape[0] - 1)
    return x[index].reshape(count, size, *x.shape[1:])


def _tile_pairs(count1, count2, symmetric):
    if symmetric:
        return np.triu_indices(count1)
    first, second = np.divmod(np.arange(count1 * count2), count2)
    return first, second


def _assemble(values, where, n1, n2, mirrored):
    """Tiles (t, size1, size2, ...) put side by side, by their numbers `where` (blocks1, blocks2)."""
    blocks = values[where]  # (blocks1, blocks2, size1, size2, ...)
    if mirrored:
        below = np.tril(np.ones(where.shape, bool), -1)
        below = below.reshape(below.shape + (1,) * (blocks.ndim - 2))
        blocks = jnp.where(below, _other_side(blocks), blocks)
    whole = jnp.swapaxes(blocks, 1, 2)  # (blocks1, size1, blocks2, size2, ...)
    return whole.reshape(-1, where.shape[1] * values.shape[2], *values.shape[3:])[:n1, :n2]


def _other_side(blocks):
    """Of kernels of (x, y) those of (y, x): inputs change places, and so do their positions."""
    turned = jnp.swapaxes(blocks, 2, 3)
    for axis in range(4, turned.ndim - 1, 2):
        turned = jnp.swapaxes(turned, axis, axis + 1)
    return turned
