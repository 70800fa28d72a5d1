"""Means over independent draws, by going through every outcome.

A random law takes three values, so that n draws have 3^n outcomes: exact, for any function of the draws, and another
road than their moments.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np

from ..broadcasting import times, total
from ..errors import IllFormedStep
from ..expectation import Expectation
from .scope import Scope, evaluate

LARGEST_OUTCOMES = 3**8


def mean_over_outcomes(expr: Expectation, scope: Scope) -> jax.Array:
    """The mean of the body over all outcomes of its families of draws."""
    shapes = {name: scope.shape(scope.held(name)) for name in expr.families}
    laws = {name: scope.held(f"{name} law") for name in expr.families}
    atoms = next(iter(laws.values())).shape[1]
    count = sum(map(math.prod, shapes.values()))
    if atoms**count > LARGEST_OUTCOMES:
        raise IllFormedStep(
            f"{expr} averages over {count} draws; at most {LARGEST_OUTCOMES} outcomes are gone through."
        )
    outcomes = np.asarray(list(itertools.product(range(atoms), repeat=count)))
    at, chances = scope.along(np.ones(len(outcomes)))
    values, start = {}, 0
    for name, shape in shapes.items():
        chosen = outcomes.T[start : start + math.prod(shape)]
        start += math.prod(shape)
        members, their_chances = (numbers[chosen] for numbers in laws[name])
        values[name] = members.reshape(*shape, *members.shape[1:])
        chances = times(chances, jnp.prod(their_chances, axis=0))
    return total(chances, evaluate(expr.body, at.with_values(values)))
