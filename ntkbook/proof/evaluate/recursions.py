"""Recursions, step by step at a concrete number of steps."""

import jax.numpy as jnp

from ..draw import concrete
from ..errors import IllFormedStep
from ..terms import Recursion
from .scope import evaluate, value_of


@value_of.register(Recursion)
def _(expr, scope):
    times = concrete(expr.times, scope.sizes)
    if times < 0:
        raise IllFormedStep(f"{expr} takes {times} steps; their number must not be negative.")
    value = jnp.asarray(evaluate(expr.start, scope), float)
    for _ in range(times):
        value = evaluate(expr.step, scope.bind(expr.bound, value))
    return value
