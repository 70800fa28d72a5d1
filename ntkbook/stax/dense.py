"""The fully connected layer."""

import math

import jax
import jax.numpy as jnp

from ntkbook.stax.kernel import Kernel
from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, check_input_shape, check_key, one_per_arguments
from ntkbook.stax.linear import affine, as_width, check_linear, new_source, own_ntk


@one_per_arguments
def Dense(out_dim: int, W_std: float = 1.0, b_std: float | None = None, *, parameterization: str = "ntk") -> Layer:
    r"""Fully connected layer.

    $$z = \frac{\sigma_w}{\sqrt{n}}\, x W + \sigma_b\, b, \qquad W_{ij}, b_j \sim \mathcal{N}(0, 1)$$

    $$K' = \sigma_w^2 K + \sigma_b^2, \qquad T' = K' + \sigma_w^2 T$$

    With parameterization="standard" the factors stand in the weights, z = x W + b, W_ij of standard deviation
    sigma_w / sqrt(n) and b_j of sigma_b: K' is the same, and T' = n K + 1 + sigma_w^2 T (no 1 without bias) grows
    with the width n of the layer below.

    Convention: `W_std` and `b_std` are standard deviations, not variances; they stand in the function,
    so gradients with respect to W and b carry them. The parameters are (W, b) with W of shape
    (n, width), applied from the right to inputs that are rows (on paper: W^T x), and b of shape (width,).

    Args:
      out_dim: number of units of the layer, at least 1. In the NTK parametrization the limit does not depend on it.
      W_std: sigma_w, the standard deviation of a weight before the 1/sqrt(fan-in).
      b_std: sigma_b. `None` means no bias: the parameters are then (W, None). With 0.0 the layer has
        a bias that never acts.
      parameterization: "ntk" or "standard".
    Returns: a `Layer`; its numbers are float64 if JAX has x64 enabled, else float32.
    Raises: TypeError: out_dim is no whole number; init_fn got no random key. ValueError: out_dim below 1; W_std or
      b_std negative, infinite, NaN or no number; an unknown parameterization; inputs that are not (batch,
      features), or not of the fan-in that the parameters were made for.
    Accuracy: of the kernels, rounding, relative to each difference that is carried.
    Source: Jacot et al. 2018, section 3, with beta = b_std and W_std = 1; standard: Sohl-Dickstein et al. 2020.
    """
    width = as_width("Dense", "out_dim", out_dim)
    check_linear("Dense", W_std, b_std, parameterization)
    standard = parameterization == "standard"

    def init_fn(key, input_shape):
        check_key("Dense.init_fn", key)
        check_input_shape("Dense.init_fn", input_shape, ranks=(2,))
        key_W, key_b = jax.random.split(key)
        W = jax.random.normal(key_W, (input_shape[1], width))
        b = None if b_std is None else jax.random.normal(key_b, (width,))
        if standard:
            W = (W_std / math.sqrt(input_shape[1])) * W
            b = None if b is None else b_std * b
        return (input_shape[0], width), (W, b)

    def apply_fn(params, x):
        W, b = params
        check_input_shape("Dense.apply_fn", jnp.shape(x), ranks=(2,))
        fan_in = W.shape[0]
        if jnp.shape(x)[1] != fan_in:
            raise ValueError(
                f"Dense.apply_fn: these parameters were made for inputs with {fan_in} features, got shape "
                f"{jnp.shape(x)}. Call init_fn again with this shape, or check that inputs are rows."
            )
        z = jnp.asarray(x) @ W
        if standard:
            return z if b is None else z + b[None, :]
        z = (W_std / math.sqrt(fan_in)) * z
        return z if b is None else z + b_std * b[None, :]

    w, beta = W_std**2, 0.0 if b_std is None else b_std**2

    def advance(kernel):
        if not isinstance(kernel, Kernel):
            raise ValueError(
                "Dense.kernel_fn: its inputs still have positions. Put Flatten() or GlobalAvgPool() before Dense."
            )
        new = affine(kernel, w, beta)
        ntk = own_ntk(new, kernel, kernel.width, standard, b_std) + w * kernel.ntk
        # The weights of each call are fresh: a network that uses this layer twice draws them twice.
        return new.replace(
            ntk=ntk, width=jnp.full_like(kernel.width, width), gaussian=True, sources=frozenset([new_source()])
        )

    return Layer(init_fn, apply_fn, KernelFn("Dense", advance))
