"""The rectified linear unit and its family: two slopes, one on each side of 0."""

import math

import jax.numpy as jnp

from ntkbook.stax.activation import activation
from ntkbook.stax.angle import abs_gap
from ntkbook.stax.kernel import Dual, Pair
from ntkbook.stax.layer import Layer, one_per_arguments


def Relu() -> Layer:
    """Activation a = max(z, 0), entry by entry. Its derivative at the kink z = 0 is taken as 0.

    The limit is the arc-cosine kernel of Cho and Saul 2009: see `ABRelu`.
    """
    return _two_slopes("Relu", 0.0, 1.0)


def LeakyRelu(alpha: float) -> Layer:
    """Activation a = z for z > 0, else alpha z. See `ABRelu`."""
    return _two_slopes("LeakyRelu", alpha, 1.0)


def Abs() -> Layer:
    """Activation a = |z|, with derivative 0 at z = 0. See `ABRelu`."""
    return _two_slopes("Abs", -1.0, 1.0)


def ABRelu(a: float, b: float) -> Layer:
    r"""Activation a min(z, 0) + b max(z, 0), entry by entry.

    It is (a + b)/2 z + (b - a)/2 |z|, and the two parts are uncorrelated. With rho = cos(theta),

    $$\mathbb{E}|u||v| = \tfrac{2}{\pi} \sqrt{q_1 q_2}\, (\sin\theta + (\tfrac{\pi}{2} - \theta) \cos\theta),
    \qquad \mathbb{E}\,\mathrm{sgn}(u)\,\mathrm{sgn}(v) = 1 - \tfrac{2}{\pi} \theta.$$

    Args:
      a, b: slopes for negative and for positive z, as in neural-tangents.
    Accuracy: rounding, for every angle. The angle comes from differences, folded to [0, pi/2].
    Source: Cho and Saul 2009, equations 3 to 6, n = 1 and n = 0.
    """
    return _two_slopes("ABRelu", a, b)


@one_per_arguments
def _two_slopes(name, a, b):
    if not (math.isfinite(a) and math.isfinite(b)):
        raise ValueError(f"{name}: slopes are finite numbers, got {a} and {b}.")
    linear, even = ((a + b) / 2) ** 2, ((b - a) / 2) ** 2
    total = linear + even

    def phi(z):
        return a * jnp.where(z < 0, z, 0) + b * jnp.where(z > 0, z, 0)

    def dual(pair: Pair) -> Dual:
        m = pair.m
        unit_gap, theta = abs_gap(pair.t)
        gap = m * unit_gap
        signs = 1 - (2 / math.pi) * theta
        c = linear * pair.c + even * gap
        s = linear * pair.s + even * (2 * m - gap)
        return Dual(
            k=linear * pair.k + even * (m - gap),
            k_dot=linear + even * jnp.where(pair.acute, signs, -signs),
            d=c + total * pair.g,
            p=s + total * pair.g,
            c=c,
            s=s,
        )

    return activation(name, phi, lambda q: total * q, dual)
