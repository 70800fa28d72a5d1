"""Derivatives by autodiff, integrals by quadrature."""

import functools
import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from .. import quadrature
from ..broadcasting import aligned, equal, plus, times, where
from ..domain import Index, Map, Vector
from ..errors import IllFormedStep
from ..terms import BINDERS, Partial, PartialBy, Prime, Stack, applied_heads
from .scalars import index_value, runs_inside
from .scope import evaluate, value_of


@value_of.register(sp.Derivative)
def _(expr, scope):
    refuse_rough(expr.expr, len(expr.variables), scope)
    for variable in set(expr.variables):
        _refuse_ambiguous(expr, variable, scope)
    return _differentiated(expr.expr, list(expr.variables), scope)


def _differentiated(inner, variables, scope):
    if not variables:
        return evaluate(inner, scope)
    *others, variable = variables
    if not variable.is_Symbol:
        raise IllFormedStep(f"a derivative by {variable}: only symbols can be varied; use Partial for a vector.")
    start = jnp.asarray(evaluate(variable, scope), float)
    if scope.rank(start):
        raise IllFormedStep(f"a derivative by the vector {variable}; use Partial, by one of its entries.")
    _, slope = jax.jvp(
        lambda v: _differentiated(inner, others, scope.bind(variable, v)), (start,), (jnp.ones_like(start),)
    )
    return slope


@value_of.register(Partial)
def _(expr, scope):
    refuse_rough(expr.expr, 1, scope)
    _refuse_ambiguous(expr, expr.vector, scope)
    _refuse_entries_outside(expr)
    vector = evaluate(expr.vector, scope)
    if scope.rank(vector) != 1:
        raise IllFormedStep(f"Partial by an entry of {expr.vector}, which is no vector; use Derivative.")
    index = index_value(expr.index, scope)
    vector, direction = aligned(vector, _one_at(0, index, vector))
    _, slope = jax.jvp(lambda v: evaluate(expr.expr, scope.override(expr.vector, v)), (vector,), (direction,))
    if runs_inside(expr.index, vector.shape[0], scope):
        return slope
    return where((index >= 1) & (index <= vector.shape[0]), slope, jnp.nan)


def _one_at(axis, index, array):
    """1 where the number of an entry along an axis is the index, counted from 1, and 0 elsewhere."""
    numbers = np.arange(1, array.shape[axis] + 1).reshape(-1, *(1,) * (array.ndim - axis - 1))
    return jnp.asarray(equal(numbers, index), array.dtype)


@value_of.register(PartialBy)
def _(expr, scope):
    refuse_rough(expr.expr, 1, scope)
    _refuse_no_family(expr, scope)
    head, numbers = expr.member.func, [index_value(a, scope) for a in expr.member.args]
    table = scope.held(str(head))
    ones = [_one_at(axis, index, table) for axis, index in enumerate(numbers)]
    table, direction = aligned(table, functools.reduce(times, ones))
    _, slope = jax.jvp(
        lambda drawn: jnp.asarray(evaluate(expr.expr, scope.with_values({str(head): drawn})), float),
        (table,),
        (direction,),
    )
    return where(direction.any(axis=range(len(numbers))), slope, jnp.nan)


def _refuse_no_family(expr, scope):
    """Refuse a derivative by what is no number of a family, or through something whose motion may depend on it.

    Raises:
      IllFormedStep: the head is not declared as a family of numbers; a motion stands in the expression.
    """
    head, space = expr.member.func, scope.domain.get(expr.member.func)
    numbers = isinstance(space, Map) and not isinstance(space.into, Vector)
    if not numbers or not all(isinstance(a, Index) for a in space.arguments):
        raise IllFormedStep(f"{expr}: {head} must be declared as a family of numbers, Map(Index(n), ...).")
    if applied_heads(expr.expr) & set(scope.flows):
        raise IllFormedStep(f"{expr} holds something that moves; whether {head} moves it is not said.")


@value_of.register(Prime)
def _(expr, scope):
    variable = sp.Dummy("z", real=True)
    function = expr.applied.func(variable)
    refuse_rough(function, expr.order, scope)
    point = jnp.asarray(evaluate(expr.applied.args[0], scope), float)
    if scope.rank(point):
        raise IllFormedStep(f"{expr}: Prime is for a function of one number; use Partial.")
    return _differentiated(function, [variable] * expr.order, scope.bind(variable, point))


@value_of.register(sp.Subs)
def _(expr, scope):
    for variable, point in zip(expr.variables, expr.point, strict=True):
        scope = scope.bind(variable, jnp.asarray(evaluate(point, scope), float))
    return evaluate(expr.expr, scope)


def _refuse_ambiguous(expr, variable, scope):
    """Refuse a derivative by something on which a vector that is being varied, or a motion, depends.

    Raises:
      IllFormedStep: e.g. the time derivative of f(theta(t)) inside a Partial by theta(t).
    """
    for token in scope.overrides:
        if token != variable and token.has(variable) and expr.expr.has(token):
            raise IllFormedStep(
                f"{expr} stands where {token} is varied by itself; take the derivatives in the other order."
            )
    for head in applied_heads(expr.expr) & set(scope.flows):
        flow = scope.flows[head]
        if variable != flow.time and variable in flow.rhs.free_symbols:
            raise IllFormedStep(f"{expr}: the motion of {head} depends on {variable}; what is held fixed is not said.")


def _refuse_entries_outside(partial):
    """Refuse a Partial of something that holds entries of the vector also outside of it: are they varied or not?

    Raises:
      IllFormedStep: e.g. the sum of all x(k) by an entry of x(i).
    """
    vector = partial.vector
    if isinstance(vector, Stack):
        family = {a.func for a in vector.entry.atoms(AppliedUndef) if vector.bound in a.args}
    else:
        family = {vector.func} if isinstance(vector, AppliedUndef) else set()
    for node in partial.expr.atoms(*BINDERS):
        if vector.free_symbols & set(node.variables) and node.has(vector):
            raise IllFormedStep(f"{partial}: an index of {vector} has the name of a summation index; rename one.")
    outside = applied_heads(partial.expr.xreplace({vector: sp.Dummy("varied")})) & family
    if outside:
        raise IllFormedStep(
            f"{partial} holds {', '.join(map(str, outside))} also outside of {vector}; write its entries as "
            f"Component({vector}, k)."
        )


def refuse_rough(expr, order, scope):
    """Autodiff is silent about jumps: refuse derivatives of them by name.

    Raises:
      IllFormedStep: a derivative of Heaviside, sign or Piecewise, or a second one of Max, Min or Abs.
    """
    rough = _rough(expr, order, scope)
    if rough:
        raise IllFormedStep(
            f"the derivative of {min(rough, key=str)} is not a function; autodiff would give 0. "
            "Integrate by parts first."
        )


def _rough(expr, order, scope, seen=frozenset()):
    """Everything in `expr` whose derivative of this order jumps; inner derivatives and motions count."""
    found = set()
    if isinstance(expr, (sp.Heaviside, sp.sign, sp.Piecewise)) and order >= 1:
        found.add(expr)
    if isinstance(expr, (sp.Max, sp.Min, sp.Abs)) and order >= 2:
        found.add(expr)
    moving = (getattr(expr, "func", None), order)
    if isinstance(expr, AppliedUndef) and expr.func in scope.flows and order >= 2 and moving not in seen:
        # A velocity that is itself a derivative leads back to the motion, of the same order.
        found |= _rough(scope.flows[expr.func].rhs, order - 1, scope, seen | {moving})
    if isinstance(expr, sp.Derivative):
        order += len(expr.variables)
    if isinstance(expr, (Partial, PartialBy)):
        order += 1
    if isinstance(expr, Prime):
        return found | _rough(expr.applied, order + expr.order, scope, seen)
    return found.union(*(_rough(a, order, scope, seen) for a in expr.args))


@value_of.register(sp.Integral)
def _(expr, scope):
    return _integrated(expr, list(expr.limits), scope)


def _integrated(expr, limits, scope):
    """One integral at a time, the outermost (last) first."""
    if not limits:
        return evaluate(expr.function, scope)
    *inner, limit = limits
    if len(limit) != 3:
        raise IllFormedStep(f"the integral over {limit[0]} needs both ends to be evaluated.")
    variable, lower, upper = limit
    if lower is sp.S.Infinity or upper is sp.S.NegativeInfinity:
        raise IllFormedStep(f"the integral over {variable} runs backwards from infinity; exchange its ends.")
    ends = [float(e) if e.is_infinite else evaluate(e, scope) for e in (lower, upper)]
    bound = (expr.function.atoms(sp.Dummy) - set(scope.local)).union(
        *(b.variables for b in expr.function.atoms(*BINDERS))
    )
    bound |= {v for v, *_ in inner}
    kinks = set(quadrature.kinks(expr.function, variable, (lower, upper))) - {lower, upper}
    breaks = [evaluate(k, scope) for k in sorted(kinks, key=sp.default_sort_key) if not k.free_symbols & bound]
    if inner or expr.function.has(sp.Integral):
        scope = replace(scope, nodes=scope.nodes // 2)

    _, *rule = scope.along(*(scope.at_resolution(*both) for both in zip(*quadrature.rules(scope.nodes), strict=True)))

    def integrand(x):
        at = replace(scope, batch=(x.shape[0], *scope.batch))
        return _integrated(expr, inner, at.bind(variable, x))

    if upper is sp.S.Infinity and _branches(expr.function, variable, lower):
        start, powered = ends[0], integrand
        # In place of x, the fourth root of its distance from the end: powers and logarithms there become tame.
        return quadrature.integrate(
            lambda t: times(powered(plus(start, t**4)), 4 * t**3),
            0.0,
            math.inf,
            [abs(plus(b, -start)) ** 0.25 for b in breaks],
            rule,
        )
    return quadrature.integrate(integrand, *ends, breaks, rule)


def _branches(body, variable, end):
    """Whether `body` has a logarithm, or a power that is not whole, of something that vanishes at the lower end."""
    inside = [node.args[0] for node in body.atoms(sp.log)]
    inside += [node.base for node in body.atoms(sp.Pow) if not node.exp.is_Integer]
    return not end.is_infinite and any(a.has(variable) and a.subs(variable, end) == 0 for a in inside)
