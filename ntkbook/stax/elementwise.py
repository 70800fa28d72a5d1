"""What all activations share."""

from collections.abc import Callable

import jax.numpy as jnp

from ntkbook.stax.layer import Layer, check_input_shape


def elementwise(name: str, phi: Callable) -> Layer:
    """Layer that applies the scalar function `phi` to each entry; it has no parameters: `()`."""

    def init_fn(key, input_shape):
        check_input_shape(f"{name}.init_fn", input_shape)
        return tuple(input_shape), ()

    def apply_fn(params, x):
        check_input_shape(f"{name}.apply_fn", jnp.shape(x))
        return phi(jnp.asarray(x))

    return Layer(init_fn, apply_fn)
