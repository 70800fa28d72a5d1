"""The layer that forgets positions."""

import math

import jax.numpy as jnp

from ntkbook.stax.image_kernel import ImageKernel, diagonal_positions, mean_over_positions
from ntkbook.stax.kernel import Kernel, kernel_from_distance
from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, check_input_shape, one_per_arguments


@one_per_arguments
def Flatten() -> Layer:
    r"""Layer that joins positions and channels to features: (batch, height, width, channels) to (batch, features).

    $$K' = \frac{1}{|P|} \sum_{p \in P} K(p, p), \qquad T' = \frac{1}{|P|} \sum_{p \in P} T(p, p)$$

    Inputs (batch, features) stay as they are. It has no parameters: `()`.
    """

    def init_fn(key, input_shape):
        check_input_shape("Flatten.init_fn", input_shape)
        return (input_shape[0], math.prod(input_shape[1:])), ()

    def apply_fn(params, x):
        x = jnp.asarray(x)
        check_input_shape("Flatten.apply_fn", x.shape)
        return x.reshape(x.shape[0], -1)

    def advance(kernel):
        if isinstance(kernel, Kernel):
            return kernel
        if not isinstance(kernel, ImageKernel):
            raise ValueError(f"Flatten.kernel_fn: got {len(kernel)} branches, expected one. Use parallel(...).")
        distance, ntk = kernel.distance, kernel.ntk
        if kernel.all_positions:
            distance, ntk = diagonal_positions(distance, 2), diagonal_positions(ntk, 2)
        return kernel_from_distance(
            mean_over_positions(distance, 2),
            mean_over_positions(ntk, 2),
            mean_over_positions(kernel.cov1, 1),
            mean_over_positions(kernel.cov2, 1),
            truncation=kernel.truncation,
            width=kernel.width * math.prod(kernel.cov1.shape[1:]),
            # Positions of different variance make a mixture, which is Gaussian only behind the next Dense.
            gaussian=False,
            sources=kernel.sources,
        )

    return Layer(init_fn, apply_fn, KernelFn("Flatten", advance, positions="same"))
