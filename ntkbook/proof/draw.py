"""Random values for everything a domain declares: numbers, vectors, matrices and smooth functions."""

from collections.abc import Mapping

import numpy as np
import sympy as sp

from .domain import Domain, Draw, Gaussian, Index, Interval, Map, Matrix, Orthonormal, Size, Vector
from .errors import IllFormedStep

WAVES = 6
"""Number of random sine waves in a random smooth function."""
ATOMS = 3
"""Values that a random law takes: three have a variance, a skewness and a kurtosis that know nothing of each other."""


def draw_sizes(domain: Domain, which: int) -> dict[sp.Symbol, int]:
    """Small concrete sizes. The sizes of one draw differ from each other; draws 0 and 1 differ in every size."""
    symbols = domain.of_kind(Size)
    if which == 0:
        return {s: 2 + k for k, s in enumerate(symbols)}
    top = len(symbols) + 4 + (len(symbols) % 2 == 0)
    return {s: top - k for k, s in enumerate(symbols)}


def concrete(expr, sizes: Mapping) -> int:
    """The value of a size such as `2*N - 1`."""
    value = sp.sympify(expr).xreplace({k: sp.Integer(v) for k, v in sizes.items()})
    if not value.is_Integer:
        raise IllFormedStep(f"the size {expr} contains symbols that the domain does not declare with Size().")
    return int(value)


def draw_values(domain: Domain, sizes: Mapping, points: int, rng: np.random.Generator) -> dict:
    """Values for every declared symbol and function, except sizes and indices, by name.

    Each array has a leading axis of length `points`. A family of draws brings its law along, under its name and
    ` law`: the values and their probabilities.
    """
    drawn = {}
    for symbol, space in domain.items():
        if isinstance(space, Map) and isinstance(space.into, Draw):
            drawn[f"{symbol} law"] = law = _draw_law(points, rng)
            drawn[str(symbol)] = _draw_members(space, law, sizes, rng)
        elif not isinstance(space, (Size, Index)):
            drawn[str(symbol)] = _draw(symbol, space, sizes, points, rng)
    return drawn


def _draw_law(points, rng):
    """A law of mean 0 on ATOMS values: an array (points, 2, ATOMS) of the values and their probabilities."""
    chances = rng.uniform(0.5, 2.0, (points, ATOMS))
    chances /= chances.sum(axis=1, keepdims=True)
    values = rng.normal(size=(points, ATOMS))
    values -= (chances * values).sum(axis=1, keepdims=True)
    # A law of tiny spread would drown in rounding beside its mean.
    spread = np.sqrt((chances * values**2).sum(axis=1, keepdims=True))
    return np.stack([values * rng.uniform(0.7, 1.4, (points, 1)) / spread, chances], axis=1)


def _draw_members(space, law, sizes, rng):
    """Each member is one of the values."""
    shape = tuple(concrete(a.size, sizes) for a in space.arguments)
    chosen = rng.integers(ATOMS, size=(len(law), *shape))
    return np.stack([values[which] for (values, _), which in zip(law, chosen, strict=True)])


def _draw(symbol, space, sizes, points, rng):
    if isinstance(space, Interval):
        return rng.uniform(space.low, space.high, points)
    if isinstance(space, Gaussian):
        return rng.normal(size=points)
    if isinstance(space, Vector):
        return rng.normal(size=(points, concrete(space.size, sizes)))
    if isinstance(space, Matrix):
        return _draw_matrix(symbol, space.kind, sizes, points, rng)
    if isinstance(space, Map):
        return _draw_map(space, sizes, points, rng)
    raise IllFormedStep(f"domain: {symbol} has the space {space!r}, from which nothing can be drawn.")


def _draw_matrix(symbol, kind, sizes, points, rng):
    rows, cols = (concrete(n, sizes) for n in symbol.shape)
    entries = rng.normal(size=(points, rows, cols))
    if kind == "general":
        return entries
    if rows != cols:
        raise IllFormedStep(f"domain: {symbol} is declared {kind}, but its shape is {symbol.shape}.")
    if kind == "orthogonal":
        return np.linalg.qr(entries)[0]
    if kind == "diagonal":
        return entries * np.eye(rows)
    transposed = np.swapaxes(entries, 1, 2)
    if kind == "symmetric":
        return (entries + transposed) / 2
    gram = entries @ transposed / rows
    return gram + 0.5 * np.eye(rows) if kind == "positive_definite" else gram


def _draw_map(space, sizes, points, rng):
    """A table of numbers if all arguments are indices, otherwise the waves of `evaluate.tables.call_map`."""
    families = tuple(concrete(a.size, sizes) for a in space.arguments if isinstance(a, Index))
    outputs = (concrete(space.into.size, sizes),) if isinstance(space.into, Vector) else ()
    inputs = sum(_width(a, sizes) for a in space.arguments)
    if isinstance(space.into, Orthonormal):
        return np.linalg.qr(rng.normal(size=(points, *families)))[0]
    if inputs == 0:
        return rng.normal(size=(points, *families, *outputs))
    shape = (points, *families, *outputs, WAVES)
    frequency = 0.8 * rng.normal(size=(*shape, inputs))
    phase = rng.uniform(0.0, 2 * np.pi, (*shape, 1))
    return np.concatenate([frequency, phase, rng.normal(size=(*shape, 1))], axis=-1)


def _width(argument, sizes):
    """How many real numbers an argument of a function brings along."""
    if isinstance(argument, Index):
        return 0
    return concrete(argument.size, sizes) if isinstance(argument, Vector) else 1
