"""Means over positions."""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ntkbook.stax.image_kernel import ImageKernel, diagonal_positions, mean_over_positions, spread
from ntkbook.stax.kernel import Kernel, VariancesNeeded, kernel_from_distance
from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, check_input_shape, one_per_arguments
from ntkbook.stax.windows import as_windows


@one_per_arguments
def GlobalAvgPool() -> Layer:
    r"""Mean over all positions: (batch, height, width, channels) to (batch, channels). It has no parameters: `()`.

    $$K' = \frac{1}{|P|^2} \sum_{p, p' \in P} K(p, p'), \qquad T' = \frac{1}{|P|^2} \sum_{p, p' \in P} T(p, p')$$

    It needs the covariance of each position with each, and so does every layer before it: |P| times the work of a
    `Flatten`.

    Accuracy: rounding of the result. Distances behind it are differences of means: a nonlinearity behind a pooling
      sees equal inputs as equal, and nearly equal ones to 1e-8 in the angle.
    Source: Novak et al. 2019; neural-tangents' `stax.GlobalAvgPool`.
    """

    def init_fn(key, input_shape):
        check_input_shape("GlobalAvgPool.init_fn", input_shape, ranks=(3, 4))
        return (input_shape[0], input_shape[-1]), ()

    def apply_fn(params, x):
        x = jnp.asarray(x)
        check_input_shape("GlobalAvgPool.apply_fn", x.shape, ranks=(3, 4))
        return x.mean(tuple(range(1, x.ndim - 1)))

    def advance(kernel):
        _check_positions("GlobalAvgPool", kernel)
        cov1, cov2 = mean_over_positions(kernel.cov1, 1), mean_over_positions(kernel.cov2, 1)
        distance = mean_over_positions(kernel.distance, 2)
        rough = kernel.self1 is None
        if not rough:
            # Without these the variances stay too large by as much as the distance, and K comes out the same.
            own1, own2 = mean_over_positions(kernel.self1, 1), mean_over_positions(kernel.self2, 1)
            cov1, cov2 = cov1 - own1, cov2 - own2
            distance = _above_noise(distance - (own1[:, None] + own2[None, :]) / 2, distance)
        return kernel_from_distance(
            distance,
            mean_over_positions(kernel.ntk, 2),
            cov1,
            cov2,
            rough=rough,
            truncation=kernel.truncation,
            width=kernel.width,
            gaussian=kernel.gaussian,
            sources=kernel.sources,
        )

    return Layer(init_fn, apply_fn, KernelFn("GlobalAvgPool", advance, positions="all"))


def AvgPool(window_shape: Sequence[int], strides: Sequence[int] | None = None, padding: str = "VALID") -> Layer:
    r"""Mean over windows of positions. It has no parameters: `()`.

    $$K'(p, p') = \frac{1}{|F|^2} \sum_{o, o' \in F} K(p + o, p' + o')$$

    Args:
      window_shape: extent of a window, (height, width) or (length,).
      strides: steps between windows, by default 1 as in neural-tangents; pass window_shape for windows side by side.
      padding: as in `Conv`; zeros that are added count in the mean.
    Raises: ValueError: windows that do not fit; an unknown padding.
    Accuracy: as `GlobalAvgPool`.
    """
    return _avg_pool(as_windows("AvgPool", window_shape, strides, padding))


@one_per_arguments
def _avg_pool(windows):
    rank = len(windows.shape) + 2
    area = math.prod(windows.shape)

    def init_fn(key, input_shape):
        check_input_shape("AvgPool.init_fn", input_shape, ranks=(rank,))
        return (input_shape[0], *windows.output_shape(input_shape[1:-1]), input_shape[-1]), ()

    def apply_fn(params, x):
        x = jnp.asarray(x)
        check_input_shape("AvgPool.apply_fn", x.shape, ranks=(rank,))
        return windows.sum_each(x, 1, 1) / area

    def advance(kernel):
        _check_positions("AvgPool", kernel)
        if kernel.self1 is None:
            raise VariancesNeeded

        def mean(array, first):
            return windows.sum_each(array, first, 2) / area**2

        own = [
            mean((spread(q, 0, True) + spread(q, 1, True)) / 2 - d, 1)
            for d, q in ((kernel.self1, kernel.cov1), (kernel.self2, kernel.cov2))
        ]
        cov1, cov2 = map(diagonal_positions, own)
        new = kernel.replace(cov1=cov1, cov2=cov2, ntk=mean(kernel.ntk, 2))
        middles = [(spread(q, 0, True) + spread(q, 1, True)) / 2 for q in (cov1, cov2)]
        q1, q2 = new.variances()
        return new.replace(
            distance=_above_noise((q1 + q2) / 2 - mean(kernel.nngp, 2), (q1 + q2) / 2),
            self1=_above_noise(middles[0] - own[0], middles[0]),
            self2=_above_noise(middles[1] - own[1], middles[1]),
        )

    return Layer(init_fn, apply_fn, KernelFn("AvgPool", advance, positions="all"))


def _above_noise(d, middle):
    """A distance that was made as a difference: what is below the rounding error of its terms is 0."""
    noise = d < 32 * jnp.finfo(d.dtype).eps * middle
    return d - jax.lax.stop_gradient(jnp.where(noise, d, 0))


def _check_positions(layer, kernel):
    if isinstance(kernel, Kernel):
        raise ValueError(f"{layer}.kernel_fn: its inputs have no positions. Use it before Flatten, behind a Conv.")
    if not isinstance(kernel, ImageKernel):
        raise ValueError(f"{layer}.kernel_fn: got {len(kernel)} branches, expected one. Use parallel(...).")
