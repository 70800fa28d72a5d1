"""Sine and cosine."""

import math

import jax.numpy as jnp

from ntkbook.stax.activation import activation
from ntkbook.stax.kernel import Dual, Pair, with_gaps
from ntkbook.stax.layer import Layer, one_per_arguments


def Sin(a: float = 1.0, b: float = 1.0, c: float = 0.0) -> Layer:
    r"""Activation a sin(b z + c), entry by entry.

    $$\mathbb{E} \sin(bu + c) \sin(bv + c) = \tfrac12 (e^{-b^2 d} - \cos(2c)\, e^{-b^2 p}),
    \qquad d, p = \tfrac{q_1 + q_2}{2} \mp k$$

    Accuracy: rounding.
    """
    return _sinusoid("Sin", jnp.sin, a, b, c, math.cos(2 * c))


def Cos(a: float = 1.0, b: float = 1.0, c: float = 0.0) -> Layer:
    """Activation a cos(b z + c), entry by entry: `Sin` with a quarter turn more."""
    return _sinusoid("Cos", jnp.cos, a, b, c, -math.cos(2 * c))


@one_per_arguments
def _sinusoid(name, wave, a, b, c, turn):
    def phi(z):
        return a * wave(b * z + c)

    def variance(q):
        # The form that does not cancel at q = 0 when turn = 1.
        return a**2 / 2 * (1 - turn - turn * jnp.expm1(-2 * b**2 * q))

    def dual(pair: Pair) -> Dual:
        scaled = pair.scaled(b**2)
        minus, plus = jnp.exp(-scaled.d), jnp.exp(-scaled.p)
        lost, antilost = -jnp.expm1(-scaled.d), -jnp.expm1(-scaled.p)
        # e^-(q1+q2) sinh(delta/2)^2 and e^-(q1+q2) sinh(delta), written so that neither overflows.
        lower, size = jnp.minimum(scaled.q1, scaled.q2), jnp.abs(scaled.delta)
        square = jnp.exp(-2 * lower) * jnp.expm1(-size) ** 2 / 4
        sinh = -jnp.sign(scaled.delta) * jnp.exp(-2 * lower) * jnp.expm1(-2 * size) / 2
        d = lost * (1 + turn * plus) / 2 - turn * square
        p = (1 - turn) * (1 + minus) / 2 + turn * (antilost * (1 + minus) / 2 - square)
        moments = (minus - turn * plus) / 2, b**2 * (minus + turn * plus) / 2, d, p
        return with_gaps(
            *(a**2 * moment for moment in moments), variance(pair.q1), variance(pair.q2), a**2 * turn * sinh
        )

    return activation(name, phi, variance, dual)
