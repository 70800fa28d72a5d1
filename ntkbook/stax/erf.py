"""The error function, and the sigmoid made of it."""

import math

import jax
import jax.numpy as jnp

from ntkbook.stax.activation import activation
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
        M = jnp.sqrt((1 + 2 * q1) * (1 + 2 * q2))
        root1, root2 = jnp.sqrt(1 + 4 * q1), jnp.sqrt(1 + 4 * q2)
        spread = 4 * g / (M + 2 * m + 1)
        minus, plus = 1 + 2 * scaled.c + spread, 1 + 2 * scaled.s + spread  # M - 2k, M + 2k
        psi = 2 * jnp.arctan2(jnp.sqrt(minus), jnp.sqrt(plus))
        middle = (_psi(q1) + _psi(q2)) / 2

        def half(psi, gap):
            # psi - middle, from cos(middle) - cos(psi) = (4 gap + ...) / 2M, a sum of positive terms.
            cosines = (4 * gap + 8 * g / (root1 * root2 + 4 * m + 1)) / (2 * M)
            return (4 / math.pi) * jnp.arcsin(cosines / (2 * jnp.sin((psi + middle) / 2)))

        Q_difference = (4 / math.pi) * jnp.arcsin(2 * scaled.delta / (M * (root1 + root2)))
        k = (1 - (2 / math.pi) * psi) * a**2
        k_dot = (4 / math.pi) * (a * b) ** 2 / jnp.sqrt(minus * plus)
        d, p = a**2 * half(psi, scaled.c), a**2 * half(math.pi - psi, scaled.s)
        shift2 = shift**2
        return with_gaps(
            k + shift2, k_dot, d, p + 2 * shift2, variance(pair.q1), variance(pair.q2), a**2 * Q_difference
        )

    return activation(name, phi, variance, dual)


def _psi(q):
    """arccos(2q / (1 + 2q))."""
    return 2 * jnp.arctan2(jnp.ones_like(q), jnp.sqrt(1 + 4 * q))
