"""Vectors, arbitrary functions, and motions that obey a hypothesis."""

from dataclasses import replace

import jax
import numpy as np
from sympy.core.function import AppliedUndef

from ..broadcasting import stretched, times
from ..domain import Index, Vector
from ..draw import concrete
from ..errors import IllFormedStep
from ..terms import Component, Stack
from .scalars import pick
from .scope import evaluate, value_of
from .tables import call_map


@value_of.register(Stack)
def _(expr, scope):
    return _stacked(expr.entry, expr.bound, concrete(expr.size, scope.sizes), scope)


def _stacked(entry, bound, size, scope):
    """The vector of all entries: their number varies along an axis, which becomes that of the entries."""
    inner, numbers = scope.along(np.arange(1, size + 1))
    return stretched(evaluate(entry, inner.bind(bound, numbers, (1, size))), numbers.shape)


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
    drawn = scope.held(str(expr.func))
    for index in (a for s, a in pairs if isinstance(s, Index)):
        drawn = pick(drawn, index, scope)
    numbers = tuple(_fitting(expr, s, evaluate(a, scope), scope) for s, a in pairs if not isinstance(s, Index))
    return call_map(drawn, numbers, len(scope.batch)) if numbers else drawn


def _fitting(expr, space, value, scope):
    """The value of an argument, which must be a number or a vector, as declared."""
    wanted = (concrete(space.size, scope.sizes),) if isinstance(space, Vector) else ()
    if scope.shape(value) != wanted:
        raise IllFormedStep(
            f"{expr}: an argument has shape {scope.shape(value)}; {expr.func} is declared with {space!r}."
        )
    return value


def _along_flow(expr, scope):
    """The state of a flow at the drawn time; its time derivative is the vector field that the author wrote."""
    flow = scope.flows[expr.func]
    if expr.args != (flow.time,):
        raise IllFormedStep(f"{expr}: the hypothesis fixes {expr.func} at the time {flow.time} only.")

    @jax.custom_jvp
    def state(time, values):
        return stretched(replace(scope, values=values).held(f"{expr.func} now"), scope.batch)

    @state.defjvp
    def _(primals, tangents):
        time, values = primals
        now = replace(scope, values=values, local={flow.time: time}, overrides={}, ranges={})
        velocity = times(_field(flow, now), tangents[0])
        return state(time, values), stretched(velocity, scope.batch)

    return state(evaluate(flow.time, scope), dict(scope.values))


def _field(flow, scope):
    if flow.index is None:
        return evaluate(flow.rhs, scope)
    return _stacked(flow.rhs, flow.index, concrete(scope.domain[flow.index].size, scope.sizes), scope)
