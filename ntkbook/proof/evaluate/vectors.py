"""Vectors, arbitrary functions, and motions that obey a hypothesis."""

from dataclasses import replace

import jax
import jax.numpy as jnp
from sympy.core.function import AppliedUndef

from ..domain import Index, Vector
from ..draw import call_map, concrete
from ..errors import IllFormedStep
from ..terms import Component, Stack
from .scalars import pick
from .scope import evaluate, value_of


@value_of.register(Stack)
def _(expr, scope):
    numbers = jnp.arange(1, concrete(expr.size, scope.sizes) + 1)
    return jax.vmap(lambda k: evaluate(expr.entry, scope.bind(expr.bound, k, (1, numbers.size))))(numbers)


@value_of.register(Component)
def _(expr, scope):
    return pick(evaluate(expr.vector, scope), expr.index, scope)


@value_of.register(AppliedUndef)
def _(expr, scope):
    if expr.func in scope.flows:
        return _along_flow(expr, scope)
    if expr.func not in scope.domain:
        raise IllFormedStep(f"the function {expr.func} is neither declared in the domain nor defined by a step.")
    spaces = scope.domain[expr.func].arguments
    if len(spaces) != len(expr.args):
        raise IllFormedStep(f"{expr} has {len(expr.args)} arguments; {expr.func} is declared with {len(spaces)}.")
    pairs = list(zip(spaces, expr.args, strict=True))
    drawn = scope.values[str(expr.func)]
    for index in (a for s, a in pairs if isinstance(s, Index)):
        drawn = pick(drawn, index, scope)
    numbers = tuple(_fitting(expr, s, evaluate(a, scope), scope) for s, a in pairs if not isinstance(s, Index))
    return call_map(drawn, numbers) if numbers else drawn


def _fitting(expr, space, value, scope):
    """The value of an argument, which must be a number or a vector, as declared."""
    wanted = (concrete(space.size, scope.sizes),) if isinstance(space, Vector) else ()
    if jnp.shape(value) != wanted:
        raise IllFormedStep(
            f"{expr}: an argument has shape {jnp.shape(value)}; {expr.func} is declared with {space!r}."
        )
    return value


def _along_flow(expr, scope):
    """The state of a flow at the drawn time; its time derivative is the vector field that the author wrote."""
    flow = scope.flows[expr.func]
    if expr.args != (flow.time,):
        raise IllFormedStep(f"{expr}: the hypothesis fixes {expr.func} at the time {flow.time} only.")

    @jax.custom_jvp
    def state(time, values):
        return values[f"{expr.func} now"]

    @state.defjvp
    def _(primals, tangents):
        time, values = primals
        now = replace(scope, values=values, local={flow.time: time}, overrides={}, ranges={})
        return state(time, values), _field(flow, now) * tangents[0]

    return state(evaluate(flow.time, scope), dict(scope.values))


def _field(flow, scope):
    if flow.index is None:
        return evaluate(flow.rhs, scope)
    size = concrete(scope.domain[flow.index].size, scope.sizes)
    return jax.vmap(lambda k: evaluate(flow.rhs, scope.bind(flow.index, k, (1, size))))(jnp.arange(1, size + 1))
