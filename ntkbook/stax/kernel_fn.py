"""The function that a user calls for a kernel, around the one that maps a layer's state to the next."""

from collections import namedtuple
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.errors import JaxRuntimeError

from ntkbook.stax import tiles
from ntkbook.stax.image_kernel import ImageKernel
from ntkbook.stax.inputs import kernel_of_inputs
from ntkbook.stax.kernel import Kernel, VariancesNeeded
from ntkbook.stax.layer import check_input_shape

FIELDS = ("nngp", "ntk", "cov1", "cov2")
SMALL = 2**16
"""Entries of a matrix below which compiling takes hundreds of times longer than running."""
QUICKLY = {"xla_cpu_use_fusion_emitters": False}
"""XLA's older code generator for the CPU: it compiles a quarter faster, and what it makes runs up to half slower."""


class KernelFn:
    """`kernel_fn` of a layer: call it as `kernel_fn(x1, x2=None, get=("nngp", "ntk"))`.

    Args of the call:
      x1, x2: inputs (n1, d), (n2, d), one per row, or images (n1, height, width, channels), or sequences
        (n1, length, channels); x2 = None means x1, faster and exact on the diagonal. Or, for x1, a `Kernel`: the
        result is then the `Kernel` behind the layer.
      get: "nngp", "ntk", "cov1" or "cov2" for an array; a tuple of them for a named tuple; None for the whole
        `Kernel`, or `ImageKernel` where the outputs still have positions.
    Returns: nngp and ntk of shape (n1, n2), cov1 (n1,) and cov2 (n2,); with positions behind these, see `ImageKernel`.
    Raises: ValueError: inputs of another rank, width or dtype than needed, NaN or infinite entries, an unknown
      `get`, a nonlinearity without a linear layer before it, a series that does not converge (the last and NaN
      only where values are known: not under jit, grad or vmap).
    Accuracy: see each layer; for all of `ntkbook.stax` 1e-12 of the largest entry in float64, to depth 50.

    Args of the constructor:
      name: the layer, for messages.
      advance: maps the state before the layer to the state behind it: `Kernel -> Kernel`, or lists of them
        around branches.
      positions: the covariances of positions that it asks for: "same", of each with itself; "all", of each with
        each; or None, where it makes no difference.
    """

    def __init__(self, name: str, advance: Callable, positions: str | None = None):
        """Store the parts; nothing is compiled before the first call."""
        self.name, self.advance, self.positions = name, advance, positions
        compute = partial(_compute, name, advance, positions != "same")
        self._compiled = jax.jit(compute, static_argnames="fields")
        self._quickly_compiled = jax.jit(compute, static_argnames="fields", compiler_options=QUICKLY)

    def __call__(self, x1, x2=None, get=("nngp", "ntk")):
        """See the class."""
        if _is_state(x1):
            return self.advance(x1)
        values, truncation = self.with_truncation(x1, x2, get)
        check_truncation(self.name, truncation)
        if get is None:
            return values
        return values[0] if isinstance(get, str) else namedtuple("Kernels", get)(*values)

    def with_truncation(self, x1, x2=None, get=("nngp", "ntk")):
        """The fields as a list (for get = None the `Kernel`), and the largest error of a series.

        For callers under jit, where that error is not yet a number: hand it out, and give it to `check_truncation`.
        """
        fields = _check_get(self.name, get)
        x1, x2 = check_inputs(self.name, x1, x2)
        if _is_small(x1, x2):
            try:
                return self._quickly_compiled(x1, x2, fields=fields)
            except JaxRuntimeError as error:  # a compiler that does not know the option
                if "option" not in str(error).lower():
                    raise
                self._quickly_compiled = self._compiled
            except ValueError as error:  # inside another program, which is compiled as a whole
                if "compiler_options" not in str(error):
                    raise
        return self._compiled(x1, x2, fields=fields)


def positions_of(layers) -> str | None:
    """What layers ask for together: see `positions` of `KernelFn`."""
    demands = {getattr(layer.kernel_fn, "positions", None) for layer in layers}
    return next((demand for demand in ("all", "same") if demand in demands), None)


def _is_small(x1, x2):
    """Whether a matrix on the CPU is small; options are for programs of their own, not for parts of another's."""
    x2 = x1 if x2 is None else x2
    if isinstance(x1, jax.core.Tracer) or isinstance(x2, jax.core.Tracer) or jax.default_backend() != "cpu":
        return False
    return x1.ndim == 2 and x1.shape[0] * x2.shape[0] < SMALL


def _is_state(x):
    first = x[0] if isinstance(x, list | tuple) and x else x
    return isinstance(first, Kernel | ImageKernel)


def _compute(name, advance, all_positions, x1, x2, fields):
    """Fields of the kernel, or for None the kernel itself, and the truncation error."""
    whole = fields is None or "cov1" in fields or "cov2" in fields

    def kernel(rows1, rows2, same, own):
        state = advance(kernel_of_inputs(rows1, rows2, same, all_positions, own))
        if not isinstance(state, Kernel | ImageKernel):
            raise ValueError(
                f"{name}.kernel_fn: the network ends in {len(state)} branches. Join them with FanInSum() or "
                "FanInConcat()."
            )
        return state

    if whole:
        same = jnp.eye(x1.shape[0], dtype=bool) if x2 is None else None
        state = kernel(x1, x1 if x2 is None else x2, same, own=True)
        return state if fields is None else [getattr(state, field) for field in fields], state.truncation

    def tile(rows1, rows2, same):
        try:  # most networks end soon behind their pooling, and do without the variances there: a third of the work
            state = kernel(rows1, rows2, same, own=False)
        except VariancesNeeded:
            state = kernel(rows1, rows2, same, own=True)
        return [getattr(state, field) for field in fields], state.truncation

    values, truncation = tiles.tiled(tile, x1, x2, entries=_entries_per_pair(x1, all_positions))
    return values, truncation.max()


def _entries_per_pair(x, all_positions):
    positions = int(np.prod(x.shape[1:-1]))
    return positions**2 if all_positions else positions


def _check_get(name, get):
    if get is None:
        return None
    fields = (get,) if isinstance(get, str) else tuple(get)
    unknown = [field for field in fields if field not in FIELDS]
    if unknown or not fields or len(set(fields)) < len(fields):
        raise ValueError(
            f"{name}.kernel_fn: get is {', '.join(map(repr, FIELDS))}, or a tuple of distinct ones, got {get!r}."
        )
    return fields


def check_inputs(name: str, x1, x2):
    """The two inputs as floating-point arrays that fit each other, finite where their values are known."""
    x1 = _check_input(name, "x1", x1)
    if x2 is None:
        return x1, None
    x2 = _check_input(name, "x2", x2)
    if (x1.shape[1:], x1.dtype) != (x2.shape[1:], x2.dtype):
        raise ValueError(
            f"{name}.kernel_fn: x1 and x2 must have rows of one shape and one dtype, got {x1.shape} {x1.dtype} and "
            f"{x2.shape} {x2.dtype}."
        )
    return x1, x2


def _check_input(name, argument, x):
    try:
        x = jnp.asarray(x)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}.kernel_fn: {argument} cannot be made an array ({error}).") from None
    check_input_shape(f"{name}.kernel_fn, {argument}", x.shape)
    if x.shape[0] < 1:
        raise ValueError(f"{name}.kernel_fn: {argument} has no rows: shape {x.shape}.")
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        raise ValueError(f"{name}.kernel_fn: {argument} must be real, got {x.dtype}.")
    if not jnp.issubdtype(x.dtype, jnp.floating) or x.dtype.itemsize < 4:
        x = x.astype(jnp.float64 if jax.config.jax_enable_x64 else jnp.float32)
    if not isinstance(x, jax.core.Tracer):
        rows = np.asarray(x).reshape(x.shape[0], -1)
        bad = np.flatnonzero(~np.isfinite(rows).all(1))
        if bad.size:
            raise ValueError(
                f"{name}.kernel_fn: {argument} has NaN or infinite entries, first in row {bad[0]} ({bad.size} of "
                f"{x.shape[0]} rows). Drop these rows, or fill their gaps."
            )
    return x


def check_truncation(name: str, truncation) -> None:
    """Raises ValueError where a series missed its tolerance; `truncation` is in units of it."""
    if isinstance(truncation, jax.core.Tracer):
        return
    if not float(truncation) <= 1:
        raise ValueError(
            f"{name}.kernel_fn: the series for an activation misses {float(truncation):.1e} times the tolerance. The "
            "activation has a corner, or the variance is large. Pass more terms (Elementwise(phi, terms=1024)), or "
            "a tolerance that you can live with (tolerance=1e-3)."
        )
