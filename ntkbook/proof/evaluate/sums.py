"""Finite sums and products, by contraction at concrete sizes."""

import itertools

import jax.numpy as jnp
import numpy as np
import sympy as sp

from ..broadcasting import at_least, at_most, both, stretched, where
from ..draw import concrete
from ..errors import IllFormedStep
from .scalars import index_value
from .scope import evaluate, value_of


@value_of.register(sp.Sum)
@value_of.register(sp.Product)
def _(expr, scope):
    return _reduced(expr, list(expr.limits), scope)


def _reduced(expr, limits, scope):
    """One sum or product at a time, the outermost (last) limit first; inner limits may depend on outer indices."""
    if not limits:
        return evaluate(expr.function, scope)
    *inner, (variable, lower, upper) = limits
    first, last = _static_end(lower, scope, min), _static_end(upper, scope, max)
    combine, nothing = (jnp.sum, 0.0) if isinstance(expr, sp.Sum) else (jnp.prod, 1.0)
    if last < first:
        return nothing

    varied, values = scope.along(np.arange(first, last + 1))
    terms = _reduced(expr, inner, varied.bind(variable, values, (first, last)))
    if not (_same_for_all(lower, scope) and _same_for_all(upper, scope)):
        inside = both(at_least(values, index_value(lower, scope)), at_most(values, index_value(upper, scope)))
        terms = where(inside, terms, nothing)
    return combine(stretched(terms, values.shape), axis=varied.rank(terms))


def _same_for_all(end, scope):
    """Whether an end of a sum is the same for all values of other indices."""
    return not (end.free_symbols - set(scope.sizes))


def _static_end(end, scope, choose):
    """A concrete end of a sum; where it depends on another index, its extreme value (the rest is masked)."""
    if end.is_number and not end.is_finite:
        raise IllFormedStep("infinite sums are not evaluated; truncate the sum and state the tail.")
    others = sorted(end.free_symbols - set(scope.sizes), key=str)
    corners = itertools.product(*[range(first, last + 1) for first, last in map(scope.range_of, others)])
    return choose(concrete(end.subs(dict(zip(others, c, strict=True))), scope.sizes) for c in corners)
