"""The error function, and the sigmoid made of it."""

import math

import jax
import jax.numpy as jnp

from ntkbook.stax.activation import activation
from ntkbook.stax.angle import angle, arcsin
from ntkbook.stax.kernel import Dual, Pair, with_gaps
from ntkbook.stax.layer import Layer, one_per_arguments


def Erf(a: float = 1.0, b: float = 1.0, c: float = 0.0) -> Layer:
    r"""Activation a erf(b z) + c, entry by entry. Smooth; by default odd and bounded by 1.

    $$\mathrm{erf}(z) = \frac{2}{\sqrt{\pi}} \int_0^z e^{-t^2}\, dt, \qquad
    \mathbb{E}\,\mathrm{erf}(u)\,\mathrm{erf}(v) = \tfrac{2}{\pi} \arcsin \frac{2k}{\sqrt{(1 + 2q_1)(1 + 2q_2)}}$$

    Convention: the mathematical erf, as in `math.erf` and in neural-tangents' `stax.Erf()`; some
    sources use erf(z / sqrt(2)).

    Accuracy: rounding, for every angle and variance.
    Source: Williams 1997, equation 11.
    """
    return _affine_erf("Erf", a, b, c)


def Sigmoid_like() -> Layer:
    """Activation 1/2 + erf(z / 2.4020563531719796) / 2: the logistic sigmoid to 0.02, with a closed kernel.

    Source: neural-tangents' `stax.Sigmoid_like`.
    """
    return _affine_erf("Sigmoid_like", 0.5, 1 / 2.4020563531719796, 0.5)


@one_per_arguments
def _affine_erf(name, a, b, shift):
    def phi(z):
        return a * jax.lax.erf(b * z) + shift

    def variance(q):
        return a**2 * (1 - (2 / math.pi) * _psi(b**2 * q)) + shift**2

    def dual(pair: Pair) -> Dual:
        # The limit is that of the sign of (u, 1/sqrt(2)): an angle psi, in vectors longer by a bias.
        scaled = pair.scaled(b**2)
        q1, q2, m, g = scaled.q1, scaled.q2, scaled.m, scaled.g
        sides = jnp.sqrt(1 + 2 * q1), jnp.sqrt(1 + 2 * q2), jnp.sqrt(1 + 4 * q1), jnp.sqrt(1 + 4 * q2)
        side1, side2, root1, root2 = jax.lax.optimization_barrier(sides)
        M = side1 * side2
        spread = 4 * g / (M + 2 * m + 1)
        minus, plus = 1 + 2 * scaled.c + spread, 1 + 2 * scaled.s + spread  # M - 2k, M + 2k
        half = 0.5 / M
        theta = angle(jnp.minimum(minus, plus) * half)
        # Half of E (erf u -+ erf v)^2, whichever is small: the angle theta beside the mean angle of u, u and v, v, from
        # cos(middle) - cos(theta) = (4 gap + ...) / 2M, a sum of positive terms.
        cosines = (4 * scaled.gap + 8 * g / (root1 * root2 + 4 * m + 1)) * half
        middle = (_psi(q1) + _psi(q2)) / 2
        # 2 sin((theta + middle) / 2), where sine and cosine are those of theta / 2.
        sine, cosine = jnp.sqrt(jnp.minimum(minus, plus) * half), jnp.sqrt(jnp.maximum(minus, plus) * half)
        near = (4 * a**2 / math.pi) * arcsin(
            cosines / (2 * (sine * jnp.cos(middle / 2) + cosine * jnp.sin(middle / 2)))
        )
        far = a**2 * (2 - (4 / math.pi) * middle) - near
        k = jnp.where(scaled.acute, 1, -1) * (1 - (2 / math.pi) * theta) * a**2
        Q_difference = (4 / math.pi) * arcsin(2 * scaled.delta / (M * (root1 + root2)))
        k_dot = (4 / math.pi) * (a * b) ** 2 / jnp.sqrt(minus * plus)
        d, p = jnp.where(scaled.acute, near, far), jnp.where(scaled.acute, far, near)
        shift2 = shift**2
        return with_gaps(
            k + shift2, k_dot, d, p + 2 * shift2, variance(pair.q1), variance(pair.q2), a**2 * Q_difference
        )

    return activation(name, phi, variance, dual)


def _psi(q):
    """arccos(2q / (1 + 2q))."""
    return 2 * jnp.arctan2(jnp.ones_like(q), jnp.sqrt(1 + 4 * q))
