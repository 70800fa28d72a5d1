"""The Gaussian error linear unit."""

from functools import partial

import jax

from ntkbook.stax.elementwise import Elementwise
from ntkbook.stax.layer import Layer, one_per_arguments


@one_per_arguments
def Gelu(approximate: bool = False, terms: int = 256) -> Layer:
    """Activation a = z Phi(z), Phi the normal distribution function, entry by entry.

    Its limit is summed as a series: see `Elementwise`.

    Args:
      approximate: the form with tanh instead, as in neural-tangents and `jax.nn.gelu`; there the default is True.
      terms: see `Elementwise`.
    """
    return Elementwise(partial(jax.nn.gelu, approximate=approximate), terms=terms, name="Gelu")
