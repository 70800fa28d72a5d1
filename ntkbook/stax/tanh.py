"""The hyperbolic tangent."""

import jax.numpy as jnp

from ntkbook.stax.elementwise import elementwise
from ntkbook.stax.layer import Layer


def Tanh() -> Layer:
    """Activation a = tanh(z), entry by entry. Smooth, odd, bounded by 1."""
    return elementwise("Tanh", jnp.tanh)
