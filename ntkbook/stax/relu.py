"""The rectified linear unit."""

import jax

from ntkbook.stax.elementwise import elementwise
from ntkbook.stax.layer import Layer


def Relu() -> Layer:
    """Activation a = max(z, 0), entry by entry. Its derivative at the kink z = 0 is taken as 0."""
    return elementwise("Relu", jax.nn.relu)
