"""The size of a tile, from the compiler's account of its memory."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from jax.sharding import Mesh

from ntkbook.gram.blocks import Blocks, cut
from ntkbook.gram.program import Program, compiled

# Pairs of positions in one tile: seconds on two cores, for a convolutional kernel.
_WORK = 2**28


def plan(
    kernel_fn: Callable[..., Any],
    get: Any,
    fields: list,
    x1: np.ndarray,
    x2: np.ndarray | None,
    mesh: Mesh,
    memory: int,
) -> tuple[Blocks, dict[bool, Program]]:
    """Tiles that stay within `memory` bytes on each device, and their programs, by the kinds of `Blocks.kinds`.

    Args:
      fields: shapes and dtypes of the result, with two axes of rows first; the others as `gram`.
    Raises: ValueError: one pair takes more.
    """
    n2 = len(x1 if x2 is None else x2)
    cut_into = partial(cut, len(x1), n2, x2 is None, devices=mesh.devices.size)
    measured = partial(_measured, kernel_fn, get, x1, mesh)
    pairs = _first_guess(fields, x1, memory)
    blocks, programs, used = measured(cut_into(pairs=pairs))
    if used <= memory:
        return blocks, programs
    one, programs_of_one, floor = measured(cut_into(pairs=1))
    if floor > memory:
        raise ValueError(
            f"gram: one pair of rows of shape {x1.shape[1:]} takes {floor} bytes, more than memory={int(memory)}. Pass "
            f"memory={2 ** math.ceil(math.log2(floor))} or more."
        )
    while used > memory:
        pairs = int(0.9 * blocks.size1 * blocks.size2 * (memory - floor) / (used - floor))
        if pairs < 2:
            return one, programs_of_one
        blocks, programs, used = measured(cut_into(pairs=pairs))
    return blocks, programs


def _first_guess(fields, x1, memory):
    """Pairs in a tile, if what one takes is four times its result: more than that is rare."""
    result = sum(math.prod(field.shape[2:]) * field.dtype.itemsize for field in fields)
    rows_at_once = max(1, int(memory) // (8 * max(1, x1[0].nbytes)))
    positions = math.prod(x1.shape[1:-1])
    return max(1, min(int(memory) // (4 * result), rows_at_once**2, _WORK // positions**2))


def _measured(kernel_fn, get, x1, mesh, blocks):
    """The blocks, their programs, and the bytes on one device."""
    shape1, shape2 = ((size, *x1.shape[1:]) for size in (blocks.size1, blocks.size2))
    programs = {
        diagonal: compiled(kernel_fn, get, mesh, shape1, None if diagonal else shape2, x1.dtype)
        for diagonal in blocks.kinds
    }
    return blocks, programs, max(_working_set(program, mesh) for program in programs.values())


def _working_set(program, mesh):
    # Two tiles are on the way, one of them computing; across processes each device gathers the results of all.
    gathered = program.results * mesh.devices.size if mesh.is_multi_process else 0
    return 2 * (program.arguments + program.results) + program.temporaries + gathered
