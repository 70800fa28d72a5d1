"""One compiled program for all tiles of one kind: each device of a mesh computes one, and nothing passes between."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from ntkbook.stax.kernel_fn import KernelFn


class Program(NamedTuple):
    """Compiled tiles, with what the compiler says about their memory.

    Fields:
      run: rows (devices, size1, ...) and (devices, size2, ...), the latter not for diagonal tiles, sharded over the
        first axis -> (list of fields (devices, size1, size2, ...), truncation (devices,) or None).
      arguments, results, temporaries: bytes on one device.
    """

    run: Callable[..., tuple[list[Array], Array | None]]
    arguments: int
    results: int
    temporaries: int


def tile_sharding(mesh: Mesh) -> NamedSharding:
    """The first axis of an array over all devices of a mesh, whatever its axes."""
    return NamedSharding(mesh, PartitionSpec(mesh.axis_names))


def compiled(
    kernel_fn: Callable[..., Any], get: Any, mesh: Mesh, shape1: tuple[int, ...], shape2: tuple[int, ...] | None, dtype
) -> Program:
    """The program for tiles of rows of these shapes; shape2 = None for tiles on the diagonal.

    Kept for later calls with the same function object.
    """
    settings = (jax.config.jax_enable_x64, jax.config.jax_default_matmul_precision)
    return _compiled(kernel_fn, get, mesh, shape1, shape2, np.dtype(dtype), settings)


# Few: each keeps a program on the devices, and the kernel function with all that it has closed over.
@lru_cache(maxsize=8)
def _compiled(kernel_fn, get, mesh, shape1, shape2, dtype, settings):
    def tile(rows1, rows2=None):
        # Each device sees its own rows: (1, size, ...).
        values, truncation = _fields(kernel_fn, get, rows1[0], None if rows2 is None else rows2[0])
        return jax.tree.map(lambda leaf: leaf[None], (values, truncation))

    sharding = tile_sharding(mesh)
    rows = [
        jax.ShapeDtypeStruct((mesh.devices.size, *shape), dtype, sharding=sharding)
        for shape in (shape1, shape2)
        if shape is not None
    ]
    # Kernels loop over constants, which the check of what varies between devices refuses.
    each = jax.shard_map(tile, mesh=mesh, in_specs=sharding.spec, out_specs=sharding.spec, check_vma=False)
    run = jax.jit(each).lower(*rows).compile()
    memory = run.memory_analysis()
    return Program(run, memory.argument_size_in_bytes, memory.output_size_in_bytes, memory.temp_size_in_bytes)


def _fields(kernel_fn, get, rows1, rows2):
    """The fields as a list, and the error that a series has measured on itself, where kernel_fn reports it."""
    if not isinstance(kernel_fn, KernelFn):
        return jax.tree.leaves(kernel_fn(rows1, rows2, get)), None
    # A call under jit does not return the truncation, and could not refuse one that is too large.
    values, truncation = kernel_fn.with_truncation(rows1, rows2, get)
    return list(values), truncation
