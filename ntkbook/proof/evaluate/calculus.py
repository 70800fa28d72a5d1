"""Derivatives by autodiff, integrals by quadrature."""

import jax
import jax.numpy as jnp
import sympy as sp

from .. import quadrature
from ..errors import IllFormedStep
from ..terms import Partial, Prime
from .scalars import index_value
from .scope import evaluate, value_of


@value_of.register(sp.Derivative)
def _(expr, scope):
    refuse_rough(expr.expr, len(expr.variables))
    return _differentiated(expr.expr, list(expr.variables), scope)


def _differentiated(inner, variables, scope):
    if not variables:
        return evaluate(inner, scope)
    *others, variable = variables
    if not variable.is_Symbol:
        raise IllFormedStep(
            f"a derivative by {variable}: only symbols can be varied; use Partial for a vector."
        )
    start = evaluate(variable, scope)
    start = jnp.asarray(start, float)
    _, slope = jax.jvp(
        lambda v: _differentiated(inner, others, scope.bind(variable, v)), (start,), (jnp.ones_like(start),)
    )
    return slope


@value_of.register(Partial)
def _(expr, scope):
    refuse_rough(expr.expr, 1)
    vector = evaluate(expr.vector, scope)
    index = index_value(expr.index, scope)
    direction = (jnp.arange(1, vector.shape[0] + 1) == index).astype(vector.dtype)
    _, slope = jax.jvp(lambda v: evaluate(expr.expr, scope.override(expr.vector, v)), (vector,), (direction,))
    inside = expr.index.is_Symbol and scope.range_of(expr.index)[1] <= vector.shape[0]
    return slope if inside else jnp.where((index >= 1) & (index <= vector.shape[0]), slope, jnp.nan)


@value_of.register(Prime)
def _(expr, scope):
    variable = sp.Dummy("z", real=True)
    function = expr.applied.func(variable)
    refuse_rough(function, expr.order)
    point = evaluate(expr.applied.args[0], scope)
    return _differentiated(function, [variable] * expr.order, scope.bind(variable, point))


def refuse_rough(expr, order):
    """Autodiff is silent about jumps: refuse derivatives of them by name.

    Raises:
      IllFormedStep: a derivative of Heaviside or sign, or a second one of Max, Min or Abs.
    """
    rough = expr.atoms(sp.Heaviside, sp.sign) | (expr.atoms(sp.Max, sp.Min, sp.Abs) if order > 1 else set())
    if rough:
        raise IllFormedStep(
            f"the derivative of {min(rough, key=str)} is not a function; autodiff would give 0. "
            "Integrate by parts first."
        )


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
    ends = [float(e) if e.is_infinite else evaluate(e, scope) for e in (lower, upper)]
    breaks = [] if inner else [evaluate(k, scope) for k in quadrature.kinks(expr.function, variable)]
    return quadrature.integrate(
        lambda x: _integrated(expr, inner, scope.bind(variable, x)), *ends, breaks, scope.nodes
    )
