"""Layer normalization."""

import math
from collections.abc import Sequence

import jax.numpy as jnp

from ntkbook.stax.angle import sqrt
from ntkbook.stax.image_kernel import ImageKernel, mean_over_positions, spread
from ntkbook.stax.kernel import Kernel, require_variances
from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, check_input_shape, one_per_arguments


def LayerNorm(axis: int | Sequence[int] = -1, eps: float = 1e-12) -> Layer:
    r"""Subtracts the mean over `axis` and divides by the standard deviation; it has no parameters: `()`.

    $$a = \frac{z - \bar z}{\sqrt{\overline{(z - \bar z)^2} + \epsilon}}, \qquad
    (K', T') = \frac{(K, T)}{\sqrt{(q_1 + \epsilon)(q_2 + \epsilon)}}$$

    In the limit the mean over units is 0 behind a linear layer, and their mean square is q: neither moves with a
    single parameter, so nothing is added to T.

    Args:
      axis: -1, over the units of each position, or all axes but the batch, (1, 2, 3) for images: then q is the mean
        variance over positions.
      eps: added to the variance.
    Raises: ValueError: other axes, a negative eps; a kernel of units that are not Gaussian of mean 0.
    Source: Ba, Kiros and Hinton 2016; neural-tangents' `stax.LayerNorm`.
    """
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    if not (math.isfinite(eps) and eps >= 0):
        raise ValueError(f"LayerNorm(eps={eps}): expected a finite number, at least 0.")
    return _layer_norm(axes, float(eps))


@one_per_arguments
def _layer_norm(axes, eps):
    def positions_too(rank):
        """Whether positions are averaged over too; ValueError for axes that are neither."""
        chosen = sorted(axis % rank for axis in axes if -rank <= axis < rank)
        if chosen == [rank - 1]:
            return False
        if chosen == list(range(1, rank)) and len(axes) == len(chosen):
            return True
        raise ValueError(
            f"LayerNorm(axis={axes}): for inputs with {rank} axes pass -1, the units, or {tuple(range(1, rank))}, the "
            "units of all positions."
        )

    def init_fn(key, input_shape):
        check_input_shape("LayerNorm.init_fn", input_shape)
        positions_too(len(input_shape))
        return tuple(input_shape), ()

    def apply_fn(params, x):
        x = jnp.asarray(x)
        check_input_shape("LayerNorm.apply_fn", x.shape)
        over = tuple(range(1, x.ndim)) if positions_too(x.ndim) else (-1,)
        x = x - x.mean(over, keepdims=True)
        return x / jnp.sqrt((x**2).mean(over, keepdims=True) + eps)

    def advance(kernel):
        if not isinstance(kernel, Kernel | ImageKernel):
            raise ValueError(f"LayerNorm.kernel_fn: got {len(kernel)} branches, expected one. Use parallel(...).")
        if not kernel.gaussian:
            raise ValueError(
                "LayerNorm.kernel_fn: its inputs are not Gaussian of mean 0, so that more than q enters. Put it right "
                "behind a linear layer: Dense(width) or a Conv."
            )
        require_variances(kernel)
        rank = kernel.cov1.ndim + 1
        if isinstance(kernel, Kernel):
            positions_too(rank)
            return _scaled(kernel, 1 / sqrt(kernel.cov1 + eps), 1 / sqrt(kernel.cov2 + eps))
        scales = [_scale(cov, eps, positions_too(rank)) for cov in (kernel.cov1, kernel.cov2)]
        return _scaled_images(kernel, *scales)

    return Layer(init_fn, apply_fn, KernelFn("LayerNorm", advance))


def _scale(cov, eps, everywhere):
    """1 / standard deviation, for variances (n, h, w)."""
    if everywhere:
        mean = mean_over_positions(cov, 1)
        cov = jnp.broadcast_to(mean.reshape(mean.shape + (1,) * (cov.ndim - 1)), cov.shape)
    return 1 / sqrt(cov + eps)


def _scaled(kernel, s1, s2):
    """The kernel of s1 u and s2 v, without loss in c and s: (s1 r1 - s2 r2)^2 / 2 takes the place of g."""
    pair, factor = kernel.pair, s1[:, None] * s2[None, :]
    g = (s1[:, None] * pair.r1 - s2[None, :] * pair.r2) ** 2 / 2
    k, c, s = factor * pair.k, factor * pair.c, factor * pair.s
    variances = {"cov1": s1**2 * kernel.cov1, "cov2": s2**2 * kernel.cov2}
    return kernel.moved(k, c + g, s + g, c, s, ntk=factor * kernel.ntk, **variances)


def _scaled_images(kernel, s1, s2):
    def distance(pair, a, b):
        return a * b * pair.c + (a * pair.r1 - b * pair.r2) ** 2 / 2

    every = kernel.all_positions
    a, b = spread(s1, 0, every)[:, None], spread(s2, 1, every)[None, :]
    cross, *own = kernel.pairs()
    self1, self2 = (
        None if pair is None else distance(pair, spread(s, 0, True), spread(s, 1, True))
        for pair, s in zip(own, (s1, s2), strict=True)
    )
    return kernel.replace(
        distance=distance(cross, a, b),
        ntk=a * b * kernel.ntk,
        cov1=s1**2 * kernel.cov1,
        cov2=s2**2 * kernel.cov2,
        self1=self1,
        self2=self2,
    )
