"""How outputs of any shape, and kernels between them, become plain matrices.

A kernel between outputs of shapes (n1, a, ...) and (n2, b, ...) is written with paired axes:
(n1, n2, a, b, ...). Axes of the outputs that are traced are absent: the kernel acts on each of their
entries alike. So targets (N, k) go with a traced kernel (N, N) under `trace_axes=(-1,)`, and with blocks
(N, N, k, k) under `trace_axes=()`. This is the convention of neural-tangents.
"""

import math
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array

from ntkbook.preconditions import require_finite

__all__ = ["OutputAxes", "as_array", "output_axes", "paired", "square"]


@dataclass(frozen=True)
class OutputAxes:
    """The axes of a batch of outputs, split into those that a kernel sees and those that are traced.

    Attributes:
      name: the function in whose name errors speak.
      shape: shape of the training targets.
      traced: the traced axes, counted from the front, increasing.
    """

    name: str
    shape: tuple[int, ...]
    traced: tuple[int, ...]

    @property
    def kept(self) -> tuple[int, ...]:
        """Sizes of the axes that the kernel sees; the first is N, unless it is traced."""
        return tuple(size for axis, size in enumerate(self.shape) if axis not in self.traced)

    @property
    def width(self) -> int:
        """How many columns a matrix of outputs has: one for each entry of the traced axes."""
        return math.prod(self.shape[axis] for axis in self.traced)

    def outputs_shape(self, kept: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of outputs whose axes in the kernel have the sizes `kept`."""
        sizes = iter(kept)
        return tuple(size if axis in self.traced else next(sizes) for axis, size in enumerate(self.shape))

    def columns(self, outputs: Array) -> Array:
        """Outputs (..., *shape) as matrices (..., n, width)."""
        lead = outputs.shape[: outputs.ndim - len(self.shape)]
        outputs = jnp.moveaxis(outputs, self._positions(outputs.ndim), range(-len(self.traced), 0))
        return outputs.reshape((*lead, -1, self.width))

    def outputs(self, columns: Array, kept: tuple[int, ...]) -> Array:
        """Undoes `columns`: matrices (..., n, width) as outputs whose kept axes have the sizes `kept`."""
        traced = tuple(self.shape[axis] for axis in self.traced)
        spread = columns.reshape((*columns.shape[:-2], *kept, *traced))
        return jnp.moveaxis(spread, range(-len(self.traced), 0), self._positions(spread.ndim))

    def start(self, label: str, value: Any, kept: tuple[int, ...], dtype: Any) -> Array:
        """Outputs at t = 0, a number or an array, as a matrix (n, width)."""
        shape, value = self.outputs_shape(kept), as_array(self.name, label, value, dtype)
        if value.ndim and value.shape != shape:
            raise ValueError(f"{self.name}: {label} has shape {value.shape}, expected a number or the shape {shape}.")
        return self.columns(jnp.broadcast_to(value, shape))

    def gram(self, label: str, kernel: Any) -> Array:
        """The train-train kernel as a matrix (n, n)."""
        kernel = as_array(self.name, label, kernel)
        expected = tuple(size for size in self.kept for _ in range(2))
        if kernel.shape != expected:
            raise ValueError(
                f"{self.name}: targets of shape {self.shape} with trace_axes={self._negative()} need {label} of shape "
                f"{expected}, got {kernel.shape}. {self._advice(kernel.shape)}"
            )
        return square(kernel)

    def cross(self, label: str, kernel: Any, dtype: Any) -> tuple[Array, tuple[int, ...]]:
        """The test-train kernel as a matrix (m, n), and the sizes of the kept axes of the test outputs."""
        kernel = as_array(self.name, label, kernel, dtype)
        if kernel.ndim != 2 * len(self.kept) or kernel.shape[1::2] != self.kept:
            turned = kernel.ndim == 2 * len(self.kept) and kernel.shape[::2] == self.kept
            advice = "It looks transposed: take kernel_fn(x_test, x_train)." if turned else self._advice(kernel.shape)
            expected = ", ".join(f"test, {size}" for size in self.kept)
            raise ValueError(f"{self.name}: {label} must have shape ({expected}), got {kernel.shape}. {advice}")
        return square(kernel), kernel.shape[::2]

    def test_gram(self, label: str, kernel: Any, kept: tuple[int, ...], dtype: Any) -> Array:
        """The test-test kernel as a matrix (m, m)."""
        kernel = as_array(self.name, label, kernel, dtype)
        expected = tuple(size for size in kept for _ in range(2))
        if kernel.shape != expected:
            raise ValueError(f"{self.name}: {label} must have shape {expected}, got {kernel.shape}.")
        return square(kernel)

    def _positions(self, ndim):
        return tuple(axis - len(self.shape) + ndim for axis in self.traced)

    def _negative(self):
        return tuple(axis - len(self.shape) for axis in self.traced)

    def _advice(self, kernel_shape):
        if len(kernel_shape) == 2 * len(self.shape) and self.traced:
            return "These are full blocks: pass trace_axes=() here, or take the kernel with trace_axes=(-1,)."
        if len(kernel_shape) == 2 and not self.traced and len(self.shape) > 1:
            return "This kernel is traced over the outputs: pass trace_axes=(-1,), or take it with trace_axes=()."
        return "Were the kernel and the targets made from the same training inputs?"


def output_axes(name: str, shape: tuple[int, ...], trace_axes: tuple[int, ...] | int) -> OutputAxes:
    """Reads `trace_axes`, and refuses to trace over the training points.

    Raises: ValueError: an axis that is not there, or the axis of the training points.
    """
    trace_axes = (trace_axes,) if isinstance(trace_axes, int) else tuple(trace_axes)
    if any(not -len(shape) <= axis < len(shape) for axis in trace_axes):
        raise ValueError(f"{name}: trace_axes={trace_axes} names an axis that targets of shape {shape} do not have.")
    traced = tuple(sorted({axis % len(shape) for axis in trace_axes}))
    if 0 in traced:
        raise ValueError(
            f"{name}: y_train has shape {shape}, so trace_axes={trace_axes} would trace over the training points. For "
            "a network with one output pass y_train[:, None], or else trace_axes=()."
        )
    return OutputAxes(name, shape, traced)


def as_array(name: str, label: str, value: Any, dtype: Any = None) -> Array:
    """A finite floating-point array; a record of kernels is refused with advice.

    Args:
      name, label: for the error.
      value: numbers.
      dtype: of the result; None keeps the precision of `value`.
    Raises: TypeError: no numbers. ValueError: NaN or infinity.
    """
    if hasattr(value, "ntk") or hasattr(value, "nngp"):
        raise TypeError(f"{name}: {label} is a record of kernels, expected one array. Pass its field .ntk or .nngp.")
    try:
        array = jnp.asarray(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: {label} must hold numbers, got a {type(value).__name__} ({error}).") from None
    require_finite(name, label, array)
    if dtype is None:
        dtype = array.dtype if jnp.issubdtype(array.dtype, jnp.floating) else float
    return array.astype(dtype)


def square(kernel: Array) -> Array:
    """A kernel with paired axes (n1, n2, a, b, ...) as a matrix (n1 a ..., n2 b ...)."""
    if kernel.ndim == 2:
        return kernel
    rows, columns = kernel.shape[::2], kernel.shape[1::2]
    order = (*range(0, kernel.ndim, 2), *range(1, kernel.ndim, 2))
    return kernel.transpose(order).reshape(math.prod(rows), math.prod(columns))


def paired(matrix: Array, rows: tuple[int, ...], columns: tuple[int, ...]) -> Array:
    """Undoes `square`; axes before the last two are kept in front."""
    lead, k = matrix.ndim - 2, len(rows)
    spread = matrix.reshape((*matrix.shape[:-2], *rows, *columns))
    return spread.transpose((*range(lead), *(lead + axis + side * k for axis in range(k) for side in (0, 1))))
