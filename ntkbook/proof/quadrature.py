"""Integrals by Gauss-Legendre panels between the kinks of the integrand."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from .errors import IllFormedStep

KINKED = (sp.Max, sp.Min, sp.Heaviside, sp.Abs, sp.sign)


@cache
def _nodes(count: int):
    return np.polynomial.legendre.leggauss(count)


def kinks(expr: sp.Expr, variable: sp.Symbol) -> list[sp.Expr]:
    """Points where `expr` is not smooth in `variable`, as expressions in the other symbols.

    Raises:
      IllFormedStep: an argument of Max, Heaviside, Abs or sign is not linear in the variable.
    """
    found = []
    for node in expr.atoms(*KINKED):
        arguments = (
            [a - b for a in node.args for b in node.args[: node.args.index(a)]]
            if isinstance(node, (sp.Max, sp.Min))
            else [node.args[0]]
        )
        for argument in arguments:
            slope = sp.diff(argument, variable)
            if slope == 0:
                continue
            if slope.has(variable):
                raise IllFormedStep(
                    f"the kink of {node} is not at a point linear in {variable}; split the integral there."
                )
            found.append(sp.together(variable - argument / slope))
    return list(dict.fromkeys(found))


def integrate(integrand, lower, upper, breaks: list, count: int):
    """Integral of a function of one number over (lower, upper).

    Args:
      integrand: a JAX function of a scalar.
      lower, upper: scalars, or -inf and inf (Python floats).
      breaks: scalars where the integrand is not smooth.
      count: nodes per panel.
    """
    if not _infinite(lower) and not _infinite(upper):
        forwards, (lower, upper) = lower <= upper, (jnp.minimum(lower, upper), jnp.maximum(lower, upper))
        total = _integrate_forwards(integrand, lower, upper, breaks, count)
        return jnp.where(forwards, total, -total)
    return _integrate_forwards(integrand, lower, upper, breaks, count)


def _integrate_forwards(integrand, lower, upper, breaks, count):
    nodes, weights = (jnp.asarray(a) for a in _nodes(count))
    ends = [e for e in (lower, upper) if not _infinite(e)]
    if breaks or not ends:
        inner = jnp.sort(jnp.stack([jnp.asarray(b, float) for b in breaks])) if breaks else jnp.zeros(1)
        if not _infinite(lower):
            inner = jnp.maximum(inner, lower)
        if not _infinite(upper):
            inner = jnp.minimum(inner, upper)
        points = [*([lower] if not _infinite(lower) else []), *inner, *([upper] if not _infinite(upper) else [])]
    else:
        points = ends
    batch = jax.vmap(integrand)
    total = jnp.zeros(())
    for a, b in zip(points, points[1:], strict=False):
        half = (b - a) / 2
        total = total + half * jnp.dot(weights, batch((a + b) / 2 + half * nodes))
    stretch, stretch_rate = 3 * (1 + nodes) / (1 - nodes), 6 / (1 - nodes) ** 2
    if _infinite(lower):
        total = total + jnp.dot(weights * stretch_rate, batch(points[0] - stretch))
    if _infinite(upper):
        total = total + jnp.dot(weights * stretch_rate, batch(points[-1] + stretch))
    return total


def _infinite(end) -> bool:
    return isinstance(end, float) and np.isinf(end)
