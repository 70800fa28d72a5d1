"""Tangent kernels and linearizations of any `(apply_fn, params)`, by automatic differentiation.

`apply_fn(params, x)` maps inputs (n, ...) to outputs (n,) or (n, k), row by row: the output of a row
depends on that row alone (a batch statistic would break this). It is compiled once per function object:
pass the same one again, rather than a new lambda, and the next call is fast. `params` is any pytree of
floating-point arrays of one dtype; a complex or integer leaf is refused by JAX.

Three roads to one kernel: `ntk(..., method="jacobian")` contracts two reverse-mode Jacobians;
`ntk(..., method="products")` pushes one gradient at a time through the forward mode and forms no Jacobian;
`finite_difference_ntk` calls the network alone. The first two would both believe a wrong custom derivative.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from ntkbook.preconditions import as_inputs, require_finite, require_function

__all__ = ["finite_difference_ntk", "flatten", "linearize", "ntk", "ntk_row", "push"]

Params = Any
ApplyFn = Callable[[Params, Array], Array]

# Above this many bytes of Jacobian, method="auto" turns to products.
_JACOBIAN_BYTES = 2**28


def flatten(apply_fn: ApplyFn, params: Params) -> tuple[ApplyFn, Float[Array, " P"]]:
    """The same function of one parameter vector theta.

    Args:
      apply_fn: `apply_fn(params, x)`.
      params: pytree with P numbers in all.
    Returns: `flat_apply_fn(theta, x)` and theta, of shape (P,), such that
      `flat_apply_fn(theta, x)` equals `apply_fn(params, x)`.
    """
    require_function("flatten", apply_fn)
    theta, unravel = ravel_pytree(params)
    return lambda flat, x: apply_fn(unravel(flat), x), theta


def linearize(apply_fn: ApplyFn, params0: Params) -> ApplyFn:
    r"""First-order Taylor expansion of a network in its parameters.

    $$f^{\mathrm{lin}}(x; \theta) = f(x; \theta_0) + \nabla_\theta f(x; \theta_0)^\top (\theta - \theta_0)$$

    Returns: `f_lin(params, x)`, affine in params, with the value and the tangent kernel of the network at
      params0, and the same tangent kernel everywhere else.
    Source: Lee et al. 2019; the calling convention of neural-tangents' `linearize`.
    """
    require_function("linearize", apply_fn)

    def f_lin(params, x):
        step = jax.tree.map(jnp.subtract, params, params0)
        value, change = jax.jvp(lambda p: apply_fn(p, x), (params0,), (step,))
        return value + change

    return f_lin


def ntk(
    apply_fn: ApplyFn,
    params: Params,
    x1: Float[Array, "n1 ..."],
    x2: Float[Array, "n2 ..."] | None = None,
    *,
    method: str = "auto",
    trace_axes: tuple[int, ...] = (-1,),
) -> Float[Array, "n1 n2 ..."]:
    r"""Empirical tangent kernel of a network at given parameters.

    $$\Theta_{ab}(x, x') = \sum_p \frac{\partial f_a(x)}{\partial \theta_p}
    \frac{\partial f_b(x')}{\partial \theta_p}$$

    Convention: that of neural-tangents' `empirical_ntk_fn`. With `trace_axes=(-1,)` the trace over the k
    outputs is divided by k; with `trace_axes=()` all blocks are returned. The derivatives are those with
    respect to `params` as they are: for `ntkbook.stax`, the NTK parametrization.

    Args:
      apply_fn, params: the network, with outputs (n,) or (n, k).
      x1, x2: inputs, one per row; x2 = None stands for x1.
      method: "jacobian" contracts two Jacobians, in memory n k P numbers each; "products" takes the kernel
        column by column as a Jacobian-vector product of a vector-Jacobian product, and holds one gradient
        at a time; "auto" is "jacobian" while the Jacobians take at most 256 MiB together.
      trace_axes: (-1,) or (). Scalar outputs (n,) have nothing to trace.
    Returns: kernel of shape (n1, n2), or (n1, n2, k, k) for `trace_axes=()` and outputs (n, k), where entry
      [i, j, a, b] couples output a at x1[i] with output b at x2[j].
    Raises: TypeError: apply_fn is no function. ValueError: an unknown method, other trace_axes, outputs that
      are neither (n,) nor (n, k), x1 and x2 whose rows differ in shape, or NaN or infinity in params, x1 or x2
      (where JAX knows their values: not under jit or vmap).
    Accuracy: the two methods agree to 1e-13 of the largest entry in float64, 1e-5 in float32.
    Source: Jacot et al. 2018; products: Novak et al. 2022.
    """
    if method not in ("auto", "jacobian", "products"):
        raise ValueError(f'ntk: method is "auto", "jacobian" or "products", got {method!r}.')
    if trace_axes not in ((), (-1,)):
        raise ValueError(f"ntk: trace_axes is () for all blocks or (-1,) for their mean trace, got {trace_axes!r}.")
    x1, x2, output_shape = _checked("ntk", apply_fn, params, x1, x2)
    if method == "auto":
        params_bytes = sum(leaf.size * leaf.dtype.itemsize for leaf in map(jnp.asarray, jax.tree.leaves(params)))
        rows = x1.shape[0] + (0 if x2 is None else x2.shape[0])
        jacobian_bytes = rows * math.prod(output_shape) * params_bytes
        method = "jacobian" if jacobian_bytes <= _JACOBIAN_BYTES else "products"
    blocks = (_jacobian_ntk if method == "jacobian" else _products_ntk)(apply_fn, params, x1, x2)
    return _take_trace(blocks, output_shape, trace_axes)


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
    x1, x2, output_shape = _checked("finite_difference_ntk", apply_fn, params, x1, x2)
    step = float(jnp.finfo(ravel_pytree(params)[0].dtype).eps) ** (1 / 3) if step is None else step
    if not step > 0:
        raise ValueError(f"finite_difference_ntk: step must be positive, got {step}. None chooses one.")
    jacobian1 = _difference_jacobian(apply_fn, params, x1, step)
    jacobian2 = jacobian1 if x2 is None else _difference_jacobian(apply_fn, params, x2, step)
    blocks = jnp.einsum("pia,pjb->ijab", jacobian1, jacobian2)
    return _take_trace(blocks, output_shape, trace_axes)


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
    _, _, shape = _checked(name, apply_fn, params, row, None)
    if shape and not 0 <= output < shape[0]:
        raise ValueError(f"{name}: the network has outputs 0 to {shape[0] - 1}, got output={output}.")
    return jax.grad(lambda p: apply_fn(p, row).reshape(-1)[output if shape else 0])(params)


def _checked(name, apply_fn, params, x1, x2):
    """The batches as arrays, and the shape of the output at one row."""
    require_function(name, apply_fn)
    require_finite(name, "params", params)
    x1 = as_inputs(name, "x1", x1)
    x2 = None if x2 is None else as_inputs(name, "x2", x2)
    if x2 is not None and x1.shape[1:] != x2.shape[1:]:
        raise ValueError(f"{name}: x1 and x2 must have rows of one shape, got {x1.shape} and {x2.shape}.")
    return x1, x2, _row_output_shape(name, apply_fn, params, x1)


def _row_output_shape(name, apply_fn, params, x):
    """() for outputs (n,), (k,) for outputs (n, k)."""
    shape = jax.eval_shape(apply_fn, params, x).shape
    if len(shape) not in (1, 2) or shape[0] != x.shape[0]:
        raise ValueError(
            f"{name}: apply_fn must map {x.shape[0]} inputs to outputs of shape (n,) or (n, k), got {shape}."
        )
    return shape[1:]


@partial(jax.jit, static_argnames="apply_fn")
def _jacobian_ntk(apply_fn, params, x1, x2):
    flat_apply_fn, theta = flatten(apply_fn, params)

    def jacobian(x):
        return jax.vmap(jax.jacrev(lambda flat, row: flat_apply_fn(flat, row[None]).reshape(-1)), (None, 0))(theta, x)

    jacobian1 = jacobian(x1)  # (n1, k, P)
    jacobian2 = jacobian1 if x2 is None else jacobian(x2)
    return jnp.einsum("iap,jbp->ijab", jacobian1, jacobian2)


@partial(jax.jit, static_argnames="apply_fn")
def _products_ntk(apply_fn, params, x1, x2):
    x2 = x1 if x2 is None else x2
    outputs1, pushforward = jax.linearize(lambda p: apply_fn(p, x1), params)
    k = outputs1.reshape(outputs1.shape[0], -1).shape[1]

    def column(row):
        _, pullback = jax.vjp(lambda p: apply_fn(p, row[None]).reshape(-1), params)

        def of_output(cotangent):
            (gradient,) = pullback(cotangent)
            return pushforward(gradient).reshape(-1, k)

        return jax.lax.map(of_output, jnp.eye(k, dtype=outputs1.dtype))  # (k, n1, k): [b, i, a]

    columns = jax.lax.map(column, x2)  # (n2, k, n1, k): [j, b, i, a]
    return columns.transpose(2, 0, 3, 1)


@partial(jax.jit, static_argnames="apply_fn")
def _difference_jacobian(apply_fn, params, x, step):
    theta, unravel = ravel_pytree(params)

    def derivative(p):
        above, below = theta.at[p].add(step), theta.at[p].add(-step)
        # Divided by the change that was made, after rounding, and not by the one that was asked for.
        return (apply_fn(unravel(above), x) - apply_fn(unravel(below), x)) / (above[p] - below[p])

    columns = jax.lax.map(derivative, jnp.arange(theta.size), batch_size=64)  # (P, n) or (P, n, k)
    return columns.reshape(theta.size, x.shape[0], -1)


def _take_trace(blocks, output_shape, trace_axes):
    if not output_shape:
        return blocks[:, :, 0, 0]
    return jnp.trace(blocks, axis1=2, axis2=3) / blocks.shape[2] if trace_axes else blocks
