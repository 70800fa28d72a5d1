"""Kernels and expansions of any `(apply_fn, params)`, by automatic differentiation.

`apply_fn(params, x)` maps inputs (n, ...) to outputs (n,) or (n, k), row by row: the output of a row
depends on that row alone. Rows that interact, as through a batch statistic, cannot be seen from outside in general:
each road then gives another wrong answer. `apply_fn` is compiled once per function object: pass the same one again,
rather than a new lambda, and the next call is fast. `params` is any pytree of real floating-point arrays of one
dtype.

Four roads to one tangent kernel: `ntk(..., method="structured")` multiplies the factors of the gradients and
forms no Jacobian; `method="jacobian"` contracts two reverse-mode Jacobians; `method="products"` pushes one gradient
at a time through the forward mode; `finite_difference_ntk` calls the network alone. The first three would all
believe a wrong custom derivative.
"""

from ntkbook.empirical.curvature import hessian_norm
from ntkbook.empirical.differences import finite_difference_ntk
from ntkbook.empirical.expansion import flatten, linearize, taylor_expand
from ntkbook.empirical.kernel import nngp, ntk
from ntkbook.empirical.pushing import ntk_row, push

__all__ = [
    "finite_difference_ntk",
    "flatten",
    "hessian_norm",
    "linearize",
    "nngp",
    "ntk",
    "ntk_row",
    "push",
    "taylor_expand",
]
