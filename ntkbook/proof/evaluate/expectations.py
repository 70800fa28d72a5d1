"""Means over Gaussian weights, by autodiff or by quadrature.

The mean of a polynomial g over standard normal variables is exp(Laplacian / 2) g at 0, a finite sum: exact, and
another road than Wick's pairings. The mean of any other function of one or two numbers is an integral; over a family,
a function that is a polynomial on each side of 0 is averaged over a grid.
"""

import itertools
import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from ..broadcasting import stretched, total
from ..cumulants import over_draws
from ..domain import Gaussian, Index, Map
from ..errors import IllFormedStep
from ..expectation import Expectation, as_integral, degree
from ..units import LARGEST_GRID, piecewise_degree, two_sided_rule
from . import hermite
from .draws import mean_over_outcomes
from .scope import evaluate, value_of

LARGEST_DEGREE = 5
"""Each Laplacian costs two nested derivatives; two of them are exact to degree 5."""


@value_of.register(Expectation)
def _(expr, scope):
    if over_draws(expr, scope.domain):
        return mean_over_outcomes(expr, scope)
    for name in expr.families:
        _check_family(name, scope.domain)
    scope = replace(scope, local={s: v for s, v in scope.local.items() if s.name not in expr.families})
    found = _degree(expr)
    if (found is None or found > LARGEST_DEGREE) and _of_numbers(expr, scope.domain):
        smooth = hermite.mean(expr, scope)
        return evaluate(as_integral(expr, scope.domain), scope) if smooth is None else smooth
    if found is None:
        return _over_grid(expr, scope)
    if found > LARGEST_DEGREE:
        raise IllFormedStep(f"the mean of a polynomial of degree {found} is not evaluated; at most {LARGEST_DEGREE}.")
    shapes = {name: scope.shape(scope.held(name)) for name in expr.families}

    def body(weights, at):
        return jnp.asarray(evaluate(expr.body, at.with_values(_split(weights, shapes))))

    start = jnp.zeros((sum(math.prod(shape) for shape in shapes.values()), *(1,) * len(scope.batch)))
    first = _laplacian(body)
    mean = body(start, scope) + first(start, scope) / 2
    return mean + _laplacian(first)(start, scope) / 8 if found > 3 else mean


def _over_grid(expr, scope):
    """The mean of a function that is a polynomial on each side of 0 in every member: exact, by a product of rules."""
    found = piecewise_degree(expr.body, expr.families)
    if found is None:
        raise IllFormedStep(
            f"{expr}: over a family only functions that are polynomials on each side of 0 are averaged."
        )
    nodes, weights = two_sided_rule(found)
    shapes = {name: scope.shape(scope.held(name)) for name in expr.families}
    count = sum(math.prod(shape) for shape in shapes.values())
    if len(nodes) ** count > LARGEST_GRID:
        raise IllFormedStep(f"{expr} averages over {count} numbers, {len(nodes)} points each: too many.")
    places = np.asarray(list(itertools.product(range(len(nodes)), repeat=count)))
    at, mass, *numbers = scope.along(np.prod(weights[places], axis=1), *nodes[places].T)
    return total(mass, evaluate(expr.body, at.with_values(_split(np.stack(numbers), shapes))))


def _degree(expr):
    """The degree of a polynomial body; None for any other."""
    try:
        return degree(expr.body, expr.families)
    except IllFormedStep:
        return None


def _of_numbers(expr, domain):
    """Whether every averaged variable is a single number."""
    return all(any(str(key) == name and space == Gaussian() for key, space in domain.items()) for name in expr.families)


def _check_family(name, domain):
    """Refuse to average over what is not declared to be standard normal, with independent members."""
    space = next((space for key, space in domain.items() if str(key) == name), None)
    members = space.into if isinstance(space, Map) and all(isinstance(a, Index) for a in space.arguments) else space
    if not isinstance(members, Gaussian):
        raise IllFormedStep(
            f"Expectation over {name}, which is declared neither Gaussian() nor Map(..., into=Gaussian())."
        )


def _laplacian(function):
    """The sum of the second derivatives by each entry, as a function of the entries and the scope, as is `function`."""

    def summed(point, scope):
        count = point.shape[0]
        at, along = scope.along(np.ones(count))
        directions = np.eye(count).reshape(count, count, *(1,) * len(scope.batch))
        start = stretched(jnp.expand_dims(point, 1), directions.shape)
        directions = jnp.asarray(np.broadcast_to(directions, start.shape))

        def slope(p):
            return jax.jvp(lambda q: function(q, at), (p,), (directions,))[1]

        return total(along, jax.jvp(slope, (start,), (directions,))[1])

    return summed


def _split(weights, shapes):
    """One vector of all weights as the arrays of the families."""
    parts, start = {}, 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        parts[name] = weights[start : start + size].reshape(*shape, *weights.shape[1:])
        start += size
    return parts
