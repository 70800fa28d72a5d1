"""The error function."""

import jax

from ntkbook.stax.elementwise import elementwise
from ntkbook.stax.layer import Layer


def Erf() -> Layer:
    r"""Activation a = erf(z), entry by entry. Smooth, odd, bounded by 1.

    $$\mathrm{erf}(z) = \frac{2}{\sqrt{\pi}} \int_0^z e^{-t^2}\, dt$$

    Convention: the mathematical erf, as in `math.erf` and in neural-tangents' `stax.Erf()`; some
    sources use erf(z / sqrt(2)).
    """
    return elementwise("Erf", jax.scipy.special.erf)
