"""Hermite polynomials."""

import math

import numpy as np

from ntkbook.stax.layer import Layer
from ntkbook.stax.polynomial import _polynomial


def Hermite(degree: int) -> Layer:
    r"""Activation $\mathrm{He}_n(z) / \sqrt{n!}$, n = degree at least 0: orthonormal for z ~ N(0, 1).

    At unit variances the limit is $\mathbb{E}\,\phi(u)\phi(v) = \rho^n$; at others it is that of the polynomial, see
    `Polynomial`.

    Convention: the probabilist's He_n, normalized, as in neural-tangents, which assumes unit variances.
    Raises: ValueError: a degree that is no whole number, or above 30, where the coefficients cancel each other.
    Accuracy: rounding times the largest coefficient: 1e-15 at degree 6, 1e-11 at degree 30.
    """
    if not isinstance(degree, int | np.integer) or not 0 <= degree <= 30:
        raise ValueError(f"Hermite(degree={degree!r}): expected a whole number from 0 to 30.")
    coefficients = np.polynomial.hermite_e.herme2poly([0.0] * degree + [1.0]) / math.sqrt(math.factorial(degree))
    return _polynomial("Hermite", tuple(float(c) for c in coefficients))
