r"""What is carried from layer to layer in the infinite-width limit, and why it is more than the covariance.

A pair of inputs enters a layer as Gaussian (u, v) with variances q1, q2 and covariance k. Near u = v the numbers
that matter are differences of these, and a difference of rounded numbers has lost its digits. So the differences
are carried themselves, each updated by a formula without cancellation:

| on paper | in code | meaning |
|---|---|---|
| d = (q1 + q2)/2 - k | `d` | half of E (u - v)^2; exactly 0 for equal inputs; a bias leaves it alone |
| p = (q1 + q2)/2 + k | `p` | half of E (u + v)^2: d with v replaced by -v |
| c = sqrt(q1 q2) - k | `c` | sqrt(q1 q2) (1 - rho): where angles come from; exactly 0 for parallel inputs |
| s = sqrt(q1 q2) + k | `s` | sqrt(q1 q2) (1 + rho): c with v replaced by -v |

Of d and p the smaller one is carried, as `distance`, and of c and s the smaller one, as `gap`; the sign of k tells
which. The larger ones, and k itself, are then made from these: were they carried too, their rounding errors would
grow from layer to layer in a chaotic network. What a network does not use, the compiler removes.
"""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ntkbook.stax.angle import sqrt


class VariancesNeeded(Exception):
    """Raised while a kernel is traced without the variances behind a pooling, where a layer needs them."""


def require_variances(kernel) -> None:
    """Raises `VariancesNeeded` where they were left out."""
    if kernel.rough:
        raise VariancesNeeded


class Pair(NamedTuple):
    """Second moments of a Gaussian pair (u, v), in arrays that broadcast against each other.

    Activations see nothing else, so they serve any layout of pairs: inputs, or inputs and positions.

    Fields:
      q1, q2: variances; r1, r2: their square roots.
      acute: whether k >= 0.
      distance, gap: the smaller of d and p, and of c and s.
      g: (r1 - r2)^2 / 2 = d - c = p - s.
    """

    q1: jax.Array
    q2: jax.Array
    r1: jax.Array
    r2: jax.Array
    acute: jax.Array
    distance: jax.Array
    gap: jax.Array
    g: jax.Array

    @property
    def m(self):
        """sqrt(q1 q2)."""
        return self.r1 * self.r2

    @property
    def t(self):
        """(1 - |rho|) / 2, the squared sine of half the angle; 0 beside an input of zeros."""
        i1, i2 = (jnp.where(r > 0, 1 / jnp.where(r > 0, r, 1), 0) for r in (self.r1, self.r2))
        i1, i2 = jax.lax.optimization_barrier((i1, i2))
        return self.gap * (i1 / 2 * i2)

    @property
    def k(self):  # noqa: D102 - these letters are the table above
        return jnp.where(self.acute, self.m - self.gap, self.gap - self.m)

    @property
    def d(self):  # noqa: D102
        return jnp.where(self.acute, self.distance, self.q1 + self.q2 - self.distance)

    @property
    def p(self):  # noqa: D102
        return jnp.where(self.acute, self.q1 + self.q2 - self.distance, self.distance)

    @property
    def c(self):  # noqa: D102
        return jnp.where(self.acute, self.gap, 2 * self.m - self.gap)

    @property
    def s(self):  # noqa: D102
        return jnp.where(self.acute, 2 * self.m - self.gap, self.gap)

    @property
    def delta(self):
        """q1 - q2: the value from g, the derivative from q1 and q2."""
        plain = self.q1 - self.q2
        size = jnp.sqrt(2 * jnp.maximum(self.g, 0)) * (self.r1 + self.r2)
        return plain + jax.lax.stop_gradient(jnp.sign(plain) * size - plain)

    def scaled(self, factor: float) -> "Pair":
        """The pair of (sqrt(factor) u, sqrt(factor) v)."""
        root = factor**0.5
        return Pair(
            factor * self.q1,
            factor * self.q2,
            root * self.r1,
            root * self.r2,
            self.acute,
            factor * self.distance,
            factor * self.gap,
            factor * self.g,
        )


class Dual(NamedTuple):
    """What an activation phi makes of a pair: second moments of (phi(u), phi(v)), and E phi'(u) phi'(v)."""

    k: jax.Array
    k_dot: jax.Array
    d: jax.Array
    p: jax.Array
    c: jax.Array
    s: jax.Array


def with_gaps(k, k_dot, d, p, Q1, Q2, Q_difference) -> Dual:
    """Dual with c and s from d and p, where `Q_difference` is Q1 - Q2 without cancellation."""
    R = sqrt(Q1) + sqrt(Q2)
    g = (Q_difference / jnp.where(R > 0, R, 1)) ** 2 / 2
    return Dual(k, k_dot, d, p, d - g, p - g)


def pair_from_distance(d, q1, q2) -> Pair:
    """Pair from d alone, with variances that broadcast against it.

    A gap below the rounding error of d is taken as 0: multiples of one vector are exactly parallel.
    """
    # Variances are small beside d: their roots are made once, not once for each pair.
    r1, r2 = jax.lax.optimization_barrier((sqrt(q1), sqrt(q2)))
    middle = (q1 + q2) / 2
    acute = d <= middle
    distance = jnp.where(acute, d, 2 * middle - d)
    g = (r1 - r2) ** 2 / 2
    gap = distance - g
    noise = jnp.where(acute, distance, 2 * middle) * (64 * jnp.finfo(d.dtype).eps)
    gap = gap - jax.lax.stop_gradient(jnp.where(gap < noise, gap, 0))
    return Pair(q1, q2, r1, r2, acute, distance, gap, g)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Kernel:
    """State of the limit between two layers, for n1 and n2 inputs without positions.

    Fields:
      acute: whether the covariance of the units is at least 0, shape (n1, n2).
      ntk: tangent kernel with respect to all parameters so far, shape (n1, n2).
      cov1, cov2: variances, shapes (n1,) and (n2,).
      distance, gap: (q1 + q2)/2 - |k| and sqrt(q1 q2) - |k|, each without cancellation; shape (n1, n2).
      truncation: largest error that a series has measured on itself, in units of its tolerance; a scalar.
      width: number of units, which only `FanInConcat` and parameterization="standard" ask for; a scalar.
      gaussian: whether the units are Gaussian, as they are behind a linear layer.
      sources: the linear layers whose weights the units are sums over: sums of distinct ones are independent.
      rough: whether the variances are only upper bounds, because nothing asked for them.
    """

    acute: jax.Array
    ntk: jax.Array
    cov1: jax.Array
    cov2: jax.Array
    distance: jax.Array
    gap: jax.Array
    truncation: jax.Array
    width: jax.Array
    gaussian: bool = dataclasses.field(default=False, metadata={"static": True})
    sources: frozenset = dataclasses.field(default=frozenset(), metadata={"static": True})
    rough: bool = dataclasses.field(default=False, metadata={"static": True})

    def replace(self, **changes) -> "Kernel":
        """A copy with other fields."""
        return dataclasses.replace(self, **changes)

    @property
    def nngp(self) -> jax.Array:
        """Covariance of the units, shape (n1, n2)."""
        return self.pair.k

    @property
    def pair(self) -> Pair:
        """All pairs of inputs."""
        r1, r2 = jax.lax.optimization_barrier((sqrt(self.cov1), sqrt(self.cov2)))
        g = self.distance - self.gap
        sides = (self.cov1[:, None], self.cov2[None, :], r1[:, None], r2[None, :])
        return Pair(*sides, self.acute, self.distance, self.gap, g)

    def moved(self, k, d, p, c, s, **changes) -> "Kernel":
        """The kernel with these second moments, of which the accurate ones are kept."""
        acute = k >= 0
        return self.replace(acute=acute, distance=jnp.where(acute, d, p), gap=jnp.where(acute, c, s), **changes)

    def activated(self, dual, variance, **changes) -> "Kernel":
        """The kernel of phi(units), from the second moments that `dual` makes of a pair."""
        new = dual(self.pair)
        moments = {"cov1": variance(self.cov1), "cov2": variance(self.cov2), "ntk": new.k_dot * self.ntk}
        return self.moved(new.k, new.d, new.p, new.c, new.s, **moments, **changes)


def kernel_from_distance(d, ntk, cov1, cov2, **fields) -> Kernel:
    """`Kernel` from the plain distance d, shape (n1, n2), and the variances."""
    pair = pair_from_distance(d, cov1[:, None], cov2[None, :])
    return Kernel(pair.acute, ntk, cov1, cov2, pair.distance, pair.gap, **fields)
