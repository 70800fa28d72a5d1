r"""Signal propagation at infinite width: the maps of a layer for any smooth activation, and where they are critical.

    q = fixed_point(jnp.tanh, W_std=1.5, b_std=0.3)
    gain(jnp.tanh, q, W_std=1.5)          # chi: below 1 ordered, above 1 chaotic
    critical_point(jnp.tanh, b_std=0.05**0.5)  # W_std and q on the critical line

Convention: z^{l+1} = (W_std / sqrt(n_l)) W a^l + b_std b, with standard normal W and b; q is the mean square of z.
An activation is a JAX function that acts entry by entry. Means over a Gaussian number are trapezoid sums, exact to
rounding for smooth activations and q of order 1; for one with a kink use the closed forms of the chapter.
Source: Poole et al. 2016; Schoenholz et al. 2017.
"""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from scipy.optimize import brentq

_NODES = np.linspace(-12.0, 12.0, 481)
_WEIGHTS = 0.05 * np.exp(-(_NODES**2) / 2) / np.sqrt(2 * np.pi)


def gaussian_mean(values: Array) -> Array:
    """The mean over u of values given at the nodes, which run along the last axis."""
    return jnp.matmul(values, jnp.asarray(_WEIGHTS), precision="highest")


def _nodes(axes):
    """The nodes along a last axis, behind so many axes of length 1."""
    return jnp.asarray(_NODES).reshape((1,) * axes + (-1,))


def moments(phi: Callable, q: Array) -> tuple[Array, Array]:
    r"""$\mathbb{E}\,\varphi(\sqrt{q} u)^2$ and $\mathbb{E}\,\varphi'(\sqrt{q} u)^2$, for each entry of q."""
    q = jnp.asarray(q, float)
    z = jnp.sqrt(q)[..., None] * _nodes(q.ndim)
    value, slope = jax.jvp(phi, (z,), (jnp.ones_like(z),))
    return gaussian_mean(value**2), gaussian_mean(slope**2)


def variance_map(phi: Callable, q: Array, W_std: Array, b_std: Array) -> Array:
    r"""The mean square after a layer, $V(q) = \sigma_w^2\, \mathbb{E}\,\varphi(\sqrt{q} u)^2 + \sigma_b^2$."""
    return W_std**2 * moments(phi, q)[0] + b_std**2


def gain(phi: Callable, q: Array, W_std: Array) -> Array:
    r"""The factor of a small perturbation, $\chi = \sigma_w^2\, \mathbb{E}\,\varphi'(\sqrt{q} u)^2$."""
    return W_std**2 * moments(phi, q)[1]


def correlation_map(phi: Callable, rho: Array, q: float, W_std: float, b_std: float) -> Array:
    r"""The correlation after a layer of two inputs of equal length, for each entry of rho; q is a fixed point.

    $$C(\rho) = \frac{1}{q} \left( \sigma_w^2\, \mathbb{E}\, \varphi(\sqrt{q} u)\,
    \varphi\big(\sqrt{q} (\rho u + \sqrt{1 - \rho^2} v)\big) + \sigma_b^2 \right)$$
    """
    rho = jnp.asarray(rho, float)[..., None, None]
    v = _nodes(rho.ndim - 1)
    u = jnp.swapaxes(v, -1, -2)
    both = phi(jnp.sqrt(q) * u) * phi(jnp.sqrt(q) * (rho * u + jnp.sqrt(1 - rho**2) * v))
    return (W_std**2 * gaussian_mean(gaussian_mean(both)) + b_std**2) / q


@partial(jax.jit, static_argnums=(0, 3))
def trajectory(phi: Callable, q: Array, stds: tuple[Array, Array], depth: int) -> Array:
    """The mean squares q^1, ..., q^depth after the layers, for the pair (W_std, b_std); layers run along axis 0."""

    def layer(now, _):
        after = variance_map(phi, now, *stds)
        return after, after

    return jax.lax.scan(layer, q, None, depth)[1]


def fixed_point(phi: Callable, W_std: Array, b_std: Array, *, start: float = 1.0, layers: int = 500) -> Array:
    """Where the mean square settles: the last of so many layers, for arrays of W_std and b_std of one shape.

    Accuracy: rounding, except close to the place where a fixed point ceases to attract, as W_std = 1, b_std = 0 for
    tanh: there q falls like 1/l.
    """
    W_std, b_std = jnp.broadcast_arrays(jnp.asarray(W_std, float), jnp.asarray(b_std, float))
    return trajectory(phi, jnp.full(W_std.shape, start), (W_std, b_std), layers)[-1]


def critical_line(phi: Callable, q: Array) -> tuple[Array, Array]:
    r"""W_std and b_std at which q is a fixed point and the gain is 1, for each entry of q.

    $$\sigma_w^2 = 1 / \mathbb{E}\,\varphi'^2, \qquad \sigma_b^2 = q - \mathbb{E}\,\varphi^2 / \mathbb{E}\,\varphi'^2$$

    NaN where the second is negative: no network is critical there.
    """
    square, slope = moments(phi, q)
    return 1 / jnp.sqrt(slope), jnp.sqrt(q - square / slope)


def critical_point(phi: Callable, b_std: float, *, largest_q: float = 20.0) -> tuple[float, float]:
    """W_std and q on the critical line for a given b_std > 0, by bisection in q.

    Raises: ValueError: b_std is not reached between q = 0 and `largest_q`.
    Accuracy: 12 digits.
    """

    def excess(q):
        square, slope = moments(phi, q)
        return float(q - square / slope) - b_std**2

    low = 1e-4
    if not excess(low) < 0 < excess(largest_q):
        raise ValueError(
            f"critical_point: the critical line does not pass b_std = {b_std} for q between {low} and {largest_q}. "
            "Take b_std above 0 and not too large; at b_std = 0 the line of an odd activation ends at q = 0."
        )
    q = brentq(excess, low, largest_q, xtol=1e-14, rtol=1e-14)
    return float(1 / jnp.sqrt(moments(phi, q)[1])), q


def relu_gaps(gap: float, depth: int) -> np.ndarray:
    r"""The gaps $e_l = 1 - \rho_l$ of a ReLU network after l = 0, ..., depth layers, from the gap at the start.

    $$e_{l+1} = e_l - \tfrac{1}{\pi} (\sin\vartheta_l - \vartheta_l \cos\vartheta_l), \qquad \cos\vartheta_l = 1 - e_l$$

    Convention: W_std^2 = 2, b_std = 0. The gap itself is carried: 1 - rho from rho would lose its digits.
    """
    gaps = [gap]
    for _ in range(depth):
        angle = 2 * np.arcsin(np.sqrt(gaps[-1] / 2))
        gaps.append(gaps[-1] - (np.sin(angle) - angle * np.cos(angle)) / np.pi)
    return np.asarray(gaps)
