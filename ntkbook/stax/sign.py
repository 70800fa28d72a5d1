"""The sign function."""

import math

import jax.numpy as jnp

from ntkbook.stax.activation import activation
from ntkbook.stax.angle import angle
from ntkbook.stax.kernel import Dual, Pair
from ntkbook.stax.layer import Layer, one_per_arguments


@one_per_arguments
def Sign() -> Layer:
    r"""Activation a = sgn(z), entry by entry, with sgn(0) = 0.

    $$\mathbb{E}\,\mathrm{sgn}(u)\,\mathrm{sgn}(v) = 1 - \tfrac{2}{\pi} \theta = \tfrac{2}{\pi} \arcsin\rho$$

    Its derivative is 0 wherever it exists, so nothing below it trains: the tangent kernel of its inputs is dropped.

    Accuracy: rounding. Sheppard 1899; the limit n = 0 of Cho and Saul 2009.
    """

    def dual(pair: Pair) -> Dual:
        acute = pair.acute
        small = (2 / math.pi) * angle(pair.t)
        alive = (pair.m > 0).astype(small.dtype)
        k = alive * jnp.where(acute, 1 - small, small - 1)
        c, s = alive * jnp.where(acute, small, 2 - small), alive * jnp.where(acute, 2 - small, small)
        # A row of zeros has variance 0, not 1: half the difference of the norms is then no longer 0.
        g = (jnp.sign(pair.q1) - jnp.sign(pair.q2)) ** 2 / 2
        return Dual(k, jnp.zeros_like(k), c + g, s + g, c, s)

    return activation("Sign", jnp.sign, jnp.sign, dual)
