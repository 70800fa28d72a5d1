"""Means of smooth functions of standard normal numbers by Gauss-Hermite nodes, a tensor grid for several.

For polynomials, sines and the random functions of a domain, which are sums of sines, this converges faster than any
power of the number of nodes; for tanh or a function with a kink it does not, and those stay with the panels.
"""

from functools import cache

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from ..broadcasting import total
from ..expectation import Expectation, averaged_symbols
from ..quadrature import filled
from ..terms import Prime
from .scope import Scope, evaluate

NODES = (48, 40)
"""Nodes in each direction, for the finer and the coarser resolution."""
NEGLIGIBLE = 1e-24
"""Weight of a node with which no polynomial of a statement counts: its radius is 10, or more."""
ENTIRE = (sp.Add, sp.Mul, sp.sin, sp.cos, AppliedUndef, Prime)


@cache
def _grid(count: int, directions: int):
    """Points (_, directions) and their weights, which add up to 1; the corners of the grid weigh nothing."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    axes = np.meshgrid(*[nodes] * directions, indexing="ij")
    masses = np.meshgrid(*[weights / weights.sum()] * directions, indexing="ij")
    mass = np.prod([m.ravel() for m in masses], axis=0)
    heavy = mass > NEGLIGIBLE
    return np.stack([a.ravel() for a in axes], axis=1)[heavy], mass[heavy]


def is_entire(expr: sp.Basic, symbols: list[sp.Symbol]) -> bool:
    """Whether `expr` is made of polynomials, sines and arbitrary functions of the domain, as far as it varies."""
    if expr in symbols or not expr.has(*symbols):
        return True
    whole_power = isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 0
    return (whole_power or isinstance(expr, ENTIRE)) and all(is_entire(a, symbols) for a in expr.args)


def mean(expr: Expectation, scope):
    """The mean, or None if the body is not smooth enough for it."""
    symbols = [s for s in averaged_symbols(expr, scope.domain) if expr.body.has(s)]
    inside_an_integral = scope.nodes != Scope.nodes
    if not symbols or len(symbols) > 2 or inside_an_integral or not is_entire(expr.body, symbols):
        return None
    fine, coarse = (_grid(count, len(symbols)) for count in NODES)
    grid, mass = (scope.at_resolution(*both) for both in zip(fine, filled(coarse, len(fine[1])), strict=True))

    at, mass, *numbers = scope.along(mass, *(grid[:, k] for k in range(len(symbols))))
    for symbol, number in zip(symbols, numbers, strict=True):
        at = at.bind(symbol, number)
    return total(mass, evaluate(expr.body, at))
