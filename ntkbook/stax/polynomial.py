"""Polynomials."""

import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from ntkbook.stax.activation import activation
from ntkbook.stax.kernel import Dual, Pair, with_gaps
from ntkbook.stax.layer import Layer, one_per_arguments


def Monomial(degree: int) -> Layer:
    """Activation a = z^degree, entry by entry, degree at least 0. See `Polynomial`."""
    if degree < 0 or degree != int(degree):
        raise ValueError(f"Monomial(degree={degree}): expected a whole number, at least 0.")
    return _polynomial("Monomial", (0.0,) * int(degree) + (1.0,))


def Polynomial(coef: Sequence[float]) -> Layer:
    r"""Activation coef[0] + coef[1] z + coef[2] z^2 + ..., entry by entry.

    $$\mathbb{E}\,\phi(u)\phi(v) = \sum_n \frac{k^n}{n!} A_n(q_1) A_n(q_2), \qquad
    A_n(q) = \mathbb{E}\, \phi^{(n)}(\sqrt{q} z)$$

    a finite sum, in which A_n is a polynomial (Mehler's formula).

    Args:
      coef: at least one coefficient, the constant first.
    Accuracy: rounding, if the coefficients do not cancel each other at the variances that occur.
    """
    return _polynomial("Polynomial", tuple(float(c) for c in coef))


@one_per_arguments
def _polynomial(name, coef):
    coef = np.asarray(coef, np.float64)
    if coef.ndim != 1 or not coef.size or not np.isfinite(coef).all():
        raise ValueError(f"{name}: expected at least one finite coefficient, got {coef.tolist()}.")
    degree = coef.size - 1
    # Coefficients in r of B_n = r^n A_n(r^2), and in q of Q = E phi^2.
    B = [_times_hermite(coef, n) for n in range(degree + 1)]
    Q = [float(c) for c in sum(np.convolve(b, b) / math.factorial(n) for n, b in enumerate(B))]
    Q = Q[::2]

    def phi(z):
        return _value([float(c) for c in coef], z)

    def dual(pair: Pair) -> Dual:
        r1, r2, m = pair.r1, pair.r2, pair.m
        r_sum = r1 + r2
        r_difference = pair.delta / jnp.where(r_sum > 0, r_sum, 1)
        zero = jnp.zeros_like(pair.k)
        k, k_dot, d, p = zero, zero, zero, zero
        for n, b in enumerate(B):
            weight = 1 / math.factorial(n)
            A1, A2 = _value(b[n:], r1), _value(b[n:], r2)
            product = weight * A1 * A2
            k = k + product * pair.k**n
            k_dot = k_dot + n * product * pair.k ** max(n - 1, 0)
            difference = r_difference * _divided(b, r1, r2)
            d = d + weight * difference**2 / 2 + product * pair.c * _powers(n, m, pair.k)
            if n % 2:
                p = p + weight * difference**2 / 2 + product * pair.s * _powers(n, m, -pair.k)
            else:
                total = r1**n * A1 + r2**n * A2
                p = p + weight * total**2 / 2 - product * pair.c * _powers(n, m, pair.k)
        Q_difference = pair.delta * _divided(Q, pair.q1, pair.q2)
        return with_gaps(k, k_dot, d, p, _value(Q, pair.q1), _value(Q, pair.q2), Q_difference)

    return activation(name, phi, lambda q: _value(Q, q), dual)


def _times_hermite(coef, n):
    """Coefficients in r of E phi(r z) He_n(z), z ~ N(0, 1)."""
    b = [0.0] * coef.size
    for j in range(n, coef.size, 2):
        b[j] = float(coef[j]) * math.perm(j, n) * math.prod(range(1, j - n, 2))
    return b


def _value(coef, x):
    total = jnp.zeros_like(x)
    for c in reversed(coef):
        total = total * x + c
    return total


def _powers(n, x, y):
    """(x^n - y^n) / (x - y)."""
    total = jnp.zeros_like(x + y)
    for i in range(n):
        total = total + x**i * y ** (n - 1 - i)
    return total


def _divided(coef, x, y):
    """(P(x) - P(y)) / (x - y)."""
    total = jnp.zeros_like(x + y)
    for n, c in enumerate(coef):
        if c:
            total = total + c * _powers(n, x, y)
    return total
