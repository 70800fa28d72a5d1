"""The hyperbolic tangent."""

import jax.numpy as jnp

from ntkbook.stax.elementwise import Elementwise
from ntkbook.stax.layer import Layer


def Tanh(terms: int = 256) -> Layer:
    """Activation a = tanh(z), entry by entry. Smooth, odd, bounded by 1.

    Its limit has no closed form: see `Elementwise`, also for `terms`.
    """
    return Elementwise(jnp.tanh, terms=terms, name="Tanh")
