"""The exponential and the Gaussian bump."""

import math

import jax.numpy as jnp

from ntkbook.stax.activation import activation
from ntkbook.stax.kernel import Dual, Pair, with_gaps
from ntkbook.stax.layer import Layer, one_per_arguments


@one_per_arguments
def Exp(a: float = 1.0, b: float = 1.0) -> Layer:
    r"""Activation a e^{bz}, entry by entry. Its limit is $\mathbb{E}\, e^{bu} e^{bv} = e^{b^2 p}$, p = (q1 + q2)/2 + k.

    Accuracy: rounding of the exponent: 1e-16 b^2 p.
    """

    def variance(q):
        return a**2 * jnp.exp(2 * b**2 * q)

    def dual(pair: Pair) -> Dual:
        scaled = pair.scaled(b**2)
        k = a**2 * jnp.exp(scaled.p)
        Q1, Q2 = variance(pair.q1), variance(pair.q2)
        scale = a**2 * jnp.exp(scaled.q1 + scaled.q2)
        d = scale * (2 * jnp.sinh(scaled.delta / 2) ** 2 - jnp.expm1(-scaled.d))
        return with_gaps(k, b**2 * k, d, (Q1 + Q2) / 2 + k, Q1, Q2, 2 * scale * jnp.sinh(scaled.delta))

    return activation("Exp", lambda z: a * jnp.exp(b * z), variance, dual)


@one_per_arguments
def Gaussian(a: float = 1.0, b: float = -1.0) -> Layer:
    r"""Activation a e^{b z^2}, entry by entry, for b <= 0.

    $$\mathbb{E}\, e^{b u^2} e^{b v^2} = H^{-1/2}, \qquad H = (1 - 2b q_1)(1 - 2b q_2) - 4b^2 k^2$$

    Convention: neural-tangents', where b = -1 by default.

    Raises: ValueError: b > 0, where the expectation is infinite for large variances.
    Accuracy: rounding.
    """
    if not (math.isfinite(a) and b <= 0):
        raise ValueError(f"Gaussian(b={b}): a bump needs b <= 0; the moments of e^(b z^2) with b > 0 are infinite.")
    decay = -b

    def variance(q):
        return a**2 / jnp.sqrt(1 + 4 * decay * q)

    def dual(pair: Pair) -> Dual:
        scaled = pair.scaled(decay)
        sine2 = scaled.c * scaled.s  # q1 q2 - k^2
        root1, root2 = jnp.sqrt(1 + 4 * scaled.q1), jnp.sqrt(1 + 4 * scaled.q2)
        mean, product = 1 + 2 * (scaled.q1 + scaled.q2), root1 * root2
        H = mean + 4 * sine2
        spread = 8 * (scaled.delta / (root1 + root2)) ** 2  # mean - product
        excess = spread * (mean + 2 * product) / 2 + 2 * (mean + product) * sine2
        d = excess / (product * jnp.sqrt(H) * ((root1 + root2) / 2 * jnp.sqrt(H) + product))
        k, k_dot = 1 / jnp.sqrt(H), 4 * decay * scaled.k / (H * jnp.sqrt(H))
        Q_difference = -4 * scaled.delta / ((root1 + root2) * product)
        p = (1 / root1 + 1 / root2) / 2 + k
        moments = (a**2 * moment for moment in (k, k_dot, d, p))
        return with_gaps(*moments, variance(pair.q1), variance(pair.q2), a**2 * Q_difference)

    return activation("Gaussian", lambda z: a * jnp.exp(b * z * z), variance, dual)
