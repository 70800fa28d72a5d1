"""The tangent kernel by finite differences: a witness that uses no automatic differentiation."""

from functools import partial

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from ntkbook.empirical.checks import ApplyFn, Params, checked_arguments, checked_trace_axes, row_output_shape


def finite_difference_ntk(
    apply_fn: ApplyFn,
    params: Params,
    x1: Float[Array, "n1 ..."],
    x2: Float[Array, "n2 ..."] | None = None,
    *,
    step: float | None = None,
    trace_axes: tuple[int, ...] = (-1,),
) -> Float[Array, "n1 n2 ..."]:
    """Tangent kernel by central differences in each parameter: a witness that uses no autodiff.

    Meant for networks of up to some 10^4 parameters: it calls the network 2P times on each batch.

    Args:
      apply_fn, params, x1, x2, trace_axes: as for `ntk`.
      step: change of a parameter; default eps^(1/3), where the error of the difference (step^2) and of
        rounding (eps / step) balance: 6e-6 in float64, 5e-3 in float32.
    Returns: kernel, shaped as by `ntk`.
    Raises: as `ntk`; ValueError: step not positive.
    Accuracy: about eps^(2/3) of the largest entry: 1e-9 in float64, 1e-3 in float32, for smooth
      activations and parameters of order 1. A ReLU whose kink lies within `step` costs more.
    """
    name = "finite_difference_ntk"
    trace_axes = checked_trace_axes(name, trace_axes)
    x1, x2 = checked_arguments(name, apply_fn, params, x1, x2)
    output_shape = row_output_shape(name, apply_fn, params, x1)
    step = float(jnp.finfo(ravel_pytree(params)[0].dtype).eps) ** (1 / 3) if step is None else step
    if not step > 0:
        raise ValueError(f"{name}: step must be positive, got {step}. None chooses one.")
    jacobian1 = _difference_jacobian(apply_fn, params, x1, step)
    jacobian2 = jacobian1 if x2 is None else _difference_jacobian(apply_fn, params, x2, step)
    blocks = jnp.einsum("pia,pjb->ijab", jacobian1, jacobian2)
    if not output_shape:
        return blocks[:, :, 0, 0]
    return jnp.trace(blocks, axis1=2, axis2=3) / blocks.shape[2] if trace_axes else blocks


@partial(jax.jit, static_argnames="apply_fn")
def _difference_jacobian(apply_fn, params, x, step):
    theta, unravel = ravel_pytree(params)

    def derivative(p):
        above, below = theta.at[p].add(step), theta.at[p].add(-step)
        # Divided by the change that was made, after rounding, and not by the one that was asked for.
        return (apply_fn(unravel(above), x) - apply_fn(unravel(below), x)) / (above[p] - below[p])

    columns = jax.lax.map(derivative, jnp.arange(theta.size), batch_size=64)  # (P, n) or (P, n, k)
    return columns.reshape(theta.size, x.shape[0], -1)
