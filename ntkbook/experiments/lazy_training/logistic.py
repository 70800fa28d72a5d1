"""Training with the logistic loss, where the output never comes to rest."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy import special

from ntkbook import dynamics, empirical, losses, stax


def logit_growth(width: int, times: Float[np.ndarray, "T"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One input with the label 1: output, distance of the parameters and change of the kernel along gradient flow.

    Returns: output, distance and relative change of the kernel at the given times, then the kernel at the start.
    """
    net = stax.serial(stax.Dense(width, 1.5), stax.Erf(), stax.Dense(1, 1.5))
    x = jnp.ones((1, 3))
    params = net.init_fn(jax.random.key(width), x.shape)[1]
    start = net.apply_fn(params, x)
    path = dynamics.gradient_flow(
        _centred(net.apply_fn, start), params, x, jnp.ones((1, 1)), times, loss=losses.logistic, rtol=1e-6, atol=1e-8
    )
    kernel = empirical.ntk(net.apply_fn, params, x)[0, 0]
    kernels = jax.vmap(lambda p: empirical.ntk(net.apply_fn, p, x)[0, 0])(path.params)
    moved = jax.tree.map(lambda after, before: after - before, path.params, params)
    distance = jnp.sqrt(sum(jnp.sum(leaf**2, axis=(1, 2)) for leaf in jax.tree.leaves(moved)))
    return np.asarray(path.outputs[:, 0, 0]), np.asarray(distance), np.asarray(kernels / kernel - 1), float(kernel)


def _centred(apply_fn, start: Float[Array, "1 1"]):
    return lambda params, x: apply_fn(params, x) - start


def predicted_logit(kernel: float, times: Float[np.ndarray, "T"]) -> Float[np.ndarray, "T"]:
    r"""The output f with f + e^f = 1 + kernel t: training from 0 under a constant kernel.

    With the branch W of Lambert's function, f = c - W(e^c) at c = 1 + kernel t; here by the function omega of Wright,
    which does not overflow.
    """
    c = 1 + kernel * np.asarray(times, np.float64)
    return c - special.wrightomega(c).real
