r"""The Gaussian error linear unit.

It is half of z + z erf(z / sqrt(2)), an odd and an even function, which are uncorrelated. So its kernel is a quarter of
that of the identity, and one in which only |k| enters: with Q = 1 + q, M = sqrt(Q1 Q2) and D = M^2 - k^2,

$$E(k) = \frac{1}{2\pi} \Bigl(|k| \arcsin\frac{|k|}{M} + \frac{1}{M^2} \Bigl(q_1 q_2 \sqrt{D} + \frac{k^2}{\sqrt{D}}
  \Bigr)\Bigr).$$

The half squared distance (E(q1) + E(q2))/2 - E(k) is taken in two steps, each a sum of small terms: from the two
inputs to parallel ones (`_radial`), and from these to the angle between them (`_angular`).
"""

import math
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ntkbook.stax.activation import activation
from ntkbook.stax.angle import arcsin
from ntkbook.stax.elementwise import Elementwise
from ntkbook.stax.kernel import Dual, Pair, with_gaps
from ntkbook.stax.layer import Layer, one_per_arguments


@one_per_arguments
def Gelu(approximate: bool = False, terms: int = 256) -> Layer:
    r"""Activation a = z Phi(z), Phi the normal distribution function, entry by entry.

    $$\mathbb{E}\,\phi(u)\phi(v) = \frac{k}{4} + \frac{k}{2\pi} \arcsin\frac{k}{\sqrt{(1 + q_1)(1 + q_2)}}
      + \frac{1}{2\pi \sqrt{D}} \Bigl(q_1 q_2 + \frac{k^2 (1 - q_1 q_2)}{(1 + q_1)(1 + q_2)}\Bigr), \qquad
      D = (1 + q_1)(1 + q_2) - k^2$$

    and $\mathbb{E}\,\phi'(u)\phi'(v)$ is its derivative in k.

    Args:
      approximate: the form with tanh instead, as in neural-tangents and `jax.nn.gelu`; there the default is True.
        Its limit is summed as a series.
      terms: of that series: see `Elementwise`.
    Accuracy: rounding, for every angle; for variances above 1000 times a thirtieth of their square root.
    Source: Tsuchida, Pearce, van der Heide, Roosta and Gallagher 2021.
    """
    if approximate:
        return Elementwise(partial(jax.nn.gelu, approximate=True), terms=terms, name="Gelu")
    return activation("Gelu", partial(jax.nn.gelu, approximate=False), _variance, _dual)


class _Sides(NamedTuple):
    """What each input brings: 1 + q, its root, sqrt(1 + 2q), the angle arcsin(q / (1 + q)), and 2 pi E(q)."""

    one: jax.Array
    root: jax.Array
    root2: jax.Array
    angle: jax.Array
    even: jax.Array


def _side(q):
    root2 = jnp.sqrt(1 + 2 * q)
    angle = jnp.arctan2(q, root2)
    return _Sides(1 + q, jnp.sqrt(1 + q), root2, angle, q * angle + 2 * q**2 / ((1 + q) * root2))


def _variance(q):
    return q / 4 + _side(q).even / (2 * math.pi)


def _dual(pair: Pair) -> Dual:
    # Per input, so that a pair costs no square root of these.
    side1, side2 = jax.lax.optimization_barrier((_side(pair.q1), _side(pair.q2)))
    m, gap, middle = pair.m, pair.gap, (pair.q1 + pair.q2) / 2
    kappa, M, top = m - gap, side1.root * side2.root, 1 + 2 * middle
    # The angle arcsin(m / M) that parallel inputs would have, and by how much that of |k| is smaller.
    D = top + gap * (m + kappa)
    roots = jnp.sqrt(top), jnp.sqrt(D)
    parallel = arcsin(m / M)
    bottom = m * roots[1] + kappa * roots[0]
    turn = arcsin(gap * (m + kappa) / jnp.where(bottom > 0, bottom, 1))
    alpha = parallel - turn

    radial, difference = _radial(pair, side1, side2, parallel)
    loss = (radial + _angular(m, gap, kappa, M, roots, parallel, turn)) / (2 * math.pi)
    even = (kappa * alpha + (m**2 * roots[1] + kappa**2 / roots[1]) / M**2) / (2 * math.pi)
    slope = (alpha + kappa / (M**2 * roots[1]) * (top + 2 + kappa**2 / D)) / (2 * math.pi)
    return with_gaps(
        k=pair.k / 4 + even,
        k_dot=0.25 + jnp.where(pair.acute, slope, -slope),
        d=pair.d / 4 + loss,
        p=pair.p / 4 + (side1.even + side2.even) / (2 * math.pi) - loss,
        Q1=_variance(pair.q1),
        Q2=_variance(pair.q2),
        Q_difference=pair.delta / 4 + difference / (2 * math.pi),
    )


def _angular(m, gap, kappa, M, roots, parallel, turn):
    """2 pi (E(sqrt(q1 q2)) - E(k))."""
    both = roots[0] + roots[1]
    rest = 1 / roots[0] + (kappa**2 / (roots[0] * roots[1]) - m**2) / both
    return gap * parallel + kappa * turn + gap * (m + kappa) / M**2 * rest


def _radial(pair, side1, side2, parallel):
    """2 pi ((E(q1) + E(q2))/2 - E(sqrt(q1 q2))), and 2 pi (E(q1) - E(q2))."""
    m, g, half = pair.m, pair.g, pair.delta / 2
    middle, half2 = (pair.q1 + pair.q2) / 2, g * (2 * m + g)  # the arithmetic mean, and its square minus m^2
    M2, B, rho = side1.one * side2.one, side1.root2 * side2.root2, side1.root2 + side2.root2
    top = 1 + 2 * middle
    root, both = jnp.sqrt(top), top + B
    # The angles of the two inputs: their difference, and by how much their sum passes twice that of parallel ones.
    apart = arcsin(2 * half * (B + 1) / (M2 * rho))
    bottom = 2 * rho * (middle + m**2) / (B + 1) + 2 * m * root
    excess = (1 - 2 * m**2 / both) * (top - m**2) / jnp.where(bottom > 0, bottom, 1) + 2 * m * root / both
    over = arcsin(4 * half2 / M2**2 * excess)
    angles = (middle * over + half * apart) / 2 + g * parallel
    # The algebraic terms are near 2 Z / sqrt(top): what is left of them after subtraction is of second order.
    epsilon = 4 * half2 / (top * both)
    eta = epsilon * (1.5 - epsilon) * (top / B) ** 2 / (1 + rho * root / (2 * B))
    Z = (pair.q1**2 * (side2.one * side2.root2) + pair.q2**2 * (side1.one * side1.root2)) / rho
    algebraic = 2 / (M2 * root) * (eta * Z + 2 * half2 * (1 - (2 * middle + m**2) / both))
    spread = 4 * half * ((2 * middle + m**2) * (B + 1) + 2 * m**2) / (rho * M2 * B)
    return angles + algebraic, middle * apart + half * (side1.angle + side2.angle) + spread
