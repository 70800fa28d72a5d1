"""The fully connected layer."""

import math
import operator

import jax
import jax.numpy as jnp

from ntkbook.stax.layer import Layer, check_input_shape, check_key


def Dense(width: int, W_std: float = 1.0, b_std: float | None = None) -> Layer:
    r"""Fully connected layer in the NTK parametrization.

    $$z = \frac{\sigma_w}{\sqrt{n}}\, x W + \sigma_b\, b, \qquad W_{ij}, b_j \sim \mathcal{N}(0, 1)$$

    Convention: `W_std` and `b_std` are standard deviations, not variances; they stand in the function,
    so gradients with respect to W and b carry them. The parameters are (W, b) with W of shape
    (n, width), applied from the right to inputs that are rows (on paper: W^T x), and b of shape (width,).

    Args:
      width: number of units of the layer, at least 1.
      W_std: sigma_w, the standard deviation of a weight before the 1/sqrt(fan-in).
      b_std: sigma_b. `None` means no bias: the parameters are then (W, None). With 0.0 the layer has
        a bias that never acts.
    Returns: a `Layer`; its numbers are float64 if JAX has x64 enabled, else float32.
    Raises: TypeError: width is no whole number; init_fn got no random key. ValueError: width below 1; W_std or
      b_std negative, infinite, NaN or no number; inputs that are not (batch, features), or not of the fan-in
      that the parameters were made for.
    Source: Jacot et al. 2018, section 3, with beta = b_std and W_std = 1.
    """
    try:
        width = operator.index(width)
    except TypeError:
        raise TypeError(
            f"Dense(width={width!r}): width is the number of units, an integer. Pass for example Dense(512)."
        ) from None
    if width < 1:
        raise ValueError(
            f"Dense(width={width}): a layer needs at least one unit. For the infinite limit keep any "
            "positive width: the kernel does not depend on it."
        )
    for name, std in (("W_std", W_std), ("b_std", 0.0 if b_std is None else b_std)):
        if not _is_standard_deviation(std):
            raise ValueError(
                f"Dense({name}={std!r}): a standard deviation is a finite number, at least 0. If you have a "
                f"variance, pass its square root{'; for no bias pass b_std=None' if name == 'b_std' else ''}."
            )

    def init_fn(key, input_shape):
        check_key("Dense.init_fn", key)
        check_input_shape("Dense.init_fn", input_shape)
        key_W, key_b = jax.random.split(key)
        W = jax.random.normal(key_W, (input_shape[1], width))
        b = None if b_std is None else jax.random.normal(key_b, (width,))
        return (input_shape[0], width), (W, b)

    def apply_fn(params, x):
        W, b = params
        check_input_shape("Dense.apply_fn", jnp.shape(x))
        fan_in = W.shape[0]
        if jnp.shape(x)[1] != fan_in:
            raise ValueError(
                f"Dense.apply_fn: these parameters were made for inputs with {fan_in} features, got shape "
                f"{jnp.shape(x)}. Call init_fn again with this shape, or check that inputs are rows."
            )
        z = (W_std / math.sqrt(fan_in)) * (jnp.asarray(x) @ W)
        return z if b is None else z + b_std * b[None, :]

    return Layer(init_fn, apply_fn)


def _is_standard_deviation(std):
    try:
        return math.isfinite(std) and std >= 0
    except TypeError:
        return False
