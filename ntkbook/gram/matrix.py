"""The Gram matrix itself: the loop over its tiles."""

import math
import sys
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh
from jaxtyping import Float
from tqdm import tqdm

from ntkbook.gram.blocks import Blocks, rows_of_block
from ntkbook.gram.inputs import checked_inputs, checked_mesh, checked_result, require_same_job
from ntkbook.gram.plan import plan
from ntkbook.gram.program import Program, tile_sharding
from ntkbook.stax.kernel_fn import check_truncation


def gram(
    kernel_fn: Callable[..., Any],
    x1: Float[np.ndarray, "n1 ..."],
    x2: Float[np.ndarray, "n2 ..."] | None = None,
    get: str | tuple[str, ...] = ("nngp", "ntk"),
    *,
    memory: int = 2**28,
    progress: bool | None = None,
    mesh: Mesh | None = None,
) -> Any:
    r"""`kernel_fn(x1, x2, get)` for many rows: in tiles, put together on the host.

    $$K_{ij} = k(x_i, x'_j)$$

    Tiles have one shape, the last ones filled up with copies of the last row, so that one program serves all. With
    `x2=None` those below the diagonal are mirrored, not computed, and those on it are `kernel_fn(rows, None, get)`.

    Memory: a tile is as large as the compiler's own account of it allows. On each device a program's arguments and
    results, twice (while one tile is fetched the next is computed), and its temporaries, once, stay within `memory`
    bytes; so does, across processes, what is gathered. A tile also has at most 2^28 pairs of positions, so that it
    takes seconds and the bar moves. Not counted are x1, x2 and the result on the host, which takes (number of
    fields) n1 n2 (bytes per number), and one tile there.

    Devices: with a mesh each of its devices computes one tile at a time, by `jax.shard_map` over tiles, whose rows
    of x1 and x2 are sharded. Nothing passes between devices. Tiles are cut so that, where there are rows enough, all
    devices have equally many, up to one or two, in the symmetric case too.

    Processes: where the mesh holds devices of several (`jax.distributed`), every process calls `gram` with the same
    arguments, and each returns the whole matrix. If one is interrupted, the others wait for it until
    `jax.distributed` ends them.

    Args:
      kernel_fn: of a network of `ntkbook.stax`, or any function (x1, x2, get) that JAX can trace and that returns
        arrays (n1, n2, ...), each pair for itself: for an empirical kernel
        `lambda x1, x2, get: ntk(apply_fn, params, x1, x2)`. It is compiled for each shape of tile; a later call with
        the same function object does not compile again.
      x1, x2: inputs, one per row; x2 = None stands for x1.
      get: handed on to kernel_fn; for `ntkbook.stax` "nngp", "ntk" or a tuple of these.
      memory: bytes on each device.
      progress: whether to draw a progress bar on stderr; None for where stderr is a terminal and there is more than one
        tile. Only the first process draws.
      mesh: devices to share the work; its axes make no difference. None for JAX's default device.
    Returns: what kernel_fn returns, in NumPy arrays of its dtype: one array, or a named tuple. For `x2=None` exactly
      symmetric. Further axes are taken in pairs, one of x1 and one of x2, and mirrored with the rows.
    Raises: TypeError: kernel_fn is no function, mesh no Mesh, inputs that are no numbers, or values known to JAX
      only under jit. ValueError: no rows, rows of two shapes or dtypes, NaN or infinity in the inputs or the result,
      fields that are no matrix (n1, n2, ...), a memory too small for one pair, processes whose arguments differ, a
      series that does not converge (seen where kernel_fn itself comes from `ntkbook.stax`), and all that kernel_fn
      raises. An interrupt leaves nothing behind.
    Accuracy: equal to one call of kernel_fn up to the order of its sums, 1e-14 of the largest entry in float64.

    Two devices, and a bar in any case:

        mesh = jax.sharding.Mesh(jax.devices()[:2], "rows")
        kernels = gram(kernel_fn, x_train, mesh=mesh, progress=True)
        kernels.ntk  # (n, n)

    Two processes, in each of them, with process_id 0 and 1:

        jax.distributed.initialize("localhost:1234", num_processes=2, process_id=process_id)
        kernels = gram(kernel_fn, x_train, mesh=jax.sharding.Mesh(jax.devices(), "rows"))
    """
    if not callable(kernel_fn):
        hint = " Pass net.kernel_fn, not net." if hasattr(kernel_fn, "kernel_fn") else ""
        raise TypeError(f"gram: expected a function kernel_fn(x1, x2, get), got a {type(kernel_fn).__name__}.{hint}")
    get = tuple(get) if isinstance(get, list) else get
    x1, x2 = checked_inputs(x1, x2)
    mesh = checked_mesh(mesh)
    require_same_job(mesh, x1, x2, get, memory)
    fields, structure = checked_result(kernel_fn, get, x1, x2)
    blocks, programs = plan(kernel_fn, get, fields, x1, x2, mesh, memory)
    results = [np.empty((blocks.n1, blocks.n2, *field.shape[2:]), field.dtype) for field in fields]
    with _bar(blocks, progress) as bar:
        for tiles, values, truncation in _computed(blocks, programs, x1, x2, mesh):
            if truncation is not None:
                check_truncation(kernel_fn.name, truncation.max())
            for place, (i, j) in enumerate(tiles):
                for result, value in zip(results, values, strict=True):
                    _store(result, value[place], blocks, i, j)
                bar.update(_pairs(blocks, i, j))
    return jax.tree.unflatten(structure, results)


def _computed(blocks: Blocks, programs: dict[bool, Program], x1, x2, mesh):
    """For each batch the positions of its tiles, and their values on the host. The next batch is then under way."""
    sharding = tile_sharding(mesh)
    devices = mesh.devices.size

    def rows(x, numbers, size):
        # Places behind the end of a batch compute its last tile again.
        numbers = (numbers + [numbers[-1]] * devices)[:devices]

        def of_devices(index):
            return np.stack([rows_of_block(x, number, size) for number in numbers[index[0]]])

        return jax.make_array_from_callback((devices, size, *x.shape[1:]), sharding, of_devices, dtype=x.dtype)

    pending = None
    for diagonal, tiles in blocks.batches(devices):
        arguments = [rows(x1, [i for i, _ in tiles], blocks.size1)]
        if not diagonal:
            arguments.append(rows(x1 if x2 is None else x2, [j for _, j in tiles], blocks.size2))
        if pending is not None:
            # Temporaries are counted once.
            jax.block_until_ready(pending)
        done, pending = pending, (tiles, programs[diagonal].run(*arguments))
        if done is not None:
            yield _fetched(*done)
    yield _fetched(*pending)


def _fetched(tiles, values):
    leaves, truncation = jax.tree.map(_on_host, values)
    return tiles, leaves, truncation


def _on_host(array):
    if array.is_fully_addressable:
        return np.asarray(array)
    return np.asarray(multihost_utils.process_allgather(array, tiled=True))


def _store(result, tile, blocks, i, j):
    """Put a tile into the matrix, and for a symmetric one its mirror image."""
    rows, columns = blocks.extent(i, j)
    tile = tile[: rows.stop - rows.start, : columns.stop - columns.start]
    if not np.isfinite(tile).all():
        row, column = np.argwhere(~np.isfinite(tile))[0][:2]
        raise ValueError(
            f"gram: the kernel of rows {rows.start + row} of x1 and {columns.start + column} of "
            f"{'x1' if blocks.symmetric else 'x2'} is NaN or infinite. Does it overflow {tile.dtype}? Take smaller "
            "inputs, fewer layers, or float64."
        )
    if not blocks.symmetric:
        result[rows, columns] = tile
        return
    result[rows, columns] = tile
    result[columns, rows] = _symmetric(tile) if i == j else tile.transpose(_turned(tile.ndim))


def _turned(axes):
    """The axes of (x, y, ...) for (y, x, ...): in each pair of axes the two change places."""
    return np.arange(axes).reshape(-1, 2)[:, ::-1].ravel()


def _symmetric(tile):
    """Of a tile on the diagonal, what lies below its own diagonal replaced by the mirror image."""
    order = np.arange(tile.ndim).reshape(-1, 2).T.ravel()  # all axes of x, then all of y
    sides = tile.transpose(order)
    square = sides.reshape(math.prod(sides.shape[: tile.ndim // 2]), -1)
    square = np.where(np.tri(len(square), k=-1, dtype=bool), square.T, square)
    return square.reshape(sides.shape).transpose(np.argsort(order))


def _pairs(blocks, i, j):
    """Entries of the matrix that are computed in a tile; of a symmetric one, half."""
    rows, columns = (part.stop - part.start for part in blocks.extent(i, j))
    return rows * (rows + 1) // 2 if blocks.symmetric and i == j else rows * columns


def _bar(blocks, progress):
    total = blocks.n1 * (blocks.n1 + 1) // 2 if blocks.symmetric else blocks.n1 * blocks.n2
    if progress is None:
        progress = blocks.number > 1 and sys.stderr.isatty()
    shown = progress and jax.process_index() == 0
    return tqdm(total=total, desc="Gram matrix", unit=" pairs", unit_scale=True, disable=not shown)
