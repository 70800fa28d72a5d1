"""What predictions come in, and how several kernels are asked for and named."""

from collections import namedtuple
from typing import Any, NamedTuple

from jaxtyping import Array, Float

__all__ = ["Gaussian", "as_get", "field", "named"]


class Gaussian(NamedTuple):
    """Mean and covariance of the outputs at a set of points.

    Fields:
      mean: shaped as the outputs, (M, k), after the axes of the times.
      covariance: shaped as the kernel, (M, M), or (M, M, k, k) with `trace_axes=()`, after the axes of the times.
    """

    mean: Float[Array, "..."]
    covariance: Float[Array, "..."]


def as_get(name: str, get: Any, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The kernels asked for, as a tuple; None stands for ("nngp", "ntk").

    Raises: ValueError: a kernel that is not in `allowed`.
    """
    wanted = ("nngp", "ntk") if get is None else (get,) if isinstance(get, str) else tuple(get)
    for kernel in wanted:
        if kernel not in allowed:
            raise ValueError(f"{name}: get is one of {', '.join(map(repr, allowed))} or a tuple of them, got {get!r}.")
    return wanted


def named(get: Any, results: dict[str, Any]) -> Any:
    """The one result for a string, a named tuple of all for a tuple or None."""
    return results[get] if isinstance(get, str) else namedtuple("Gaussians", results)(**results)


def field(name: str, label: str, kernels: Any, kernel: str) -> Any:
    """One kernel out of a record; an array is taken as it is.

    Raises: ValueError: the record lacks it.
    """
    if not (hasattr(kernels, "nngp") or hasattr(kernels, "ntk")):
        return kernels
    array = getattr(kernels, kernel, None)
    if array is None:
        raise ValueError(
            f'{name}: {label} has no {kernel}. Take both kernels, as by kernel_fn(x1, x2, ("nngp", "ntk")): the spread '
            "at initialization is the nngp, and the pace of training is the ntk."
        )
    return array
