r"""Square root, angle and arc with derivatives that are finite wherever the kernel's derivative exists.

At equal inputs the angle has a corner, but nothing moves along it: its derivative is taken as 0 there.

The angle is theta = 2 arcsin(sqrt(t)) with t = gap / (2 sqrt(q1 q2)) in [0, 1/2]. Here theta^2 / t is a power
series in t that converges for |t| < 1, so a polynomial of degree 21 gives it to rounding, for a tenth of the cost
of an arctangent. The square root comes last on purpose: XLA repeats a polynomial in each loop that uses it, but not
a square root.
"""

import math
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np


def _over(numerator, denominator):
    positive = denominator > 0
    return jnp.where(positive, numerator / jnp.where(positive, denominator, 1), 0)


@jax.custom_jvp
def sqrt(q):
    """Square root whose derivative at 0 is 0, the mean of the slopes of |x| at both sides."""
    return jnp.sqrt(q)


@sqrt.defjvp
def _(primals, tangents):
    root = sqrt(*primals)
    return root, _over(tangents[0], 2 * root)


@lru_cache
def _arcsine(degree):
    """Coefficients of (2 arcsin(sqrt(t)))^2 / t on [0, 1/2], highest first, in powers of 4t - 1."""
    series = [2 * 4 ** (n + 1) / ((n + 1) ** 2 * math.comb(2 * n + 2, n + 1)) for n in range(60)]
    # At Chebyshev's nodes interpolation is within a factor log(degree) of the best polynomial.
    nodes = np.cos(np.pi * (np.arange(64) + 0.5) / 64)
    values = np.polynomial.polynomial.polyval((nodes + 1) / 4, series)
    chebyshev = np.polynomial.chebyshev.chebfit(nodes, values, degree)
    return [float(a) for a in np.polynomial.chebyshev.cheb2poly(chebyshev)[::-1]]


def _theta(t):
    """2 arcsin(sqrt(t)) for 0 <= t <= 1/2."""
    first, *others = _arcsine(21 if t.dtype == jnp.float64 else 9)
    x, total = 4 * t - 1, first
    for coefficient in others:
        total = total * x + coefficient
    return jnp.sqrt(t * total)


@jax.custom_jvp
def angle(t):
    """The angle theta in [0, pi/2] with 1 - cos(theta) = 2t."""
    return _theta(jnp.clip(t, 0, 0.5))


@angle.defjvp
def _(primals, tangents):
    (t,) = primals
    return angle(t), _over(1, sqrt(jnp.maximum(t * (1 - t), 0))) * tangents[0]


@jax.custom_jvp
def arcsin(y):
    """Inverse sine for -1 <= y <= 1, to rounding relative to itself."""
    t = jnp.minimum(y * y, 1)
    small = t <= 0.5
    theta = _theta(jnp.where(small, t, 1 - t))
    return jnp.sign(y) * jnp.where(small, theta, math.pi - theta) / 2


@arcsin.defjvp
def _(primals, tangents):
    (y,) = primals
    return arcsin(y), _over(1, sqrt(jnp.maximum(1 - y * y, 0))) * tangents[0]


@jax.custom_jvp
def abs_gap(t):
    """1 - E|u||v| for unit variances and 1 - |rho| = 2t, and the angle.

    E|u||v| = (2/pi) (sin theta + (pi/2 - theta) cos theta).
    """
    t = jnp.clip(t, 0, 0.5)
    theta = _theta(t)
    sine = 2 * jnp.sqrt(t * (1 - t))
    # The bracket is theta^3/3 + ...: its rounding error is that of theta, and so is what it does to the next angle.
    return 2 * t - (2 / math.pi) * jnp.maximum(sine - theta * (1 - 2 * t), 0), theta


@abs_gap.defjvp
def _(primals, tangents):
    value, theta = abs_gap(*primals)
    return (value, theta), ((2 - (4 / math.pi) * theta) * tangents[0], jax.jvp(angle, primals, tangents)[1])
