"""The convolution."""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ntkbook.stax.image_kernel import ImageKernel
from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, check_input_shape, check_key, one_per_arguments
from ntkbook.stax.linear import as_width, check_linear, new_source, own_ntk
from ntkbook.stax.windows import Windows, as_windows


def Conv(
    out_chan: int,
    filter_shape: Sequence[int],
    strides: Sequence[int] | None = None,
    padding: str = "VALID",
    W_std: float = 1.0,
    b_std: float | None = None,
    *,
    parameterization: str = "ntk",
) -> Layer:
    r"""Convolution of images (batch, height, width, channels) or of sequences (batch, length, channels).

    $$z_j(p) = \frac{\sigma_w}{\sqrt{n |F|}} \sum_{o \in F} \sum_{i=1}^{n} W_{oij}\, x_i(p + o) + \sigma_b\, b_j$$

    $$K'(p, p') = \frac{\sigma_w^2}{|F|} \sum_{o \in F} K(p + o, p' + o) + \sigma_b^2, \qquad
    T'(p, p') = K'(p, p') + \frac{\sigma_w^2}{|F|} \sum_{o \in F} T(p + o, p' + o)$$

    A position outside the image counts as 0. The parameters are (W, b), W of shape (*filter_shape, n, out_chan), and
    b of shape (out_chan,), or None.

    Args:
      out_chan: number of channels, at least 1. In the NTK parametrization the limit does not depend on it.
      filter_shape: extent of the filter, (height, width) or (length,).
      strides: steps between positions, by default 1.
      padding: "VALID" (whole filters only), "SAME" (zeros around, so that stride 1 keeps the size), or "CIRCULAR"
        (as if the image were repeated).
      W_std, b_std, parameterization: as in `Dense`, with fan-in n |F|.
    Raises: as `Dense`, and ValueError: a filter that does not fit the image or its number of axes, an unknown padding.
    Accuracy: rounding, relative to the distance of patches.
    Source: Novak et al. 2019, Arora et al. 2019 (the CNTK); neural-tangents' `stax.Conv`.
    """
    windows = as_windows("Conv", filter_shape, strides, padding)
    return _conv(as_width("Conv", "out_chan", out_chan), windows, W_std, b_std, parameterization)


@one_per_arguments
def _conv(width, windows: Windows, W_std, b_std, parameterization):
    check_linear("Conv", W_std, b_std, parameterization)
    standard = parameterization == "standard"
    rank = len(windows.shape) + 2
    area = math.prod(windows.shape)

    def init_fn(key, input_shape):
        check_key("Conv.init_fn", key)
        check_input_shape("Conv.init_fn", input_shape, ranks=(rank,))
        key_W, key_b = jax.random.split(key)
        W = jax.random.normal(key_W, (*windows.shape, input_shape[-1], width))
        b = None if b_std is None else jax.random.normal(key_b, (width,))
        if standard:
            W = (W_std / math.sqrt(area * input_shape[-1])) * W
            b = None if b is None else b_std * b
        return (input_shape[0], *windows.output_shape(input_shape[1:-1]), width), (W, b)

    def apply_fn(params, x):
        W, b = params
        x = jnp.asarray(x)
        check_input_shape("Conv.apply_fn", x.shape, ranks=(rank,))
        if x.shape[-1] != W.shape[-2]:
            raise ValueError(
                f"Conv.apply_fn: these parameters were made for inputs with {W.shape[-2]} channels, got shape "
                f"{x.shape}. Channels come last; call init_fn again with this shape."
            )
        z = windows.convolve(x, W)
        if not standard:
            z = (W_std / math.sqrt(area * x.shape[-1])) * z
            b = None if b is None else b_std * b
        return z if b is None else z + b.reshape((1,) * (z.ndim - 1) + (width,))

    w, beta = W_std**2, 0.0 if b_std is None else b_std**2

    def advance(kernel):
        if not isinstance(kernel, ImageKernel) or kernel.cov1.ndim != rank - 1:
            raise ValueError(
                f"Conv.kernel_fn: a filter of shape {windows.shape} needs inputs with {rank - 2} axes of positions. "
                "Pass images as (batch, height, width, channels), sequences as (batch, length, channels)."
            )
        every = kernel.all_positions
        mean = kernel.map_positions(
            lambda array, q1, q2: windows.sum_along(array, q1, q2, every) / area,
            lambda cov: windows.sum_along(cov, None, None, False) / area,
        )
        new = mean.affine(w, beta)
        return new.replace(
            ntk=own_ntk(new, mean, kernel.width * area, standard, b_std) + w * mean.ntk,
            width=jnp.full_like(kernel.width, width),
            gaussian=True,
            sources=frozenset([new_source()]),
        )

    return Layer(init_fn, apply_fn, KernelFn("Conv", advance))
