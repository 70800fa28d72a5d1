"""Times of training: numbers, arrays of any shape, or None for infinity."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ntkbook.preconditions import is_known

__all__ = ["as_tau", "over_times", "require_rate"]


def require_rate(name: str, learning_rate: Any) -> None:
    """Raises ValueError unless a known learning_rate is positive and finite."""
    if is_known(learning_rate) and not (math.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"{name}: learning_rate must be positive and finite, got {learning_rate}.")


def as_tau(name: str, t: Any, scale: Any, dtype: Any) -> tuple[tuple[int, ...], Array | None]:
    """The shape of t, and scale times t as a vector; ((), None) for t = None.

    Raises: TypeError: t holds no numbers. ValueError: a negative time, or NaN.
    """
    if t is None:
        return (), None
    try:
        t = jnp.asarray(t).astype(dtype)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: t is a number, an array of numbers, or None for infinity ({error}).") from None
    if is_known(t) and not (np.asarray(t) >= 0).all():
        raise ValueError(f"{name}: t must not be negative, got {np.asarray(t).min()}. Training starts at t = 0.")
    return t.shape, (t * jnp.asarray(scale, dtype)).reshape(-1)


def over_times(shape: tuple[int, ...], tau: Array | None, of_one_time: Callable[[Array | None], Any]) -> Any:
    """Results at each time, with the axes of t in front; for tau = None, at infinity alone."""
    if tau is None:
        return of_one_time(None)
    if not shape:
        return of_one_time(tau[0])
    stacked = jax.vmap(of_one_time)(tau)
    return jax.tree.map(lambda leaf: leaf.reshape(shape + leaf.shape[1:]), stacked)
