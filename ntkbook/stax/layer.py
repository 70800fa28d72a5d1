"""The record that every layer is."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, NamedTuple

import jax
import numpy as np

LAYOUTS = {2: "(batch, features)", 3: "(batch, length, channels)", 4: "(batch, height, width, channels)"}


def _no_kernel(*_, **__):
    raise NotImplementedError(
        "kernel_fn: this layer was made from (init_fn, apply_fn) alone and has no infinite-width limit. Use a "
        "layer of ntkbook.stax, or stax.Elementwise(phi) for a function of your own."
    )


class Layer(NamedTuple):
    """A layer, or a network made of layers, as three pure functions: the finite form and its limit.

    Fields:
      init_fn: `init_fn(key, input_shape) -> (output_shape, params)`. Shapes are (batch, features), (batch, length,
        channels) or (batch, height, width, channels); the batch size is not used, so (-1, d) and x.shape both do.
      apply_fn: `apply_fn(params, x) -> outputs`, for example from (n, d) to (n, k). The rows of a batch do not
        interact.
      kernel_fn: `kernel_fn(x1, x2=None, get=("nngp", "ntk"))`, the kernels of the layer as its width grows
        without bound: see `ntkbook.stax.kernel_fn.KernelFn`.

    Source: the calling convention of neural-tangents (Novak et al. 2020).
    """

    init_fn: Callable
    apply_fn: Callable
    kernel_fn: Callable = _no_kernel


def one_per_arguments(factory: Callable) -> Callable:
    """Decorator: equal arguments give the same layer, so that networks made alike share what is compiled."""
    cached = lru_cache(maxsize=256, typed=True)(factory)

    @wraps(factory)
    def make(*args, **kwargs):
        try:
            hash((args, tuple(kwargs.values())))
        except TypeError:  # a traced standard deviation, say
            return factory(*args, **kwargs)
        return cached(*args, **kwargs)

    return make


def check_layers(name: str, layers: tuple) -> None:
    """Raises unless `layers` are one or more `Layer`."""
    if not layers:
        raise ValueError(f"{name}(): expected at least one layer, for example {name}(Dense(1)).")
    for position, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            got = f"a {type(layer).__name__}" if isinstance(layer, list | tuple) else repr(layer)
            raise TypeError(f"{name}: argument {position} is {got}, expected a Layer.{_hint(name, layer)}")


def _hint(name, argument):
    if isinstance(argument, list | tuple):
        return f" Pass the layers one by one: {name}(*layers), not {name}(layers)."
    return f" Write {argument.__name__}(...)." if callable(argument) and hasattr(argument, "__name__") else ""


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


def check_input_shape(name: str, shape: tuple[int, ...], ranks: tuple[int, ...] = (2, 3, 4)) -> None:
    """Raises unless `shape` has one of `ranks` axes, batch first, features or channels last, none of them empty."""
    if not isinstance(shape, tuple | list):
        raise TypeError(f"{name}: expected a shape such as x.shape or (-1, features), got a {type(shape).__name__}.")
    if len(shape) not in ranks:
        hint = ""
        if len(shape) == 1:
            hint = " For a single input vector x pass x[None, :]; for init_fn alone, (-1, features) will do."
        elif len(shape) in (3, 4) and 2 in ranks:
            hint = " These inputs still have positions: put Flatten() or GlobalAvgPool() before this layer."
        elif len(shape) == 2:
            hint = " These inputs have no positions: pass images as (batch, height, width, channels)."
        layouts = " or ".join(LAYOUTS[rank] for rank in ranks)
        raise ValueError(f"{name}: expected inputs of shape {layouts}, got shape {tuple(shape)}.{hint}")
    if min(shape[1:]) < 1:
        raise ValueError(
            f"{name}: an input needs at least one feature, and no axis may be empty, got shape {tuple(shape)}."
        )
