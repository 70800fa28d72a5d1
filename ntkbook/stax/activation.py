"""What all activations share."""

from collections.abc import Callable

import jax.numpy as jnp

from ntkbook.stax.kernel import Dual, Pair, require_variances
from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, check_input_shape


def activation(
    name: str, phi: Callable, variance: Callable, dual: Callable[[Pair], Dual], truncation: Callable | None = None
) -> Layer:
    r"""Layer that applies the scalar function `phi` to each entry; it has no parameters: `()`.

    $$K' = \mathbb{E}\, \phi(u) \phi(v), \qquad T' = T\, \mathbb{E}\, \phi'(u) \phi'(v), \qquad
    (u, v) \sim \mathcal{N}(0, K)$$

    Args:
      name: the layer, for messages.
      phi: maps an array to an array of its shape, entry by entry.
      variance: q -> E phi(u)^2, u ~ N(0, q), for an array of any shape.
      dual: the second moments of a pair, see `Dual`.
      truncation: q -> error of the two in units of its tolerance, where they come from a series.
    """

    def init_fn(key, input_shape):
        check_input_shape(f"{name}.init_fn", input_shape)
        return tuple(input_shape), ()

    def apply_fn(params, x):
        check_input_shape(f"{name}.apply_fn", jnp.shape(x))
        return phi(jnp.asarray(x))

    def advance(kernel):
        if not kernel.gaussian:
            raise ValueError(
                f"{name}.kernel_fn: its inputs are not Gaussian, so the kernel has no closed form. A nonlinearity "
                "needs a linear layer right before it: put Dense(width), or a Conv, between two nonlinearities, and "
                "before the first one."
            )
        require_variances(kernel)
        error = kernel.truncation
        if truncation is not None:
            for q in (kernel.cov1, kernel.cov2):
                error = jnp.maximum(error, truncation(q).max())
        return kernel.activated(dual, variance, truncation=error, gaussian=False)

    return Layer(init_fn, apply_fn, KernelFn(name, advance))
