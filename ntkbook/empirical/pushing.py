"""What moves when the output at one input is pushed: a row of the kernel, predicted and carried out."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ntkbook.empirical.checks import ApplyFn, Params, checked_arguments, row_output_shape
from ntkbook.preconditions import as_inputs, require_finite


def ntk_row(
    apply_fn: ApplyFn, params: Params, x_pushed: Float[Array, "..."], x: Float[Array, "n ..."], *, output: int = 0
) -> Float[Array, "n ..."]:
    r"""Who moves when one output is pushed: the kernel row of a single input.

    Moving the parameters by s ∇f(x_pushed) changes f(x_j) by s Θ(x_j, x_pushed), to first order in s.

    Args:
      x_pushed: one input, without a batch axis.
      x: inputs whose movement is asked for, one per row.
      output: which of the k outputs of x_pushed is pushed; not used for scalar outputs.
    Returns: the movement per unit of s, shaped as `apply_fn(params, x)`: (n,) or (n, k). Entry [j, a] is
      Θ_{a,output}(x_j, x_pushed).
    Raises: as `ntk`; ValueError: x_pushed is not one row of x's shape; no such output.
    """
    x_pushed, x = jnp.asarray(x_pushed), as_inputs("ntk_row", "x", x)
    if x_pushed.shape != x.shape[1:]:
        raise ValueError(
            f"ntk_row: x_pushed is one input of shape {x.shape[1:]}, like a row of x; got {x_pushed.shape}."
        )
    gradient = _gradient("ntk_row", apply_fn, params, x_pushed, output)
    return jax.jvp(lambda p: apply_fn(p, x), (params,), (gradient,))[1]


def push(apply_fn: ApplyFn, params: Params, x_pushed: Float[Array, "..."], *, step: float, output: int = 0) -> Params:
    """The parameters after a step along the gradient of one output: params + step ∇f(x_pushed).

    What `ntk_row` predicts to first order, this lets one measure:
    `(apply_fn(push(...), x) - apply_fn(params, x)) / step`.

    Args:
      x_pushed: one input, without a batch axis.
      step: multiple of the gradient that is added; negative pushes down.
      output: which of the k outputs is pushed; not used for scalar outputs.
    Raises: as `ntk`; ValueError: no such output.
    """
    gradient = _gradient("push", apply_fn, params, x_pushed, output)
    return jax.tree.map(lambda leaf, slope: leaf + step * slope, params, gradient)


def _gradient(name, apply_fn, params, x_pushed, output):
    row = jnp.asarray(x_pushed)[None]
    require_finite(name, "x_pushed", row[0])
    checked_arguments(name, apply_fn, params, row, None)
    shape = row_output_shape(name, apply_fn, params, row)
    if shape and not 0 <= output < shape[0]:
        raise ValueError(f"{name}: the network has outputs 0 to {shape[0] - 1}, got output={output}.")
    return jax.grad(lambda p: apply_fn(p, row).reshape(-1)[output if shape else 0])(params)
