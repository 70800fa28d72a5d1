"""What every function of this part asks of its arguments."""

import inspect
import operator
from collections.abc import Callable
from typing import Any

import jax
from jax import Array

from ntkbook.preconditions import as_inputs, require_finite, require_floating, require_function

Params = Any
ApplyFn = Callable[[Params, Array], Array]


def checked_arguments(name: str, apply_fn: ApplyFn, params: Params, x1: Any, x2: Any) -> tuple[Array, Array | None]:
    """The batches as arrays, once all arguments are in order."""
    require_function(name, apply_fn)
    _require_two_arguments(name, apply_fn)
    require_floating(name, "params", params)
    require_finite(name, "params", params)
    x1 = as_inputs(name, "x1", x1)
    x2 = None if x2 is None else as_inputs(name, "x2", x2)
    for label, x in (("x1", x1), ("x2", x2)):
        if x is not None and x.shape[0] == 0:
            raise ValueError(f"{name}: {label} has no rows, got shape {x.shape}; expected at least one input.")
    if x2 is not None and x1.shape[1:] != x2.shape[1:]:
        raise ValueError(f"{name}: x1 and x2 must have rows of one shape, got {x1.shape} and {x2.shape}.")
    if x2 is not None and x1.dtype != x2.dtype:
        raise TypeError(f"{name}: x1 and x2 must have one dtype, got {x1.dtype} and {x2.dtype}. Convert one of them.")
    return x1, x2


def row_output_shape(name: str, apply_fn: ApplyFn, params: Params, x: Array) -> tuple[int, ...]:
    """() for outputs (n,), (k,) for outputs (n, k); no other outputs pass."""
    output = jax.eval_shape(apply_fn, params, x)
    shape = getattr(output, "shape", None)
    if shape is None or len(shape) not in (1, 2) or shape[0] != x.shape[0]:
        got = f"a {type(output).__name__}" if shape is None else shape
        raise ValueError(
            f"{name}: apply_fn must map {x.shape[0]} inputs to one array of outputs of shape (n,) or (n, k), got {got}."
        )
    return shape[1:]


def checked_trace_axes(name: str, trace_axes: Any) -> tuple[int, ...]:
    """(-1,) or (), from any sequence."""
    try:
        axes = tuple(trace_axes)
    except TypeError:
        axes = None
    if axes not in ((), (-1,)):
        raise ValueError(f"{name}: trace_axes is () for all blocks or (-1,) for their mean trace, got {trace_axes!r}.")
    return axes


def checked_batch_size(name: str, batch_size: Any) -> int | None:
    """None, or a whole number of at least 1."""
    if batch_size is None:
        return None
    try:
        whole = operator.index(batch_size)
    except TypeError:
        raise TypeError(f"{name}: batch_size is a number of rows, an integer, or None; got {batch_size!r}.") from None
    if whole < 1:
        raise ValueError(f"{name}: batch_size must be at least 1 row, got {whole}. None lets the function choose.")
    return whole


def _require_two_arguments(name, apply_fn):
    try:
        signature = inspect.signature(apply_fn)
    except ValueError:  # Some compiled functions have none.
        return
    try:
        signature.bind(None, None)
    except TypeError as error:
        raise TypeError(
            f"{name}: apply_fn is called as apply_fn(params, x), but {signature} does not allow that ({error}). "
            "Close over further arguments: lambda params, x: f(params, x, ...)."
        ) from None
