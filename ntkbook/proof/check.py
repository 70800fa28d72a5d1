"""The numeric check: both sides of a statement at many random points that obey the hypotheses."""

import itertools
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from .broadcasting import stretched
from .derivation import Derivation
from .domain import Index, Interval, Map, Vector
from .draw import concrete, draw_sizes, draw_values
from .errors import IllFormedStep, UndecidedStep
from .evaluate import Flow, Program, Scope, evaluate
from .rewriting import assumed, definitions, unfold
from .terms import Component, Expectation, applied_heads, rebuild

POINTS = 32
"""Random points per draw of sizes, dealt out in turn to the patterns of equal indices; more for many patterns."""
TOLERANCE = 1e-9
"""Largest relative difference between two sides that count as equal."""
PRECISION = 1e-5
"""Largest relative error of the quadrature with which a statement counts as decided."""
ROUNDING = 1e-15
"""Error of a quadrature of numbers of size 1; it matters where the integral is 0."""
DIVERGES = 0.05
"""Two quadratures that differ by more than this part of the value see no value at all."""
FEW, GROSS = 4, 1e-3
"""Where there are integrals: points that are looked at first, and the relative difference that ends the search."""


@dataclass(frozen=True)
class Counterexample:
    """A point at which a statement fails."""

    place: str
    left: float
    right: float

    def __str__(self):
        where = f"at {self.place} " if self.place else ""
        digits = 6 if f"{self.left:.6g}" != f"{self.right:.6g}" else 15
        return f"{where}the left side is {self.left:.{digits}g}, the right side {self.right:.{digits}g}"


@dataclass(frozen=True)
class Agreement:
    """How many points were compared, at which sizes, and the first contradiction, if any."""

    points: int
    sizes: tuple[str, ...]
    counterexample: Counterexample | None = None


def compare(derivation: Derivation, lhs: sp.Basic, relation: str, rhs: sp.Basic) -> Agreement:
    """Evaluate both sides at random points: two draws of sizes, every pattern of equal indices.

    Raises:
      IllFormedStep: a side cannot be evaluated, or is not finite somewhere in the domain.
      UndecidedStep: quadrature is not accurate enough to tell.
    """
    known = _known(derivation)
    lhs, rhs = known.unfold(lhs), known.unfold(rhs)
    points, sizes_seen, programs = 0, [], {}
    for which in (0, 1):
        sizes = draw_sizes(derivation.domain, which)
        scope = Scope(derivation.domain, sizes, {}, known.flows)
        free = _free_indices(lhs, rhs, derivation.domain, known.flows, known.constraints)
        patterns = _patterns(free, derivation.domain, sizes)
        values = _draw_points(scope, known.constraints, patterns, seed=which)
        drawn = _Drawn(scope, values, (which, *(tuple(p.items()) for p in patterns)), known, programs)
        found = _gross_failure(lhs, relation, rhs, drawn)
        if found:
            return Agreement(FEW, tuple(sizes_seen), found)
        left, right, doubt = _sides(lhs, rhs, drawn)
        failed = _first_failure(left, right, relation, doubt)
        points += len(left)
        sizes_seen.append(", ".join(f"{s} = {n}" for s, n in sizes.items()))
        if failed is not None:
            place = _describe(lhs, rhs, sizes, values, failed)
            found = Counterexample(place, *_worst_entry(left[failed], right[failed]))
            return Agreement(points, tuple(sizes_seen), found)
    return Agreement(points, tuple(sizes_seen))


class _Known:
    """What has been found out about the sides of a derivation; the points depend on it alone.

    The left side of a step meets the step's right side, then what each rule makes of it, then every mutant.
    """

    def __init__(self, derivation):
        self.derivation = derivation
        self.flows, self.constraints = imposed(derivation)
        self.values, self._unfolded = {}, {}
        self._meanings = list(definitions(derivation).values())

    def unfold(self, side):
        """The side without defined names."""
        if side not in self._unfolded:
            self._unfolded[side] = unfold(side, self._meanings)
        return self._unfolded[side]


@dataclass(frozen=True)
class _Drawn:
    """Points at which sides are evaluated; `key` says which. What is traced for one draw may serve the other."""

    scope: Scope
    values: dict
    key: tuple
    known: _Known
    programs: dict

    def evaluate(self, side):
        """Values of a side at all points, at the finer resolution and at the coarser."""
        key = (*self.key, side)
        if key not in self.known.values:
            self.known.values[key] = _at_both_resolutions(side, self.scope, self.values, self.programs)
        return self.known.values[key]


def _at_both_resolutions(side, scope, values, programs):
    """By a program that is traced once for points of the same shapes.

    Where nothing depends on the resolution, the coarser values are the finer ones.
    """
    # The points are the last axis for `evaluate`, and the first one here.
    values = {name: np.moveaxis(numbers, 0, -1) for name, numbers in values.items()}
    points = next(iter(values.values())).shape[-1]

    def at_all_points(fine, values):
        at = replace(scope, fine=fine, values=values, batch=(points,), depths=dict.fromkeys(values, 1))
        return [jnp.moveaxis(stretched(jnp.asarray(evaluate(side, at)), (points,)), -1, 0)]

    key = side, *scope.sizes.items(), *((name, numbers.shape) for name, numbers in values.items())
    if key not in programs:
        programs[key] = Program(at_all_points, True, values)
    program = programs[key]
    (fine,) = program(True, values)
    (coarse,) = program(False, values) if program.reads[0] else (fine,)
    return fine, coarse


_LAST = []


def _known(derivation):
    """What is known of a derivation, if it is the one that was last compared."""
    if not _LAST or _LAST[0].derivation is not derivation:
        _LAST[:] = [_Known(derivation)]
    return _LAST[0]


def _gross_failure(lhs, relation, rhs, drawn):
    """A counterexample among the first few points, if the sides differ there by far.

    An integral that is wrong may have no value at other points, which would hide that it is wrong here.
    """
    if not _has_integrals(lhs, rhs):
        return None
    left, right, doubt = _sides(lhs, rhs, drawn, FEW)
    scale = np.maximum(np.abs(left), np.abs(right))
    bad = _gap(left, right, relation) > GROSS * scale.max() + 10 * doubt
    if not bad.any():
        return None
    failed = int(np.flatnonzero(bad.reshape(FEW, -1).any(axis=1))[0])
    place = _describe(lhs, rhs, drawn.scope.sizes, drawn.values, failed)
    return Counterexample(place, *_worst_entry(left[failed], right[failed]))


def _gap(left, right, relation):
    """By how much a relation fails; negative where an inequality holds."""
    return {"<=": left - right, ">=": right - left}.get(relation, np.abs(left - right))


def _has_integrals(*sides):
    """Whether a side may be evaluated at two resolutions: integrals, means, limits."""
    return any(side.has(sp.Integral, sp.Limit, Expectation) for side in sides)


def imposed(derivation: Derivation) -> tuple[dict, list[tuple]]:
    """The hypotheses as things that the numbers can obey: flows of time, and symbols set to a value.

    Raises:
      IllFormedStep: a hypothesis has another form.
    """
    flows, constraints = {}, []
    meanings = list(definitions(derivation).values())
    for step in dict.fromkeys(assumed(derivation)):
        lhs, rhs, flow = rebuild(step.lhs), unfold(step.rhs, meanings), None
        moving = lhs.expr if isinstance(lhs, sp.Derivative) and len(lhs.variables) == 1 else None
        if isinstance(moving, Component) and isinstance(moving.vector, AppliedUndef):
            flow = Flow(moving.vector.func, lhs.variables[0], moving.index, rhs)
        elif isinstance(moving, AppliedUndef):
            flow = Flow(moving.func, lhs.variables[0], None, rhs)
        elif isinstance(derivation.domain.get(lhs), Interval):
            constraints.append((lhs, rhs))
        else:
            raise IllFormedStep(
                f"{derivation.name}, hypothesis {step.label!r}: numbers can obey d v_p/dt = ..., d g/dt = ... "
                f"and symbol = ...; {step.lhs} has another form."
            )
        if flow:
            _check_flow(derivation, step, flow)
            if flows.setdefault(flow.head, flow) != flow:
                raise IllFormedStep(f"{derivation.name}: two hypotheses move {flow.head} in different ways.")
    for place, (symbol, value) in enumerate(constraints):
        if symbol in value.free_symbols.union(*({s} | v.free_symbols for s, v in constraints[:place])):
            raise IllFormedStep(f"{derivation.name}: the hypotheses fix {symbol} twice, too late, or by itself.")
    return flows, constraints


def _check_flow(derivation, step, flow):
    """Refuse a flow whose index does not number all entries of its vector, or that refers to its own velocity."""
    domain = derivation.domain
    space = domain.get(flow.head)
    if not isinstance(space, Map) or not _indexed_by(domain, flow.index, space.into):
        raise IllFormedStep(
            f"{derivation.name}, hypothesis {step.label!r}: the index of {step.lhs} must be declared with the size "
            f"of the vector {flow.head}, which must be a declared function of time."
        )
    if any(flow.head in applied_heads(d) for d in flow.rhs.atoms(sp.Derivative)):
        raise IllFormedStep(
            f"{derivation.name}, hypothesis {step.label!r}: the velocity of {flow.head} refers to itself."
        )


def _indexed_by(domain, index, into):
    if not isinstance(into, Vector):
        return index is None
    space = domain.get(index)
    return isinstance(space, Index) and space.size == into.size


def _free_indices(lhs, rhs, domain, flows, constraints):
    """Indices that need a value: those of the statement, and those that the motion imposed on it refers to."""
    seen = (lhs.free_symbols | rhs.free_symbols).union(*(value.free_symbols for _, value in constraints))
    for flow in flows.values():
        seen |= flow.rhs.free_symbols - {flow.index}
    return [i for i in domain.of_kind(Index) if i in seen]


def _patterns(free, domain, sizes):
    """Which free indices are equal and which differ, `[{index: class}]`: every pattern that the sizes allow."""
    groups = {}
    for index in free:
        groups.setdefault(concrete(domain[index].size, sizes), []).append(index)
    per_group = [[p for p in _partitions(members) if max(p.values()) < size] for size, members in groups.items()]
    return [dict(itertools.chain.from_iterable(p.items() for p in choice)) for choice in itertools.product(*per_group)]


def _partitions(members):
    """All ways to say which members are equal, as {member: class number}."""
    for labels in itertools.product(*[range(k + 1) for k in range(len(members))]):
        if all(label <= max(labels[:k], default=-1) + 1 for k, label in enumerate(labels)):
            yield dict(zip(members, labels, strict=True))


def _draw_points(scope, constraints, patterns, seed):
    """Values at POINTS points; a leading axis numbers them."""
    rng = np.random.default_rng(seed)
    points = POINTS * -(-len(patterns) // POINTS)
    values = draw_values(scope.domain, scope.sizes, points, rng)
    for flow in scope.flows.values():
        size = () if flow.index is None else (concrete(scope.domain[flow.index].size, scope.sizes),)
        values[f"{flow.head} now"] = rng.normal(size=(points, *size))
    lengths = {i: concrete(scope.domain[i].size, scope.sizes) for i in patterns[0]}
    for length in sorted(set(lengths.values())):
        orders = rng.permuted(np.tile(np.arange(1, length + 1), (points, 1)), axis=1)
        for index in (i for i in lengths if lengths[i] == length):
            classes = np.asarray([patterns[k % len(patterns)][index] for k in range(points)])
            values[index.name] = np.take_along_axis(orders, classes[:, None], axis=1)[:, 0]
    for symbol, value in constraints:
        numbers, _ = _at_both_resolutions(value, scope, values, {})
        space = scope.domain[symbol]
        if not np.all(numbers > space.low if symbol.is_positive else np.isfinite(numbers)):
            raise IllFormedStep(f"the hypothesis about {symbol} takes it out of {space!r}, on which algebra relies.")
        values[str(symbol)] = numbers
    # A statement without symbols has a point too.
    return values or {"_point": np.zeros(points)}


def _sides(lhs, rhs, drawn, points=None):
    """Left and right values, at all points or the first few, and how far a coarser quadrature is from them."""
    pairs = ([numbers[:points] for numbers in drawn.evaluate(side)] for side in (lhs, rhs))
    (left, coarse_left), (right, coarse_right) = pairs
    if left.shape != right.shape:
        raise IllFormedStep(f"the left side has shape {left.shape[1:]}, the right side {right.shape[1:]}.")
    for side, numbers in (("left", left), ("right", right)):
        if not np.all(np.isfinite(numbers)):
            raise IllFormedStep(
                f"the {side} side is not finite everywhere; an index may run past its range, or the domain is too wide."
            )
    doubt = np.zeros_like(left)
    if _has_integrals(lhs, rhs):
        with np.errstate(invalid="ignore"):
            doubt = np.maximum(np.abs(left - coarse_left), np.abs(right - coarse_right))
        doubt = np.nan_to_num(doubt, nan=np.inf) + ROUNDING
    return left, right, doubt


def _first_failure(left, right, relation, doubt):
    """Number of the first point where the relation fails, or None."""
    scale = np.maximum(np.abs(left), np.abs(right))
    # An entry of a matrix that is 0 in truth is only small beside the other entries.
    allowed = TOLERANCE * np.maximum(scale, scale.max() * 1e-3) + 10 * doubt
    bad = _gap(left, right, relation) > allowed
    if not bad.any() and doubt.max() > DIVERGES * max(float(scale.max()), 1.0):
        raise IllFormedStep("an integral does not converge: a finer quadrature gives quite another number.")
    if not bad.any() and 10 * doubt.max() > PRECISION * max(float(scale.max()), 1e-8):
        raise UndecidedStep(
            f"quadrature undecided: two resolutions differ by {doubt.max():.1e}; split the integral or narrow the "
            "domain."
        )
    failed = np.flatnonzero(bad.reshape(bad.shape[0], -1).any(axis=1))
    return int(failed[0]) if failed.size else None


def _worst_entry(left, right):
    flat = int(np.argmax(np.abs(left - right)))
    return float(left.reshape(-1)[flat]), float(right.reshape(-1)[flat])


def _describe(lhs, rhs, sizes, values, point):
    """Sizes, indices and numbers of a point, for the reader."""
    symbols = sorted((lhs.free_symbols | rhs.free_symbols), key=str)
    said = [f"{s} = {n}" for s, n in sizes.items() if any(s in e.free_symbols for e in (lhs, rhs))]
    for symbol in symbols:
        value = values.get(str(symbol)) if symbol not in sizes else None
        if value is not None and not isinstance(value, dict) and value.ndim == 1:
            said.append(f"{symbol} = {value[point]:.4g}")
    return ", ".join(said)
