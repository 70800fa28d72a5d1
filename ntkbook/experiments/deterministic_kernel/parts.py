"""The three parts of the kernel of a finite network: last weights, last biases, and all earlier parameters."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook.experiments.deterministic_kernel.networks import PAIR, draw_params, relu_network

BIAS = 0.5
"""Standard deviation sigma_b of the biases."""


@partial(jax.jit, static_argnums=1)
def three_parts(key: Array, width: int) -> Float[Array, "3 2"]:
    """The kernel at the inputs of `PAIR`, (x, x'), in three parts: two hidden ReLU layers, two outputs.

    Gradients are by automatic differentiation, one for each input and output, and summed group by group.

    Returns: rows last weights, last biases, earlier parameters; columns output 1 with itself, output 1 with output 2.
    """
    net = relu_network(width, 2, BIAS, outputs=2)
    x = jnp.asarray(PAIR)
    params = draw_params(key, net, x.shape)
    *earlier, (weights, biases) = jax.jacrev(lambda p: net.apply_fn(p, x))(params)

    def part(gradients):
        # Leaves have the shape (inputs, outputs, ...): output 1 at x with both outputs at x'.
        shares = [
            jnp.tensordot(leaf[0, 0], leaf[1], axes=(tuple(range(leaf.ndim - 2)), tuple(range(1, leaf.ndim - 1))))
            for leaf in jax.tree.leaves(gradients)
        ]
        return sum(shares[1:], start=shares[0])

    return jnp.stack([part(weights), part(biases), part(earlier)])


def limit_parts() -> Float[np.ndarray, "3 2"]:
    """The limits of `three_parts`, from the kernels of `ntkbook.stax`."""
    x = jnp.asarray(PAIR)
    nngp, ntk = relu_network(1, 2, BIAS).kernel_fn(x, None, ("nngp", "ntk"))
    covariance, kernel = float(nngp[0, 1]), float(ntk[0, 1])
    return np.array([[covariance - BIAS**2, 0.0], [BIAS**2, 0.0], [kernel - covariance, 0.0]])
