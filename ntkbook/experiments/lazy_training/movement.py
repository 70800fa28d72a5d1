"""How far each layer moves in training."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ntkbook import stax
from ntkbook.empirical.curvature import largest_eigenvalue
from ntkbook.experiments.lazy_training.task import N_INPUTS, labels, limit_kernel, network, safe_rate, train
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

QUANTITIES = ("input", "hidden", "readout", "hidden, operator norm", "all, absolute")
"""What `layer_movement` measures; the first four relative to the layer at the start."""
RATES = (-0.5, -1.0, -0.5, -0.5, 0.0)
"""The powers of the width that theory predicts for them."""


def layer_movement(widths: tuple[int, ...], seeds: int) -> Sweep:
    r"""Relative movement |W - W_0| / |W_0| of the three layers of a network of depth 2, after training to the end.

    Frobenius norms, but for the fourth entry; the fifth is the distance of all parameters, |theta - theta_0|.

    Returns: samples (widths, seeds, 5), in the order of `QUANTITIES`.
    """
    rate = safe_rate(limit_kernel(stax.Erf, depth=2))

    def statistic(key, width):
        net = network(width, stax.Erf, depth=2)
        params = net.init_fn(key, (-1, N_INPUTS))[1]
        path = train(net.apply_fn, params, learning_rate=rate, steps=40, recorded=1)
        change = jax.tree.map(lambda leaf: leaf[-1] - leaf[0], path)
        before, moved = ([layer[0] for layer in tree[::2]] for tree in (params, change))
        frobenius = [jnp.linalg.norm(d) / jnp.linalg.norm(w) for d, w in zip(moved, before, strict=True)]
        operator = jnp.divide(*jax.vmap(_operator_norm)(jnp.stack([moved[1], before[1]])))
        return jnp.stack([*frobenius, operator, jnp.sqrt(sum(jnp.sum(d**2) for d in moved))])

    return sweep(statistic, widths, seeds)


def _operator_norm(matrix):
    """Largest singular value, to 1e-3: of a square random matrix, many crowd below the largest."""
    square = largest_eigenvalue(lambda v: matrix.T @ (matrix @ v), matrix[0], 30)
    return jnp.sqrt(square)


def predicted_distances() -> Float[np.ndarray, "4"]:
    r"""Distances |W - W_0| of the three layers and of all parameters, in the limit of infinite width.

    A layer with the share Theta_l of the kernel moves by sqrt(c' Theta_l c), where Theta c = y. The shares follow from
    Theta^{l+1} = Sigma^{l+1} + S^{l+1} Theta^l, entry by entry.
    """
    nngp, ntk = (np.asarray(limit_kernel(stax.Erf, depth=2, get=get)) for get in ("nngp", "ntk"))
    nngp_below, ntk_below = (np.asarray(limit_kernel(stax.Erf, depth=1, get=get)) for get in ("nngp", "ntk"))
    passed_on = (ntk - nngp) / ntk_below
    c = np.linalg.solve(ntk, np.asarray(labels())[:, 0])
    shares = (passed_on * (ntk_below - nngp_below), passed_on * nngp_below, nngp, ntk)
    return np.asarray([(c @ share @ c) ** 0.5 for share in shares])


def predicted_movement(width: int) -> Float[np.ndarray, "5"]:
    """What `layer_movement` should find at a large width: the predicted distances over the sizes of the layers.

    The operator norm of an n x n matrix of independent standard normal entries is about 2 sqrt(n) (Geman 1980). That of
    its movement has no prediction here (NaN): the movement is a sum of four outer products.
    """
    first, hidden, readout, total = predicted_distances()
    sizes = (width * N_INPUTS) ** 0.5, width, width**0.5
    return np.asarray([first / sizes[0], hidden / sizes[1], readout / sizes[2], np.nan, total])
