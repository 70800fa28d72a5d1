"""Any activation, by a series in Hermite polynomials whose coefficients come from quadrature."""

import math
from collections.abc import Callable
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np

from ntkbook.stax.activation import activation
from ntkbook.stax.angle import sqrt
from ntkbook.stax.kernel import Dual, Pair, with_gaps
from ntkbook.stax.layer import Layer, one_per_arguments

# The trapezoid rule, on a smooth function times a Gaussian, is exact to rounding with these nodes.
_NODES = np.linspace(-12.0, 12.0, 481)
_STEP = 0.05
# Terms of the series per step of the loop: what the compiler fuses, and what a gradient recomputes.
_CHUNK = 4
# Below this relative difference of norms, differences of coefficients come from their derivatives.
_CLOSE = 1e-5


@one_per_arguments
def Elementwise(phi: Callable, terms: int = 256, tolerance: float | None = None, name: str = "Elementwise") -> Layer:
    r"""Any activation a = phi(z), entry by entry; its limit by Mehler's formula,

    $$\mathbb{E}\,\phi(u)\phi(v) = \sum_n h_n(q_1)\, h_n(q_2)\, \rho^n, \qquad
    h_n(q) = \tfrac{1}{\sqrt{n!}}\, \mathbb{E}\, \phi(\sqrt{q} z)\, \mathrm{He}_n(z), \quad z \sim \mathcal{N}(0, 1).$$

    Coefficients cost one quadrature per input, and pairs only products.

    Args:
      phi: maps an array to an array of its shape, entry by entry, made of JAX functions; it is differentiated.
      terms: length of the series. For tanh, 256 serve variances to 5, and proportionally more larger ones.
      tolerance: allowed truncation error of K and of E phi'(u) phi'(v), relative to their values at u = v.
        Default 1e-10 in float64, 1e-5 in float32. Measured at each call, against quadrature of phi^2 and phi'^2.
    Returns: a `Layer`. Its `kernel_fn` raises ValueError where the measured error exceeds `tolerance`, as it does
      for a phi with a corner at the default; inside jit, grad or vmap it cannot, so call it once outside.
    Accuracy: 1e-13 for smooth phi and variances of order 1; else the tolerance.
    Source: Daniely, Frostig and Singer 2016, section 4 (the dual activation).
    """
    _check_arguments(name, phi, terms, tolerance)
    terms += -terms % _CHUNK

    def samples(q):
        """Phi and phi' at r z, for the nodes z: shape (..., nodes)."""
        z = jnp.asarray(_NODES, q.dtype).reshape((1,) * q.ndim + (-1,))
        at = sqrt(q)[..., None] * z
        value, slope = jax.jvp(phi, (at,), (jnp.ones_like(at),))
        if value.shape != at.shape:
            raise ValueError(f"{name}: phi maps shape {at.shape} to {value.shape}; it must act entry by entry.")
        return value, slope

    def mean(f):
        return jnp.matmul(f, jnp.asarray(_basis(1)[:, 0], f.dtype), precision="highest")

    def coefficients(q):
        """h_n, those t_n of phi', and dh_n/dr: shapes (terms, ...)."""
        basis = jnp.asarray(_basis(terms), q.dtype)
        h, t = (jnp.moveaxis(jnp.matmul(f, basis, precision="highest"), -1, 0) for f in samples(q))
        # z He_n = He_{n+1} + n He_{n-1}: the derivative needs no quadrature of its own.
        roots = jnp.asarray(np.sqrt(np.arange(1, terms)), q.dtype).reshape((-1,) + (1,) * q.ndim)
        zero = jnp.zeros_like(t[:1])
        return h, t, jnp.concatenate([roots * t[1:], zero]) + jnp.concatenate([zero, roots * t[:-1]])

    def variance(q):
        return mean(samples(q)[0] ** 2)

    def truncation(q):
        allowed = tolerance or (1e-10 if q.dtype == jnp.float64 else 1e-5)
        errors = []
        for f, h in zip(samples(q), coefficients(q)[:2], strict=True):
            whole = mean(f**2)
            errors.append(jnp.abs(whole - (h**2).sum(0)) / jnp.where(whole > 0, whole, 1))
        return jax.lax.stop_gradient(jnp.maximum(*errors) / allowed)

    def dual(pair: Pair) -> Dual:
        k, k_dot, d, p, Q_difference = _mehler(pair, coefficients(pair.q1), coefficients(pair.q2))
        return with_gaps(k, k_dot, d, p, variance(pair.q1), variance(pair.q2), Q_difference)

    return activation(name, phi, variance, dual, truncation)


def _mehler(pair, coefficients1, coefficients2):
    """Sums over n of the series for k, k_dot, d, p and Q1 - Q2."""
    m = jnp.where(pair.m > 0, pair.m, 1)
    rho, minus, plus = pair.k / m, pair.c / m, pair.s / m
    r_sum = pair.r1 + pair.r2
    r_difference = pair.delta / jnp.where(r_sum > 0, r_sum, 1)
    close = jnp.abs(r_difference) < _CLOSE * r_sum

    def powers(j, power, lost, antilost):
        return power * rho, lost + power * minus, antilost + (-1) ** j * power * plus

    @jax.checkpoint
    def add(carry, terms):
        *now, k, k_dot, d, p, Q_difference = carry  # rho^n, 1 - rho^n, 1 - (-rho)^n
        for j in range(_CHUNK):
            (h1, t1, v1), (h2, t2, v2) = ([f[j] for f in side] for side in terms)
            power, lost, antilost = now
            sign = (-1) ** j  # _CHUNK is even
            plain = h1 - h2
            by_slope = r_difference * (v1 + v2) / 2
            difference = plain + jax.lax.stop_gradient(jnp.where(close, by_slope - plain, 0))
            product = h1 * h2
            k = k + product * power
            k_dot = k_dot + t1 * t2 * power
            d = d + difference**2 / 2 + product * lost
            antidifference = h1 + h2 if sign > 0 else difference
            p = p + antidifference**2 / 2 - sign * product * antilost
            Q_difference = Q_difference + difference * (h1 + h2)
            now = powers(j, *now)
        return (*now, k, k_dot, d, p, Q_difference)

    def skip(carry, _):
        *now, k, k_dot, d, p, Q_difference = carry
        for j in range(_CHUNK):
            now = powers(j, *now)
        return (*now, k, k_dot, d, p, Q_difference)

    def step(carry, chunk):
        terms, wanted, wanted_later = chunk
        branch = jnp.where(wanted, 0, jnp.where(wanted_later, 1, 2))
        return jax.lax.switch(branch, [add, skip, lambda carry, _: carry], carry, terms), None

    def chunks(f):
        return f.reshape(-1, _CHUNK, *f.shape[1:])

    zero = jnp.zeros_like(rho)
    start = (jnp.ones_like(rho), *[zero] * 7)
    terms = [[chunks(f) for f in side] for side in (coefficients1, coefficients2)]
    # Coefficients enter squared. A series that has died out costs nothing more.
    sizes = jax.lax.stop_gradient(
        jnp.max(jnp.stack([jnp.abs(f).reshape(f.shape[0], -1).max(1) for side in terms for f in side]), axis=0)
    )
    wanted = sizes > 1e-2 * jnp.finfo(rho.dtype).eps ** 0.5 * sizes.max()
    wanted_later = jnp.flip(jnp.cumsum(jnp.flip(wanted))) > 0
    return jax.lax.scan(step, start, (terms, wanted, wanted_later))[0][3:]


def _check_arguments(name, phi, terms, tolerance):
    if not callable(phi):
        raise ValueError(f"{name}: expected a function phi, got {phi!r}.")
    if terms < 2 or (tolerance is not None and not tolerance > 0):
        raise ValueError(f"{name}: expected terms >= 2 and tolerance > 0, got {terms} and {tolerance}.")


@lru_cache
def _basis(terms: int) -> np.ndarray:
    """Weights of the rule times He_n / sqrt(n!) at the nodes: shape (nodes, terms)."""
    z = _NODES
    functions = np.empty((z.size, terms))
    # Half of the Gaussian before the recurrence, which keeps it in range, and half after.
    functions[:, 0] = _STEP / math.sqrt(2 * math.pi) * np.exp(-(z**2) / 4)
    if terms > 1:
        functions[:, 1] = z * functions[:, 0]
    for n in range(1, terms - 1):
        functions[:, n + 1] = (z * functions[:, n] - math.sqrt(n) * functions[:, n - 1]) / math.sqrt(n + 1)
    return functions * np.exp(-(z**2) / 4)[:, None]
