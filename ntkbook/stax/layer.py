"""The record that every layer is."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np


class Layer(NamedTuple):
    """A layer, or a network made of layers, as a pair of pure functions.

    Fields:
      init_fn: `init_fn(key, input_shape) -> (output_shape, params)`. Shapes are (batch, features);
        the batch size is not used, so (-1, d) and x.shape both do.
      apply_fn: `apply_fn(params, x) -> outputs`, from (n, d) to (n, k). The rows of a batch do not
        interact.

    Source: the calling convention of neural-tangents (Novak et al. 2020).
    """

    init_fn: Callable
    apply_fn: Callable


def check_key(name: str, key: Any) -> None:
    """Raises TypeError unless `key` is one random key, of the new or of the old style."""
    dtype = getattr(key, "dtype", np.dtype(object))
    is_new = jax.dtypes.issubdtype(dtype, jax.dtypes.prng_key) and key.ndim == 0
    is_old = dtype == np.uint32 and key.ndim == 1
    if not (is_new or is_old):
        got = f"an array of shape {key.shape} and dtype {dtype}" if hasattr(key, "shape") else repr(key)
        raise TypeError(
            f"{name}: expected one random key, got {got}. Pass jax.random.key(0), or another seed; for many "
            "networks, jax.vmap over jax.random.split(key, m)."
        )


def check_input_shape(name: str, shape: tuple[int, ...]) -> None:
    """Raises ValueError unless `shape` is (batch, features) with at least one feature."""
    if not isinstance(shape, tuple | list):
        raise TypeError(f"{name}: expected a shape such as x.shape or (-1, features), got a {type(shape).__name__}.")
    if len(shape) != 2:
        raise ValueError(
            f"{name}: expected inputs of shape (batch, features), got shape {tuple(shape)}. "
            "For a single input vector x pass x[None, :]; for init_fn alone, (-1, features) will do."
        )
    if shape[1] < 1:
        raise ValueError(f"{name}: an input needs at least one feature, got shape {tuple(shape)}.")
