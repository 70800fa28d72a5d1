r"""Gains at one time without an eigendecomposition: with the first half of its work.

A symmetric matrix is $\Theta = Q T Q^\top$ with $T$ tridiagonal and $Q$ a product of reflections, which is where an
eigendecomposition begins. A function of $\Theta$ needs no more: it is a function of $T$, and that is a polynomial
in Chebyshev's basis, at three products per entry and degree. The function $\int_0^\tau e^{-xs} ds$ on $[0, b]$ asks
for a degree of about $6 \sqrt{\tau b}$.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

__all__ = ["Tridiagonal", "gain_by_series", "gain_series", "tridiagonal"]

# A longer series costs as much as the other half of an eigendecomposition.
_MAX_DEGREE = 1024
# So many reflections at a time are applied, by matrix products.
_BLOCK = 64
# Parts of the matrix at whose borders one stops to touch what reflections leave alone.
_GROUPS = 4


class Tridiagonal(NamedTuple):
    """A symmetric matrix as Q T Q^T.

    Fields:
      diagonal, beside: T, with `beside[i]` at (i, i + 1) and (i + 1, i).
      reflectors, scales: Q = H_0 H_1 ... with H_i = 1 - scales[i] v v^T, v = (0, ..., 0, 1, reflectors[i, i+2:]).
    """

    diagonal: Float[Array, " n"]
    beside: Float[Array, " n-1"]
    reflectors: Float[Array, "n n"]
    scales: Float[Array, " n-1"]

    def upper_bound(self) -> float:
        """A number that no eigenvalue passes, by Gershgorin's circles."""
        diagonal, beside = np.asarray(self.diagonal, float), np.abs(np.asarray(self.beside, float))
        return float((diagonal + np.append(beside, 0) + np.append(0, beside)).max())

    def reaches_below(self, bound: float) -> bool:
        """Whether an eigenvalue is below the bound, by the signs of the pivots of T - bound (Sylvester)."""
        beside2 = np.append(0, np.asarray(self.beside, float) ** 2)
        pivot = 1.0
        for entry, square in zip(np.asarray(self.diagonal, float).tolist(), beside2.tolist(), strict=True):
            pivot = entry - bound - square / pivot
            if pivot <= 0:
                return True
        return False


@jax.jit
def tridiagonal(matrix: Float[Array, "n n"]) -> Tridiagonal:
    """Householder's reduction, n > 1. Backward stable, as an eigendecomposition is."""
    reflectors, diagonal, beside, scales = jax.lax.linalg.tridiagonal(matrix, lower=True)
    # LAPACK leaves columns side by side in memory: as rows they need no copy.
    return Tridiagonal(diagonal, beside, reflectors.T, scales)


def gain_series(tau: float, bound: float) -> np.ndarray | None:
    """Coefficients of (1 - exp(-x τ))/x on [0, bound], in Chebyshev's polynomials of 2x/bound - 1.

    Returns: as many as there are above rounding, lowest first; None where these are more than `_MAX_DEGREE`, and
      for an infinite τ or a bound that is not positive.
    """
    if not (np.isfinite(tau) and bound > 0):
        return None
    points = 2 * _MAX_DEGREE
    x = bound / 2 * (1 + np.cos(np.pi * np.arange(points + 1) / points))
    x[-1] = 0.0
    values = np.full_like(x, tau)
    values[:-1] = -np.expm1(-x[:-1] * tau) / x[:-1]
    coefficients = np.fft.rfft(np.concatenate([values, values[-2:0:-1]])).real / points
    coefficients[[0, -1]] /= 2
    degree = np.flatnonzero(np.abs(coefficients) > np.finfo(float).eps * tau).max(initial=0)
    return None if degree >= _MAX_DEGREE else coefficients[: degree + 1]


def gain_by_series(
    of: Tridiagonal, bound: float, series: np.ndarray, columns: Float[Array, "n r"]
) -> Float[Array, "n r"]:
    """The function with this series, of the matrix, times columns.

    Accuracy: eps τ times the largest entry of the columns, times some tens.
    """
    # Zeros beyond the last term: one compiled program serves every time. The loop takes two terms at a time.
    padded = np.zeros(_MAX_DEGREE + 2)
    padded[: series.size] = series
    dtype = columns.dtype
    return _apply(of, jnp.asarray(bound, dtype), jnp.asarray(padded, dtype), (series.size + 1) // 2, columns)


@jax.jit
def _apply(of, bound, series, pairs, columns):
    factors = jax.lax.map(lambda index: _factor(of, index), jnp.arange(-(-columns.shape[0] // _BLOCK)))
    groups = _groups(len(factors))
    # Rows instead of columns: products of this form are twice as fast on the CPU.
    rows = columns.T
    for first, last in groups:
        rows = _reflect(rows, of, factors, range(first, last))
    rows = _clenshaw(of, bound, series, pairs, rows.T).T
    for first, last in reversed(groups):
        rows = _reflect(rows, of, factors.swapaxes(1, 2), range(last - 1, first - 1, -1))
    return rows.T


def _groups(count):
    """The blocks in groups: those of a later group leave more of the first entries alone."""
    size = -(-count // _GROUPS)
    return [(first, min(first + size, count)) for first in range(0, count, size)]


def _reflect(rows, of, factors, order):
    """Rows times the reflections of some blocks, in this order; entries before the first of them stay as they are."""
    start = min(order) * _BLOCK

    def one(place, lower):
        index = order.start + order.step * place
        block, _ = _block(of, index, start)
        return lower - ((lower @ block.T) @ factors[index]) @ block

    lower = jax.lax.fori_loop(0, len(order), one, rows[:, start:])
    return jnp.concatenate([rows[:, :start], lower], axis=1)


def _block(of, index, start=0):
    """The vectors v of one block, one per row, from entry `start` on, and their scales."""
    n = of.diagonal.size
    width = min(_BLOCK, n)
    # The last block may overlap the one before it: what stands there already is left out.
    first = jnp.minimum(index * _BLOCK, n - width)
    number = first + jnp.arange(width)
    new = number >= index * _BLOCK
    behind = jnp.arange(start, n)[None] - number[:, None]
    rows = jax.lax.dynamic_slice(of.reflectors, (first, start), (width, n - start))
    rows = jnp.where(behind > 1, rows, (behind == 1).astype(rows.dtype))
    scales = jax.lax.dynamic_slice(jnp.append(of.scales, 0), (first,), (width,))
    return jnp.where(new[:, None], rows, 0), jnp.where(new, scales, 0)


def _factor(of, index):
    """F of one block: its reflections are 1 - V^T F V, F upper triangular (Schreiber and Van Loan 1989)."""
    V, scales = _block(of, index)
    products = V @ V.T

    def add_column(j, F):
        unit = jax.nn.one_hot(j, scales.size, dtype=F.dtype)
        return F + scales[j] * jnp.outer(unit - F @ products[:, j], unit)

    return jax.lax.fori_loop(0, scales.size, add_column, jnp.zeros_like(products))


def _clenshaw(of, bound, series, pairs, columns):
    """The series at 2T/bound - 1, times columns, by Clenshaw's recurrence from the last term to the first."""
    zero = jnp.zeros(1, columns.dtype)
    # 2y for y = 2T/bound - 1, as rows; a row of zeros above and below spares the loop its ends.
    middle = (4 / bound * of.diagonal - 2)[:, None]
    above, below = (4 / bound * jnp.concatenate(ends)[:, None] for ends in ((zero, of.beside), (of.beside, zero)))

    def step(coefficient, now, before):
        new = coefficient * columns + middle * now[1:-1] + above * now[:-2] + below * now[2:] - before[1:-1]
        return jax.lax.dynamic_update_slice(before, new, (1, 0))

    def two_steps(index, state):
        # Two at a time: each result takes the place of the one before the last, and nothing is copied.
        now, before = state
        last = 2 * (pairs - index) - 1
        before = step(series[last], now, before)
        return step(series[last - 1], before, now), before

    nothing = jnp.zeros((columns.shape[0] + 2, columns.shape[1]), columns.dtype)
    first, second = jax.lax.fori_loop(0, pairs, two_steps, (nothing, nothing))
    # The sum is b_0 - y b_1, and b_0 = a_0 C + 2y b_1 - b_2 was the last step.
    turned = middle * second[1:-1] + above * second[:-2] + below * second[2:]
    return first[1:-1] - turned / 2
