"""What the linear layers, `Dense` and `Conv`, share."""

import itertools
import math
import operator
from typing import Any

import jax
import jax.numpy as jnp

from ntkbook.stax.angle import sqrt
from ntkbook.stax.kernel import Kernel

_numbers = itertools.count()


def new_source() -> int:
    """A name for freshly drawn weights: see `sources` of `Kernel`."""
    return next(_numbers)


def affine(kernel: Kernel, w: float, b: float) -> Kernel:
    r"""Second moments behind a linear layer of weight variance w and bias variance b; the NTK is left as it was.

    Every line is a sum of positive terms, so no digit is lost: with Q = w q + b,

    $$\sqrt{Q_1 Q_2} - (w k + b) = w c + \frac{2 w b\, g}{\sqrt{Q_1 Q_2} + w \sqrt{q_1 q_2} + b},
    \qquad g = \tfrac12 (\sqrt{q_1} - \sqrt{q_2})^2.$$
    """
    pair = kernel.pair
    cov1, cov2 = w * kernel.cov1 + b, w * kernel.cov2 + b
    R1, R2 = jax.lax.optimization_barrier((sqrt(cov1), sqrt(cov2)))
    bottom = R1[:, None] * R2[None, :] + w * pair.m + b
    spread = (2 * w * b) * pair.g / jnp.where(bottom > 0, bottom, 1)
    moved = w * pair.k + b, w * pair.d, w * pair.p + 2 * b, w * pair.c + spread, w * pair.s + 2 * b + spread
    return kernel.moved(*moved, cov1=cov1, cov2=cov2)


def own_ntk(new, mean, fan_in: Any, standard: bool, b_std: float | None) -> Any:
    """What the layer's own weights and biases add to the tangent kernel.

    Args:
      new: the state behind the layer.
      mean: the state of what a unit is a sum over, averaged: before a `Dense`, the state itself.
      fan_in: how many weights meet in a unit.
    """
    if not standard:
        return new.nngp
    return fan_in * mean.nngp + (0.0 if b_std is None else 1.0)


def as_width(layer: str, argument: str, value: Any) -> int:
    """A number of units or channels, at least 1."""
    try:
        width = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{layer}({argument}={value!r}): {argument} is the number of units, an integer. Pass for example "
            f"{layer}(512{', (3, 3)' if layer == 'Conv' else ''})."
        ) from None
    if width < 1:
        raise ValueError(
            f"{layer}({argument}={width}): a layer needs at least one unit. For the infinite limit keep any "
            "positive width: the kernel does not depend on it."
        )
    return width


def check_linear(layer: str, W_std: Any, b_std: Any, parameterization: str) -> None:
    """Raises ValueError unless the standard deviations are finite and not negative, and the name is known."""
    for name, std in (("W_std", W_std), ("b_std", 0.0 if b_std is None else b_std)):
        if not _is_standard_deviation(std):
            raise ValueError(
                f"{layer}({name}={std!r}): a standard deviation is a finite number, at least 0. If you have a "
                f"variance, pass its square root{'; for no bias pass b_std=None' if name == 'b_std' else ''}."
            )
    if parameterization not in ("ntk", "standard"):
        raise ValueError(
            f'{layer}: parameterization is "ntk" or "standard", got {parameterization!r}. With "ntk" the factor '
            'W_std / sqrt(n) stands in the function and the tangent kernel has a limit; with "standard" it stands in '
            "the weights, and the tangent kernel grows with the width."
        )


def _is_standard_deviation(std):
    if isinstance(std, jax.core.Tracer):
        return jnp.shape(std) == ()  # its value is not known yet, as when a likelihood is differentiated in it
    try:
        return math.isfinite(std) and std >= 0
    except TypeError:
        return False
