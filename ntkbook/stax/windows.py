"""Windows that slide over positions: the arithmetic that convolutions and poolings share."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

PADDINGS = ("VALID", "SAME", "CIRCULAR")


class Windows(NamedTuple):
    """Windows of one shape, with one entry per axis of positions."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str

    def pads(self, sizes: Sequence[int]) -> list[tuple[int, int]]:
        """Positions added before and after each axis."""
        if self.padding == "VALID":
            return [(0, 0)] * len(sizes)
        totals = [
            max((-(-size // stride) - 1) * stride + extent - size, 0)
            for size, extent, stride in zip(sizes, self.shape, self.strides, strict=True)
        ]
        return [(total // 2, total - total // 2) for total in totals]

    def output_shape(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Number of windows along each axis; ValueError where none fits."""
        for size, extent in zip(sizes, self.shape, strict=True):
            if self.padding != "SAME" and size < extent:
                raise ValueError(
                    f"windows of shape {self.shape} do not fit positions of shape {tuple(sizes)}. Make the filter "
                    'smaller, pool less before it, or pass padding="SAME".'
                )
        return tuple(
            (size + sum(pad) - extent) // stride + 1
            for size, pad, extent, stride in zip(sizes, self.pads(sizes), self.shape, self.strides, strict=True)
        )

    def convolve(self, x: jax.Array, W: jax.Array) -> jax.Array:
        """Inputs (n, *positions, channels) convolved with W (*shape, channels, outputs)."""
        self.output_shape(x.shape[1:-1])
        pads = self.pads(x.shape[1:-1])
        if self.padding == "CIRCULAR":
            x = jnp.pad(x, [(0, 0), *pads, (0, 0)], mode="wrap")
            pads = [(0, 0)] * len(pads)
        letters = "HW"[: len(self.shape)]
        numbers = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
        return jax.lax.conv_general_dilated(x, W, self.strides, pads, dimension_numbers=numbers)

    def sum_along(self, array, q1, q2, all_positions: bool):
        """Sum over a window, in which both positions of a pair move together.

        Args:
          array: distances or tangent kernels (..., h, h, w, w) with `all_positions`, else (..., h, w).
          q1, q2: for distances, the variances at both positions, with axes of length 1 where they do not depend on a
            position. Where one position lies outside, its units are 0, and the distance is half the other's
            variance. None: what lies outside counts as 0.
        """
        positions = len(self.shape)
        per = 2 if all_positions else 1
        start = array.ndim - per * positions
        self.output_shape([array.shape[start + per * i] for i in range(positions)])
        if not all_positions:
            q1 = q2 = None  # both lie outside, or none
        for i in range(positions):
            axes = tuple(range(start + per * i, start + per * (i + 1)))
            array, q1, q2 = self._sum_axis(i, axes, array, q1, q2)
        return array

    def _sum_axis(self, i, axes, array, q1, q2):
        """The sum along one axis of the window, for distances with what the edge adds."""
        total = self._slide(i, axes, array)
        if q1 is None:
            return total, None, None
        first, second = axes
        if self.padding == "SAME":
            total = total + (self._edge(i, first, second, q1) + self._edge(i, second, first, q2)) / 2
        return total, self._slide(i, (first,), q1), self._slide(i, (second,), q2)

    def _slide(self, i, axes, array):
        """Sum of the shifts of `array` along `axes` together."""
        size, extent, stride = array.shape[axes[0]], self.shape[i], self.strides[i]
        pad = self.pads_of_axis(i, size)
        count = (size + sum(pad) - extent) // stride + 1
        if sum(pad):
            pads = [pad if axis in axes else (0, 0) for axis in range(array.ndim)]
            # XLA would work out the padding anew for each term of the sum.
            mode = {"mode": "wrap"} if self.padding == "CIRCULAR" else {}
            array = jax.lax.optimization_barrier(jnp.pad(array, pads, **mode))

        def shifted(offset):
            index = [slice(None)] * array.ndim
            for axis in axes:
                index[axis] = slice(offset, offset + (count - 1) * stride + 1, stride)
            return array[tuple(index)]

        total = shifted(0)
        for offset in range(1, extent):
            total = total + shifted(offset)
        return total

    def _edge(self, i, inside, outside, q):
        """Variances at the first position, summed over those shifts that leave the image at the second.

        Args:
          inside, outside: the axes of the two positions; q has length 1 along `outside`.
        """
        size, extent, stride = q.shape[inside], self.shape[i], self.strides[i]
        pad = self.pads_of_axis(i, size)
        count = (size + sum(pad) - extent) // stride + 1
        q = jnp.pad(q, [pad if axis == inside else (0, 0) for axis in range(q.ndim)])
        starts = stride * np.arange(count) - pad[0]
        total = 0.0
        for offset in range(extent):
            leaves = (starts + offset < 0) | (starts + offset >= size)
            if leaves.any():
                index = [slice(None)] * q.ndim
                index[inside] = slice(offset, offset + (count - 1) * stride + 1, stride)
                shape = [count if axis == outside else 1 for axis in range(q.ndim)]
                total = total + q[tuple(index)] * jnp.asarray(leaves.reshape(shape), q.dtype)
        # Small beside the distances: made once, not once for each pair of positions.
        return jax.lax.optimization_barrier(jnp.asarray(total, q.dtype))

    def pads_of_axis(self, i: int, size: int) -> tuple[int, int]:
        """Positions added before and after axis i of this size."""
        return Windows(self.shape[i : i + 1], self.strides[i : i + 1], self.padding).pads([size])[0]

    def sum_each(self, array, first: int, per: int):
        """Sum over windows that move along each axis on its own, with zeros outside.

        Args:
          array: shape (..., h, w, ...) with `per` = 1, (..., h, h, w, w, ...) with 2; the first h is axis `first`.
        """
        for i in range(len(self.shape)):
            for axis in range(first + per * i, first + per * (i + 1)):
                array = self._slide(i, (axis,), array)
        return array


def as_windows(layer: str, shape: Sequence[int], strides: Sequence[int] | None, padding: str) -> Windows:
    """Checked `Windows`; ValueError says what is wrong."""
    strides = (1,) * len(shape) if strides is None else strides
    entries = (*shape, *strides)
    if len(shape) not in (1, 2) or len(strides) != len(shape) or not all(_is_count(entry) for entry in entries):
        raise ValueError(
            f"{layer}: windows are one or two whole numbers, at least 1, and strides as many, got {tuple(shape)} and "
            f"{tuple(strides)}. For images pass for example {layer}({'64, ' if layer == 'Conv' else ''}(3, 3))."
        )
    if padding not in PADDINGS:
        raise ValueError(f"{layer}: padding is {', '.join(map(repr, PADDINGS))}, got {padding!r}.")
    return Windows(tuple(map(int, shape)), tuple(map(int, strides)), padding)


def _is_count(entry):
    return isinstance(entry, int | np.integer) and entry >= 1
