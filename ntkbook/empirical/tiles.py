"""A kernel matrix in tiles of rows and columns, so that memory does not grow with the number of rows."""

import jax
import jax.numpy as jnp
from jax import Array, lax

from ntkbook.empirical.routes import MEMORY, Route

# A symmetric product of fewer rows than this gains nothing from being cut.
_HALVED_ROWS = 512


def kernel_in_tiles(route: Route, x1: Array, x2: Array | None, batch_size: int | None) -> Array:
    """The kernel of a route: (n1, n2), or (n1, k, n2, k).

    Args:
      x2: None stands for x1; then only half of the kernel is computed.
      batch_size: rows of a tile; None for as many as fit into the memory that `routes` names.
    """
    rows = max(x1.shape[0], 0 if x2 is None else x2.shape[0], 1)
    tile = min(rows, _fitting_rows(route, rows) if batch_size is None else batch_size)
    if tile < rows:
        return _looped(route, x1, x2, tile)
    features1 = route.features(x1)
    if x2 is not None:
        return route.pair(features1, route.features(x2))
    size = jax.eval_shape(route.pair, features1, features1)
    if route.halves and size.size >= _HALVED_ROWS**2 and rows > 1:
        return _by_halves(route, features1, rows)
    return route.pair(features1, features1)


def _fitting_rows(route, rows):
    while rows > 1 and route.bytes_at(rows) > MEMORY:
        rows = -(-rows // 2)
    return rows


def _by_halves(route, features, rows):
    """A symmetric kernel from three of its four quarters."""
    # More strips would save little, and take XLA seconds to compile.
    first, second = (
        jax.tree.map(lambda leaf, part=part: leaf[part], features)
        for part in (slice(None, rows // 2), slice(rows // 2, None))
    )
    top, corner = route.pair(first, features), route.pair(second, second)
    columns = top.ndim // 2
    mirrored = _swapped(lax.slice_in_dim(top, rows // 2, None, axis=columns))
    return jnp.concatenate([top, jnp.concatenate([mirrored, corner], axis=columns)], axis=0)


def _looped(route, x1, x2, tile):
    symmetric = x2 is None
    tiles1 = _cut(x1, tile)
    tiles2 = tiles1 if symmetric else _cut(x2, tile)

    def row_of_tiles(i):
        features1 = route.features(tiles1[i])

        def block(j):
            def computed():
                return route.pair(features1, route.features(tiles2[j]))

            if not symmetric:
                return computed()
            shape = jax.eval_shape(computed)
            return lax.cond(j < i, lambda: jnp.zeros(shape.shape, shape.dtype), computed)

        return lax.map(block, jnp.arange(tiles2.shape[0]))

    blocks = lax.map(row_of_tiles, jnp.arange(tiles1.shape[0]))  # (m1, m2, tile, tile) or (m1, m2, tile, k, tile, k)
    if symmetric:
        i, j = jnp.indices(blocks.shape[:2])
        below = (i > j).reshape(*i.shape, *[1] * (blocks.ndim - 2))
        blocks = jnp.where(below, _swapped(blocks.swapaxes(0, 1), lead=2), blocks)
    joined = jnp.moveaxis(blocks, 1, blocks.ndim // 2)  # rows of all tiles, then columns of all tiles
    outputs = blocks.shape[3:-2] and blocks.shape[-1:]
    gram = joined.reshape(tiles1.shape[0] * tile, *outputs, tiles2.shape[0] * tile, *outputs)
    columns = gram.ndim // 2
    n2 = x1.shape[0] if symmetric else x2.shape[0]
    return lax.slice_in_dim(gram[: x1.shape[0]], 0, n2, axis=columns)


def _cut(x, tile):
    """Rows in tiles, (m, tile, ...); the last one is filled with copies of the last row."""
    count = -(-x.shape[0] // tile)
    rows = jnp.minimum(jnp.arange(count * tile), x.shape[0] - 1)
    return x[rows].reshape(count, tile, *x.shape[1:])


def _swapped(block, lead=0):
    """Rows for columns, after `lead` axes that stay."""
    half = (block.ndim - lead) // 2
    first, second = range(lead, lead + half), range(lead + half, block.ndim)
    return block.transpose(*range(lead), *second, *first)
