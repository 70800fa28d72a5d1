"""Integrals by Gauss-Legendre panels between the kinks of the integrand."""

from functools import cache

import jax.numpy as jnp
import numpy as np
import sympy as sp

from .broadcasting import at_most, greater, lesser, plus, stretched, times, total, where
from .errors import IllFormedStep

KINKED = (sp.Max, sp.Min, sp.Heaviside, sp.Abs, sp.sign)
COARSER = 3 / 4
"""Nodes of the coarser quadrature as a part of those of the finer: their difference estimates the error."""


@cache
def rules(count: int):
    """Nodes and weights (count,) on (-1, 1) of two quadratures, the finer and the coarser."""
    return np.polynomial.legendre.leggauss(count), filled(np.polynomial.legendre.leggauss(int(COARSER * count)), count)


def filled(rule, count: int):
    """A rule (nodes, weights) with as many nodes as a larger one: one node is repeated, with the weight 0."""
    nodes, weights = rule
    middle, more = nodes[len(nodes) // 2], count - len(nodes)
    return np.concatenate([nodes, np.repeat(middle[None], more, axis=0)]), np.pad(weights, (0, more))


def kinks(expr: sp.Expr, variable: sp.Symbol, ends: tuple = ()) -> list[sp.Expr]:
    """Points where `expr` is not smooth in `variable`, as expressions in the other symbols.

    Args:
      expr, variable: what is integrated over what.
      ends: of the range. An argument a cos + b sin of the variable has its zeros found between -2 pi and 2 pi.

    Raises:
      IllFormedStep: an argument of Max, Heaviside, Abs or sign is linear neither in the variable, nor in its cosine
        and sine on a range between -2 pi and 2 pi.
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
                found += _turning_points(node, argument, variable, ends)
            else:
                found.append(sp.together(variable - argument / slope))
    return list(dict.fromkeys(found))


def _turning_points(node, argument, variable, ends):
    """Zeros of a cos + b sin of the variable, from -2 pi to 2 pi."""
    wave = waves(argument, variable)
    if wave is None or not all(e.is_number and abs(e) <= 2 * sp.pi for e in ends) or not ends:
        raise IllFormedStep(f"the kink of {node} is not at a point linear in {variable}; split the integral there.")
    a, b = wave
    zeros = [sp.atan2(a, -b), sp.atan2(-a, b)]
    if all(abs(e) <= sp.pi for e in ends):
        return zeros
    return [zero + turn for zero in zeros for turn in (-2 * sp.pi, 0, 2 * sp.pi)]


def waves(argument: sp.Expr, variable: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """The coefficients (a, b) if `argument` is a positive number times a cos + b sin of the variable, else None."""
    factors = sp.Mul.make_args(sp.factor_terms(sp.expand_trig(argument)))
    rest = sp.expand(sp.Mul(*[f for f in factors if not f.is_positive]))
    a, b = rest.coeff(sp.cos(variable)), rest.coeff(sp.sin(variable))
    wave = not a.has(variable) and not b.has(variable) and sp.expand(rest - a * sp.cos(variable) - b * sp.sin(variable))
    return (a, b) if wave == 0 else None


def integrate(integrand, lower, upper, breaks: list, rule):
    """Integral of a function of one number over (lower, upper).

    Args:
      integrand: a JAX function; it gets many numbers along a first axis and gives as many.
      lower, upper: numbers that broadcast against each other, or -inf and inf (Python floats).
      breaks: numbers where the integrand is not smooth.
      rule: nodes and weights on (-1, 1), for each panel, along a first axis.
    """
    if not _infinite(lower) and not _infinite(upper):
        forwards, (low, high) = at_most(lower, upper), (lesser(lower, upper), greater(lower, upper))
        integral = _integrate_forwards(integrand, low, high, breaks, rule)
        return where(forwards, integral, -integral)
    return _integrate_forwards(integrand, lower, upper, breaks, rule)


def _integrate_forwards(integrand, lower, upper, breaks, rule):
    nodes, weights = rule
    ends = [e for e in (lower, upper) if not _infinite(e)]
    if breaks or not ends:
        inner = breaks or [0.0]
        if not _infinite(lower):
            inner = [greater(b, lower) for b in inner]
        if not _infinite(upper):
            inner = [lesser(b, upper) for b in inner]
        inner = _sorted(inner) if len(inner) > 1 else inner
        points = [*([lower] if not _infinite(lower) else []), *inner, *([upper] if not _infinite(upper) else [])]
    else:
        points = ends
    places, factors = [], []
    for a, b in zip(points, points[1:], strict=False):
        half = plus(b, -a) / 2
        places.append(plus(plus(a, b) / 2, times(half, nodes)))
        factors.append(times(half, weights))
    stretch, stretch_rate = 3 * (1 + nodes) / (1 - nodes), 6 / (1 - nodes) ** 2
    if _infinite(lower):
        places.append(plus(points[0], -stretch))
        factors.append(weights * stretch_rate)
    if _infinite(upper):
        places.append(plus(points[-1], stretch))
        factors.append(weights * stretch_rate)
    # One call for all panels: tracing the integrand costs more than evaluating it.
    return total(_joined(factors), integrand(_joined(places)))


def _sorted(numbers):
    shape = np.broadcast_shapes(*map(jnp.shape, numbers))
    return jnp.sort(jnp.stack([stretched(jnp.asarray(number, float), shape) for number in numbers]), axis=0)


def _joined(panels):
    """Panels one behind the other along the first axis."""
    rest = np.broadcast_shapes(*(panel.shape[1:] for panel in panels))
    return jnp.concatenate([stretched(panel, (1, *rest)) for panel in panels])


def _infinite(end) -> bool:
    return isinstance(end, float) and np.isinf(end)
