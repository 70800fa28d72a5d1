"""Branches: a fan-out, and the layers that join it again."""

from functools import reduce

import jax.numpy as jnp

from ntkbook.stax.angle import sqrt
from ntkbook.stax.image_kernel import ImageKernel
from ntkbook.stax.kernel import Kernel
from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, one_per_arguments


@one_per_arguments
def FanOut(num: int) -> Layer:
    """Layer that returns a list of `num` copies of its inputs, one for each branch of a `parallel`."""
    if not (isinstance(num, int) and num >= 1):
        raise ValueError(f"FanOut(num={num!r}): expected the number of branches, at least one branch.")
    return Layer(
        lambda key, input_shape: ([input_shape] * num, ()),
        lambda params, x: [x] * num,
        KernelFn("FanOut", lambda kernel: [kernel] * num),
    )


@one_per_arguments
def FanInSum() -> Layer:
    r"""Layer that adds its branches, entry by entry: K = K_1 + K_2 + ..., and the same for T.

    The limit needs branches that are uncorrelated: all but one must end in a `Dense`, whose weights are fresh.
    """

    def init_fn(key, input_shapes):
        if len({tuple(shape) for shape in input_shapes}) > 1:
            raise ValueError(f"FanInSum.init_fn: branches must have one shape, got {list(input_shapes)}.")
        return input_shapes[0], ()

    def apply_fn(params, xs):
        return reduce(jnp.add, _branches("FanInSum", xs))

    def advance(kernels):
        _branches("FanInSum", kernels)
        _check_uncorrelated("FanInSum", kernels)
        return _mix(kernels, [1.0] * len(kernels))

    return Layer(init_fn, apply_fn, KernelFn("FanInSum", advance))


@one_per_arguments
def FanInConcat(axis: int = -1) -> Layer:
    """Layer that joins the features of its branches: K is the mean of the branches' K, weighted by their widths.

    The limit needs branches that are uncorrelated: all but one must end in a `Dense`, whose weights are fresh.

    Args:
      axis: -1, the features.
    """
    if axis != -1:
        raise ValueError(f"FanInConcat(axis={axis}): expected -1, the features; rows of a batch do not interact.")

    def init_fn(key, input_shapes):
        if len({tuple(shape[:-1]) for shape in input_shapes}) > 1:
            raise ValueError(f"FanInConcat.init_fn: branches may differ in the last axis only, got {input_shapes}.")
        return (*input_shapes[0][:-1], sum(shape[-1] for shape in input_shapes)), ()

    def apply_fn(params, xs):
        return jnp.concatenate(_branches("FanInConcat", xs), axis=-1)

    def advance(kernels):
        _branches("FanInConcat", kernels)
        _check_uncorrelated("FanInConcat", kernels)
        total = sum(kernel.width for kernel in kernels)
        joined = _mix(kernels, [kernel.width / total for kernel in kernels])
        # Branches of different variance make a mixture, which is Gaussian only behind the next Dense.
        return joined.replace(width=total, gaussian=False)

    return Layer(init_fn, apply_fn, KernelFn("FanInConcat", advance))


def _branches(name, xs):
    if not isinstance(xs, list | tuple) or not xs or isinstance(xs, Kernel | ImageKernel):
        raise ValueError(f"{name}: expected a list of branches. Put FanOut(n) and parallel(...) before it.")
    shapes = {x.distance.shape if isinstance(x, Kernel | ImageKernel) else jnp.shape(x)[:-1] for x in xs}
    if len(shapes) > 1:
        raise ValueError(f"{name}: branches must have the same inputs and positions, got shapes {sorted(shapes)}.")
    return list(xs)


def _check_uncorrelated(name, kernels):
    sources = [source for kernel in kernels for source in kernel.sources]
    loose = [position for position, kernel in enumerate(kernels) if not kernel.gaussian]
    if len(loose) > 1 or len(set(sources)) < len(sources):
        raise ValueError(
            f"{name}.kernel_fn: the branches are correlated, so their kernels do not add. Let all branches but one "
            "end in a linear layer, Dense(width) or a Conv."
        )


def _mix(kernels, weights):
    """Weighted sums of the states."""

    def total(field):
        parts = [getattr(kernel, field) for kernel in kernels]
        return None if parts[0] is None else reduce(jnp.add, [w * part for w, part in zip(weights, parts, strict=True)])

    common = dict(
        truncation=reduce(jnp.maximum, [kernel.truncation for kernel in kernels]),
        gaussian=all(kernel.gaussian for kernel in kernels),
        sources=frozenset().union(*(kernel.sources for kernel in kernels)),
        **{field: total(field) for field in ("ntk", "cov1", "cov2")},
    )
    if isinstance(kernels[0], ImageKernel):
        return kernels[0].replace(**{field: total(field) for field in ("distance", "self1", "self2")}, **common)
    pairs = [kernel.pair.scaled(w) for w, kernel in zip(weights, kernels, strict=True)]
    k, d, p, c, s = (reduce(jnp.add, [getattr(pair, name) for pair in pairs]) for name in "kdpcs")
    spread = _norm_spread(pairs, sqrt(common["cov1"])[:, None] * sqrt(common["cov2"])[None, :])
    common["rough"] = any(kernel.rough for kernel in kernels)
    return kernels[0].moved(k, d, p, c + spread, s + spread, **common)


def _norm_spread(pairs, M):
    """sqrt(Q1 Q2) of the sum beyond the sum of sqrt(q1 q2), by Lagrange's identity."""
    cross = [(a.r1 * b.r2 - a.r2 * b.r1) ** 2 for position, a in enumerate(pairs) for b in pairs[:position]]
    if not cross:
        return jnp.zeros_like(M)
    bottom = reduce(jnp.add, [pair.m for pair in pairs], M)
    return reduce(jnp.add, cross) / jnp.where(bottom > 0, bottom, 1)
