"""The two empirical kernels of a network at given parameters."""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ntkbook.empirical.checks import (
    ApplyFn,
    Params,
    checked_arguments,
    checked_batch_size,
    checked_trace_axes,
    row_output_shape,
)
from ntkbook.empirical.routes import choose_routes
from ntkbook.empirical.tiles import kernel_in_tiles

_METHODS = ("auto", "structured", "jacobian", "products")


def ntk(
    apply_fn: ApplyFn,
    params: Params,
    x1: Float[Array, "n1 ..."],
    x2: Float[Array, "n2 ..."] | None = None,
    *,
    method: str = "auto",
    trace_axes: tuple[int, ...] = (-1,),
    batch_size: int | None = None,
) -> Float[Array, "n1 n2 ..."]:
    r"""Empirical tangent kernel of a network at given parameters.

    $$\Theta_{ab}(x, x') = \sum_p \frac{\partial f_a(x)}{\partial \theta_p}
    \frac{\partial f_b(x')}{\partial \theta_p}$$

    Convention: that of neural-tangents' `empirical_ntk_fn`. With `trace_axes=(-1,)` the trace over the k
    outputs is divided by k; with `trace_axes=()` all blocks are returned. The derivatives are those with
    respect to `params` as they are: for `ntkbook.stax`, the NTK parametrization.

    Args:
      apply_fn, params: the network, with outputs (n,) or (n, k).
      x1, x2: inputs, one per row; x2 = None stands for x1, and half the kernel is then mirrored.
      method: all are exact. "structured" uses that the gradient of a matrix product, of a convolution and of a
        bias is an outer product, and works with the factors; a parameter that acts in another way, or at two
        places, takes one of the other ways. "jacobian" contracts two Jacobians, in memory n k P numbers each;
        "products" takes the kernel column by column as a Jacobian-vector product of a vector-Jacobian product,
        and holds one gradient at a time. "auto" is "structured" wherever that finds a layer, else "jacobian"
        while it takes at most 256 MiB, else "products".
      trace_axes: (-1,) or (). Scalar outputs (n,) have nothing to trace.
      batch_size: rows of a tile in which the kernel is computed, to bound the memory at the price of computing
        some gradients more than once. None: one tile, or for "structured" as many rows as fit into 256 MiB.
    Returns: kernel of shape (n1, n2), or (n1, n2, k, k) for `trace_axes=()` and outputs (n, k), where entry
      [i, j, a, b] couples output a at x1[i] with output b at x2[j].
    Raises: TypeError: apply_fn is no function of (params, x); params that are not real floating-point numbers; x1
      and x2 of two dtypes. ValueError: an unknown method, other trace_axes, batch_size below 1, outputs that
      are neither (n,) nor (n, k), x1 and x2 whose rows differ in shape, or NaN or infinity in params, x1 or x2
      (where JAX knows their values: not under jit or vmap).
    Accuracy: the methods and batch sizes agree to 1e-13 of the largest entry in float64, 1e-5 in float32.
    Source: Jacot et al. 2018; structured and products: Novak et al. 2022.
    """
    if method not in _METHODS:
        raise ValueError(f'ntk: method is "auto", "structured", "jacobian" or "products", got {method!r}.')
    trace_axes = checked_trace_axes("ntk", trace_axes)
    batch_size = checked_batch_size("ntk", batch_size)
    x1, x2 = checked_arguments("ntk", apply_fn, params, x1, x2)
    return _ntk(apply_fn, method, bool(trace_axes), batch_size, params, x1, x2)


def nngp(
    apply_fn: ApplyFn,
    params: Params,
    x1: Float[Array, "n1 ..."],
    x2: Float[Array, "n2 ..."] | None = None,
    *,
    trace_axes: tuple[int, ...] = (-1,),
) -> Float[Array, "n1 n2 ..."]:
    r"""Empirical covariance of a network's outputs at given parameters: the products themselves.

    $$K_{ab}(x, x') = f_a(x)\, f_b(x')$$

    Convention: that of neural-tangents' `empirical_nngp_fn`. With `trace_axes=(-1,)` the trace over the k outputs is
    divided by k: for outputs that are independent given the layers below, an estimate of the NNGP kernel from
    one draw of the parameters. The mean over many draws has it as its limit in width.

    Args: as for `ntk`.
    Returns: shape (n1, n2), or (n1, n2, k, k) for `trace_axes=()` and outputs (n, k).
    Raises: as `ntk`.
    Accuracy: rounding of one matrix product.
    """
    trace_axes = checked_trace_axes("nngp", trace_axes)
    x1, x2 = checked_arguments("nngp", apply_fn, params, x1, x2)
    return _nngp(apply_fn, bool(trace_axes), params, x1, x2)


@partial(jax.jit, static_argnums=(0, 1, 2, 3))
def _ntk(apply_fn, method, traced, batch_size, params, x1, x2):
    # What is checked here costs a trace of the network, once for each shape.
    output_shape = row_output_shape("ntk", apply_fn, params, x1)
    traced = traced or not output_shape
    rows = max(x.shape[0] for x in (x1, x2) if x is not None)
    rows = rows if batch_size is None else min(rows, batch_size)
    routes = choose_routes(apply_fn, params, x1, rows, method, traced=traced)
    kernels = [kernel_in_tiles(route, x1, x2, batch_size) for route in routes]
    if not kernels:
        return _without_parameters(apply_fn, params, x1, x2, output_shape, traced)
    return _arranged(sum(kernels[1:], kernels[0]), output_shape, traced)


def _arranged(kernel, output_shape, traced):
    """From sums over outputs to means, or from (n1, k, n2, k) to (n1, n2, k, k)."""
    if traced:
        return kernel / output_shape[0] if output_shape else kernel
    return kernel.transpose(0, 2, 1, 3)


def _without_parameters(apply_fn, params, x1, x2, output_shape, traced):
    dtype = jax.eval_shape(apply_fn, params, x1).dtype
    columns = x1 if x2 is None else x2
    return jnp.zeros((x1.shape[0], columns.shape[0], *(() if traced else 2 * output_shape)), dtype)


@partial(jax.jit, static_argnums=(0, 1))
def _nngp(apply_fn, traced, params, x1, x2):
    output_shape = row_output_shape("nngp", apply_fn, params, x1)
    outputs1 = apply_fn(params, x1).reshape(x1.shape[0], -1)
    outputs2 = outputs1 if x2 is None else apply_fn(params, x2).reshape(x2.shape[0], -1)
    traced = traced or not output_shape
    spec = "ia,ja->ij" if traced else "ia,jb->iajb"
    return _arranged(jnp.einsum(spec, outputs1, outputs2, precision=jax.lax.Precision.HIGHEST), output_shape, traced)
