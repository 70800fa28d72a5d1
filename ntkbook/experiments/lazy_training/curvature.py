"""The norm of the Hessian of a network with one hidden layer, and kappa, against the width."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy import integrate, special

from ntkbook import empirical, stax
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

READOUTS = ("signs", "normal")
"""How the readout weights are drawn: 1 or -1, or standard normal."""


def curvature(widths: tuple[int, ...], seeds: int, *, readout: str, depth: int = 1) -> Sweep:
    r"""sqrt(n) times the norm of the Hessian of a tanh network at one input, and kappa for a label at distance 1.

    The input has length sqrt(3) and three entries, so that pre-activations of the first layer are standard normal.

    Args:
      widths, seeds: as for `sweep`.
      readout: one of `READOUTS`.
      depth: hidden layers, of one width.
    Returns: samples (widths, seeds, 2): sqrt(n) |H|, and |H| / |grad f|^2.
    """
    if readout not in READOUTS:
        raise ValueError(f"curvature: readout is one of {', '.join(READOUTS)}, got {readout!r}.")
    x = jnp.ones((1, 3))

    def statistic(key, width):
        hidden = [layer for _ in range(depth) for layer in (stax.Dense(width), stax.Tanh())]
        net = stax.serial(*hidden, stax.Dense(1))
        *below, (last, _) = net.init_fn(key, x.shape)[1]
        params = (*below, (jnp.sign(last) if readout == "signs" else last, None))
        norm = empirical.hessian_norm(net.apply_fn, params, x)[0]
        return jnp.stack([width**0.5 * norm, norm / empirical.ntk(net.apply_fn, params, x)[0, 0]])

    return sweep(statistic, widths, seeds)


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
