"""The three parts of the kernel of a finite network: last weights, last biases, and all earlier parameters."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook import empirical
from ntkbook.experiments.deterministic_kernel.networks import PAIR, relu_network

BIAS = 0.5
"""Standard deviation sigma_b of the biases."""


@partial(jax.jit, static_argnums=1)
def three_parts(key: Array, width: int) -> Float[Array, "3 2"]:
    """The kernel at the inputs of `PAIR`, (x, x'), in three parts: two hidden ReLU layers, two outputs.

    Each part is a kernel by automatic differentiation, with respect to one group of parameters alone.

    Returns: rows last weights, last biases, earlier parameters; columns output 1 with itself, output 1 with output 2.
    """
    net = relu_network(width, 2, BIAS, outputs=2)
    x = jnp.asarray(PAIR)
    *earlier, (weights, biases) = net.init_fn(key, x.shape)[1]

    def part(apply_fn, group):
        return empirical.ntk(apply_fn, group, x[:1], x[1:], trace_axes=())[0, 0, 0]

    return jnp.stack(
        [
            part(lambda w, at: net.apply_fn([*earlier, (w, biases)], at), weights),
            part(lambda b, at: net.apply_fn([*earlier, (weights, b)], at), biases),
            part(lambda e, at: net.apply_fn([*e, (weights, biases)], at), earlier),
        ]
    )


def limit_parts() -> Float[np.ndarray, "3 2"]:
    """The limits of `three_parts`, from the kernels of `ntkbook.stax`."""
    x = jnp.asarray(PAIR)
    nngp, ntk = relu_network(1, 2, BIAS).kernel_fn(x, None, ("nngp", "ntk"))
    covariance, kernel = float(nngp[0, 1]), float(ntk[0, 1])
    return np.array([[covariance - BIAS**2, 0.0], [BIAS**2, 0.0], [kernel - covariance, 0.0]])
