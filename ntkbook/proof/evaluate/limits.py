"""One-sided limits, by extrapolation of values nearby."""

import jax.numpy as jnp
import numpy as np
import sympy as sp

from ..broadcasting import equal, stretched, where
from ..errors import IllFormedStep
from ..terms import freshened_limit
from .scope import evaluate, value_of

HALVINGS = 11
"""How often the distance to the limit is halved."""
START = (1 / 4, 1 / 5)
"""The first distance from a finite point, for the finer and the coarser resolution. To infinity goes 1 / distance."""
SETTLED = 1e-5
"""Relative difference of neighbours in the table beyond which there is no limit to speak of."""
POWERS = (0.5, 1.0, 2.0)
"""Steps of the exponents of the distance in which a function may expand: h^p, h^2p, h^3p, ..."""


@value_of.register(sp.Limit)
def _(expr, scope):
    body, variable, point, direction = freshened_limit(expr).args
    if point.free_symbols:
        raise IllFormedStep(f"{expr}: the limit at a point that varies is not evaluated.")
    distances = scope.at_resolution(*(start * 0.5 ** np.arange(HALVINGS) for start in START))
    if point.is_infinite:
        places = 1 / distances if point is sp.S.Infinity else -1 / distances
    else:
        places = float(point) + (distances if str(direction) == "+" else -distances)
    at, places = scope.along(places)
    return _extrapolated(stretched(evaluate(body, at.bind(variable, places)), places.shape))


def _extrapolated(values):
    """The limit of numbers at distances that are halved along the first axis; NaN if nothing settles.

    Richardson's tables, one for each kind of expansion. Far from the limit the expansion is cut off too early, close to
    it rounding takes over: the entry that agrees best with its two neighbours is taken.
    """
    entries, changes = [], []
    for power in POWERS:
        row = values
        for order in range(1, values.shape[0] - 1):
            factor = 2.0 ** (power * order)
            above, row = row, (factor * row[1:] - row[:-1]) / (factor - 1)
            entries.append(row[1:])
            changes.append(jnp.abs(row[1:] - above[2:]) + jnp.abs(row[1:] - row[:-1]))
    entries, changes = jnp.concatenate(entries), jnp.concatenate(changes)
    gap = jnp.min(jnp.where(jnp.isfinite(changes), changes, jnp.inf), axis=0)
    best = jnp.max(where(equal(changes, gap), entries, -jnp.inf), axis=0)
    return jnp.where(gap <= SETTLED * jnp.maximum(jnp.abs(best), 1e-3), best, jnp.nan)
