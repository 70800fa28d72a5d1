"""Three exact ways to a tangent kernel, in one form: features of a batch, and what a pair of batches gives.

A pair gives (n1, n2) if the trace over outputs is taken, as a sum over them, else (n1, k, n2, k).
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from ntkbook.empirical.checks import ApplyFn, Params
from ntkbook.empirical.contraction import contract, forms_gradient
from ntkbook.empirical.expansion import flatten
from ntkbook.empirical.features import Traced

# Features and intermediate arrays of one call stay near this many bytes, or near what one row needs.
MEMORY = 2**28


class Route(NamedTuple):
    """One way to the kernel.

    Fields:
      features: what is kept of a batch of rows; each array in it has the rows first.
      pair: the kernel between two batches, from their features.
      bytes_at: bytes that a tile of so many rows takes, beside its part of the kernel.
      halves: whether a quarter of a symmetric kernel costs a quarter.
    """

    features: Callable[[Array], Any]
    pair: Callable[[Any, Any], Array]
    bytes_at: Callable[[int], int]
    halves: bool


def choose_routes(apply_fn: ApplyFn, params: Params, x: Array, rows: int, method: str, *, traced: bool) -> list[Route]:
    """The routes whose kernels add up to that of the network: mostly one."""
    if method == "jacobian":
        return [_jacobian_route(apply_fn, params, traced)]
    if method == "products":
        return [_products_route(apply_fn, params, traced)]
    net = Traced(apply_fn, params, jax.ShapeDtypeStruct(x.shape[1:], x.dtype))
    k = net.outputs
    if method == "auto" and not net.tapped:
        jacobian = _jacobian_route(apply_fn, params, traced)
        fits = rows * k * _size_in_bytes(params) <= MEMORY
        return [jacobian if fits else _products_route(apply_fn, params, traced)]
    leaves, structure = jax.tree.flatten(params)
    fits = rows * k * _size_in_bytes([leaves[i] for i in net.loose]) <= MEMORY
    direct = net.loose if fits else ()
    routes = [_structured_route(net, leaves, direct, x, traced)] if net.tapped or direct else []
    if net.loose and not fits:

        def of_loose(loose, x):
            current = list(leaves)
            for place, leaf in zip(net.loose, loose, strict=True):
                current[place] = leaf
            return apply_fn(jax.tree.unflatten(structure, current), x)

        routes.append(_products_route(of_loose, [leaves[i] for i in net.loose], traced))
    return routes


def _structured_route(net, leaves, direct, x, traced):
    def features(x):
        return net.of_rows(leaves, direct, x)

    row = jax.eval_shape(features, jax.ShapeDtypeStruct((1, *x.shape[1:]), x.dtype))

    def bytes_at(n):
        # Twice the features: a tile of columns stands beside the tile of rows. Layers are handled one by one.
        layers = [_workspace(factors, n, net.outputs, traced) for factors in row.factors]
        return 2 * n * _size_in_bytes(row) + max(layers, default=0)

    return Route(features, lambda rows1, rows2: contract(rows1, rows2, traced=traced), bytes_at, halves=True)


def _workspace(factors, n, k, traced):
    (_, T, D), W, width = factors.features.shape, factors.slopes.shape[-1], factors.slopes.dtype.itemsize
    if forms_gradient(T, D, W, k, n, n, traced=traced):
        return 2 * n * k * D * W * width
    return 2 * n * n * T * T * (1 if traced else k * k) * width


def _jacobian_route(apply_fn, params, traced):
    flat_apply_fn, theta = flatten(apply_fn, params)

    def features(x):
        return jax.vmap(jax.jacrev(lambda flat, row: flat_apply_fn(flat, row[None]).reshape(-1)), (None, 0))(theta, x)

    def pair(jacobian1, jacobian2):  # (n, k, P)
        return jnp.einsum("iap,jap->ij" if traced else "iap,jbp->iajb", jacobian1, jacobian2)

    return Route(features, pair, lambda n: 0, halves=True)


def _products_route(apply_fn, params, traced):
    def pair(x1, x2):
        outputs1, pushforward = jax.linearize(lambda p: apply_fn(p, x1), params)
        k = math.prod(outputs1.shape[1:])

        def column(row):
            _, pullback = jax.vjp(lambda p: apply_fn(p, row[None]).reshape(-1), params)

            def of_output(cotangent):
                (gradient,) = pullback(cotangent)
                return pushforward(gradient).reshape(-1, k)

            blocks = lax.map(of_output, jnp.eye(k, dtype=outputs1.dtype))  # (k, n1, k): [b, i, a]
            return jnp.trace(blocks, axis1=0, axis2=2) if traced else blocks

        columns = lax.map(column, x2)  # (n2, n1) or (n2, k, n1, k): [j, b, i, a]
        return columns.T if traced else columns.transpose(2, 3, 0, 1)

    return Route(lambda x: x, pair, lambda n: 0, halves=False)


def _size_in_bytes(tree):
    return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))
