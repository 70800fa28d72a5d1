"""The norm of the Hessian of a network with one hidden layer, and kappa, against the width."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy import integrate, special

from ntkbook import empirical, stax
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

READOUTS = ("signs", "normal")
"""How the readout weights are drawn: 1 or -1, or standard normal."""


def curvature(widths: tuple[int, ...], seeds: int) -> Sweep:
    r"""The Hessian of a tanh network with one hidden layer at one input, for two kinds of readout weights.

    The input has length sqrt(3) and three entries, so that pre-activations are standard normal. Both readouts share
    the weights below.

    Returns: samples (widths, seeds, 2, 3): for each of `READOUTS`, the norm sqrt(n) |H| by Hessian-vector products;
      kappa for a label at distance 1, |H| / |grad f|^2; and the same along the gradient g, |H g| / |g|^3.
    """
    x = jnp.ones((1, 3))

    def statistic(key, width):
        net = stax.serial(stax.Dense(width), stax.Tanh(), stax.Dense(1))
        below, _, (last, _) = net.init_fn(key, x.shape)[1]
        readouts = jnp.stack([jnp.sign(last), last])
        return jax.vmap(lambda a: _sizes(net.apply_fn, (below, (), (a, None)), x))(readouts)

    return sweep(statistic, widths, seeds)


def _sizes(apply_fn, params, x):
    width = params[0][0].shape[1]
    norm = empirical.hessian_norm(apply_fn, params, x, iterations=32)[0]
    slope = jax.grad(lambda p: apply_fn(p, x)[0, 0])
    gradient = slope(params)
    length = _length(gradient)
    turned = _length(jax.jvp(slope, (params,), (gradient,))[1])
    return jnp.stack([width**0.5 * norm, norm / length**2, turned / length**3])


def _length(tree):
    return jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(tree)))


def block_norm(z: Float[np.ndarray, "..."], a: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Norm of the Hessian of one tanh unit with pre-activation z and readout weight a, times sqrt(n), for |x| = 1."""
    slope = 1 - np.tanh(z) ** 2
    bend = np.abs(a) * 2 * np.abs(np.tanh(z)) * slope
    return (bend + np.sqrt(bend**2 + 4 * slope**2)) / 2


def expected_norm(widths: tuple[int, ...]) -> Float[np.ndarray, "k"]:
    r"""E sqrt(n) |H| with normal readout weights: the mean of the largest of n independent blocks, by quadrature.

    $$\mathbb{E} \max_i h_i = \int_0^\infty \bigl(1 - P(h \le u)^n\bigr)\, du$$

    A block is at most u where slope <= u and |a| <= (u^2 - slope^2) / (u |bend|).
    """
    return np.asarray([integrate.quad(lambda u, n=n: 1 - _below(u) ** n, 0, 12, limit=400)[0] for n in widths])


_Z = np.linspace(-9.0, 9.0, 3601)
_WEIGHTS = np.exp(-(_Z**2) / 2) / np.exp(-(_Z**2) / 2).sum()
_SLOPE = 1 - np.tanh(_Z) ** 2
_BEND = 2 * np.abs(np.tanh(_Z)) * _SLOPE


def _below(u):
    """P(h <= u) for one unit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        largest = np.where(_SLOPE <= u, (u**2 - _SLOPE**2) / (u * _BEND), 0.0)
    largest = np.where(np.isnan(largest), np.inf, largest)
    return float(_WEIGHTS @ special.erf(largest / 2**0.5))
