"""How fast outputs move under gradient flow: through the parameters, and by the tangent kernel."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ntkbook.dynamics.path import Loss, Params
from ntkbook.empirical import ntk
from ntkbook.losses import mse
from ntkbook.preconditions import as_inputs, as_targets, require_finite, require_function

__all__ = ["apply_kernel", "kernel_velocity", "output_velocity", "parameter_velocity", "training_data"]


def output_velocity(
    apply_fn: Callable,
    params: Params,
    x: Float[Array, "N ..."],
    y: Float[Array, "N ..."],
    *,
    x_test: Float[Array, "M ..."] | None = None,
    learning_rate: float = 1.0,
    loss: Loss = mse,
) -> Float[Array, "M ..."]:
    r"""How fast the outputs move under gradient flow, by the chain rule through the parameters.

    The Jacobian-vector product of the network along dθ/dt = −η ∇_θ L. No kernel is formed.

    Args:
      x, y: the training data, which give the loss.
      x_test: the inputs whose outputs are watched; None for the training inputs.
    Returns: df/dt, shaped as `apply_fn(params, x_test)`. Along a `Path`, `jax.vmap` over `path.params`.
    Raises: ValueError: as `gradient_flow`.
    Accuracy: agrees with `kernel_velocity` to 1e-12 of the largest entry in float64, 1e-4 in float32.
    """
    x, y = training_data("output_velocity", apply_fn, params, x, y, learning_rate, loss)
    watched = x if x_test is None else as_inputs("output_velocity", "x_test", x_test)
    return _output_velocity(apply_fn, loss, params, x, y, watched, learning_rate)


def kernel_velocity(
    apply_fn: Callable,
    params: Params,
    x: Float[Array, "N ..."],
    y: Float[Array, "N ..."],
    *,
    x_test: Float[Array, "M ..."] | None = None,
    learning_rate: float = 1.0,
    loss: Loss = mse,
    method: str = "jacobian",
) -> Float[Array, "M ..."]:
    r"""How fast the outputs move under gradient flow, by the tangent kernel: −η Σ_j Θ(x_i, x_j) ∂L/∂f_j.

    Args: as for `output_velocity`; `method` as for `ntk`.
    Returns: df/dt, shaped as `apply_fn(params, x_test)`.
    Raises: ValueError: as `gradient_flow`; an unknown method.
    Accuracy: agrees with `output_velocity` to 1e-12 of the largest entry in float64, 1e-4 in float32.
    """
    x, y = training_data("kernel_velocity", apply_fn, params, x, y, learning_rate, loss)
    watched = x if x_test is None else as_inputs("kernel_velocity", "x_test", x_test)
    slope = jax.grad(loss)(apply_fn(params, x), y)
    blocks = ntk(apply_fn, params, watched, x, method=method, trace_axes=())
    return -learning_rate * apply_kernel(blocks, slope)


def apply_kernel(kernel: Float[Array, "M N ..."], slope: Float[Array, "N ..."]) -> Float[Array, "M ..."]:
    """Σ_jb Θ[i, j, a, b] slope[j, b], or Σ_j Θ[i, j] slope[j] where the kernel has no output axes."""
    return jnp.tensordot(kernel, slope, 1) if kernel.ndim == 2 else jnp.einsum("ijab,jb->ia", kernel, slope)


def parameter_velocity(
    apply_fn: Callable, loss: Loss, params: Params, x: Array, y: Array, learning_rate: float
) -> Params:
    """dθ/dt = −η ∇L(θ), a pytree like the parameters."""
    gradient = jax.grad(lambda p: loss(apply_fn(p, x), y))(params)
    return jax.tree.map(lambda slope: -learning_rate * slope, gradient)


def training_data(
    name: str, apply_fn: Any, params: Params, x: Any, y: Any, learning_rate: float, loss: Loss
) -> tuple[Array, Array]:
    """The inputs and targets as arrays, once everything that gives the loss is in order."""
    require_function(name, apply_fn)
    require_finite(name, "params", params)
    x = as_inputs(name, "x", x)
    return x, as_targets(name, y, jax.eval_shape(apply_fn, params, x), loss, learning_rate)


@partial(jax.jit, static_argnames=("apply_fn", "loss"))
def _output_velocity(apply_fn, loss, params, x, y, watched, learning_rate):
    direction = parameter_velocity(apply_fn, loss, params, x, y, learning_rate)
    return jax.jvp(lambda p: apply_fn(p, watched), (params,), (direction,))[1]
