"""The record of a training run."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
from jaxtyping import Array, Float

__all__ = ["Loss", "Params", "Path", "record"]

Params = Any
Loss = Callable[[Array, Array], Array]


class Path(NamedTuple):
    """A training run, recorded at T times.

    Fields:
      times: shape (T,).
      params: pytree like the network's parameters, each leaf with a leading axis of T. `None` where the
        outputs were followed without parameters.
      outputs: at the training inputs, shape (T, N) or (T, N, k).
      loss: shape (T,).
    """

    times: Float[Array, " T"]
    params: Params
    outputs: Float[Array, "T N ..."]
    loss: Float[Array, " T"]


def record(times: Array, theta: Params, outputs: Array, y: Array, loss: Loss) -> Path:
    """A path with its loss at each time."""
    return Path(times, theta, outputs, jax.vmap(lambda f: loss(f, y))(outputs))
