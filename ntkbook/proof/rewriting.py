"""Executing `uses`: unfolding definitions and rewriting with earlier equations."""

import itertools
from collections.abc import Iterable
from dataclasses import replace

import sympy as sp

from .derivation import Derivation, Step
from .domain import Domain, Index
from .errors import IllFormedStep
from .terms import (
    BINDERS,
    AtTime,
    Partial,
    PartialBy,
    Prime,
    Stack,
    TimeDerivative,
    freshened_limit,
    outermost,
    rebuild,
    rename_bound,
    substitute,
)

VARIED = (sp.Derivative, Partial, PartialBy, TimeDerivative, AtTime)
"""Where something is varied, or given another value: an equation that is no identity does not hold there."""


def available(derivation: Derivation, before: str) -> dict[str, Step]:
    """Statements that the step labelled `before` may use: hypotheses, earlier steps, and given derivations.

    A step that continues a chain counts as the whole chain: from its first left side to this right side.
    """
    known = {}
    for inner in derivation.given:
        for label, step in available(inner, "").items():
            known[label if "/" in label else f"{inner.name}/{label}"] = step
    for step in derivation.statements:
        if step.label == before:
            break
        known[step.label] = replace(step, lhs=chain(derivation, step)[0].lhs)
    return known


def definitions(derivation: Derivation) -> dict:
    """Every definition in force, head -> step, those of given derivations included.

    Raises:
      IllFormedStep: one name has two meanings.
    """
    found = {}
    inherited = [step for inner in derivation.given for step in definitions(inner).values()]
    for step in (*inherited, *(s for s in derivation.statements if s.relation == ":=")):
        other = found.setdefault(head_of(step.lhs), step)
        if (other.lhs, other.rhs) != (step.lhs, step.rhs):
            raise IllFormedStep(f"{derivation.name}: {head_of(step.lhs)} is defined in two ways; rename one.")
    return found


def chain(derivation: Derivation, step: Step) -> tuple[Step, Step | None]:
    """The step that starts the chain to which `step` belongs, and the step that it continues, if any."""
    steps = derivation.statements
    for earlier in reversed(steps[: steps.index(step)]):
        if step.relation != ":=" and earlier.relation == "=" and earlier.rhs == step.lhs:
            return chain(derivation, earlier)[0], earlier
    return step, None


def head_of(expr: sp.Basic):
    """What a definition defines: the function head, or the symbol itself."""
    return expr.func if expr.args and not isinstance(expr, sp.MatrixSymbol) else expr


def unfold(expr: sp.Basic, steps: Iterable[Step]) -> sp.Basic:
    """Replace defined names by what they stand for, until none of these definitions is left."""
    by_head = {head_of(s.lhs): s for s in steps}
    constants = set().union(*(s.rhs.free_symbols - s.lhs.free_symbols for s in by_head.values()))

    def visit(node):
        if isinstance(node, BINDERS):
            node = rename_bound(node, constants)
        if isinstance(node, sp.Limit):
            node = freshened_limit(node)
        if isinstance(node, Prime) and head_of(node.applied) in by_head:
            return visit(_slope(by_head[head_of(node.applied)], node))
        if node.args:
            node = node.func(*map(visit, node.args))
        step = by_head.get(head_of(node))
        if step is None:
            return node
        if isinstance(node, sp.MatrixSymbol):
            return visit(rebuild(step.rhs))
        if len(step.lhs.args) != len(node.args):
            raise IllFormedStep(f"{node} has {len(node.args)} arguments; it is defined as {step.lhs}.")
        return visit(substitute(rebuild(step.rhs), dict(zip(step.lhs.args, node.args, strict=True))))

    return rebuild(visit(expr)) if by_head else rebuild(expr)


def _slope(step, prime):
    """h'(z) of a defined function h, at z: the derivative of what h stands for, not by what z depends on."""
    (parameter,) = step.lhs.args
    variable = sp.Dummy(parameter.name, real=True)
    body, argument = substitute(rebuild(step.rhs), {parameter: variable}), prime.applied.args[0]
    if isinstance(body, sp.Function) and body.args == (variable,):
        return Prime(body.func(argument), prime.order)
    return sp.Subs(sp.Derivative(body, (variable, prime.order)), variable, argument)


def rewrite(expr: sp.Basic, step: Step, domain: Domain, fixed=frozenset(), in_derivatives=True) -> sp.Basic:
    """Replace every instance of the left side of an earlier equation by its right side.

    Its indices are universally quantified: they match any index that runs inside the same range, bound ones
    included.

    Args:
      expr, step, domain: what to rewrite, the equation, and the ranges.
      fixed: indices that stand for one number, because a hypothesis speaks of them.
      in_derivatives: whether the equation is an identity, which may be differentiated.
    """
    pattern, replacement = rebuild(step.lhs), rebuild(step.rhs)
    wild = {s: domain[s].size for s in pattern.free_symbols - fixed if isinstance(domain.get(s), Index)}
    outside = (pattern.free_symbols | replacement.free_symbols) - set(wild)

    def visit(node, ranges):
        if isinstance(node, BINDERS):
            node = rename_bound(node, outside)
            ranges = ranges | {v: tuple(ends) for v, *ends in node.limits}
        if isinstance(node, sp.Limit):
            node = freshened_limit(node)
        if isinstance(node, Stack):
            ranges = ranges | {node.bound: (sp.S.One, node.size)}
        found = match(pattern, node, wild, {}, ranges)
        if found is not None:
            return substitute(replacement, found)
        if not node.args or (isinstance(node, VARIED) and not in_derivatives):
            return node
        return node.func(*[visit(a, ranges) for a in node.args])

    return visit(rebuild(expr), {i: (sp.S.One, domain[i].size) for i in domain.of_kind(Index)})


def match(pattern, node, wild: dict, bound: dict, ranges: dict) -> dict | None:
    """Values of the wild symbols that turn `pattern` into `node`, or None.

    Args:
      pattern, node: expressions.
      wild: the last value of each wild symbol; its first is 1.
      bound: values found so far.
      ranges: first and last values of the indices in reach at this place.
    """
    if pattern in wild:
        if pattern in bound:
            return bound if bound[pattern] == node else None
        return {**bound, pattern: node} if _runs_inside(node, wild[pattern], ranges) else None
    if pattern == node and not pattern.free_symbols & set(wild):
        return bound
    if pattern.func != node.func or len(pattern.args) != len(node.args) or not pattern.args:
        return None
    if isinstance(pattern, BINDERS):
        return _match_binder(pattern, node, wild, bound, ranges)
    if isinstance(pattern, Stack):
        fresh = pattern.bound.as_dummy()
        ours, theirs = (pattern.at(fresh), pattern.size), (node.at(fresh), node.size)
        return _match_all(ours, theirs, wild, bound, ranges)
    if isinstance(pattern, (sp.Add, sp.Mul)) and not isinstance(pattern, sp.MatMul):
        orders = itertools.permutations(node.args) if len(node.args) <= 6 else (node.args,)
        attempts = (_match_all(pattern.args, order, wild, bound, ranges) for order in orders)
        return next((found for found in attempts if found is not None), None)
    return _match_all(pattern.args, node.args, wild, bound, ranges)


def _match_all(patterns, nodes, wild, bound, ranges):
    for pattern, node in zip(patterns, nodes, strict=True):
        bound = match(pattern, node, wild, bound, ranges)
        if bound is None:
            return None
    return bound


def _match_binder(pattern, node, wild, bound, ranges):
    """Sums match up to the name of their index; the common name has no range, so that no wild symbol takes it."""
    (ours, *ends), body = outermost(pattern)
    (theirs, *others), inside = outermost(node)
    if len(ends) != len(others):
        return None
    bound = _match_all(ends, others, wild, bound, ranges)
    if bound is None:
        return None
    fresh = ours.as_dummy()
    renamed = substitute(body, {ours: fresh}), substitute(inside, {theirs: fresh})
    return match(*renamed, wild, bound, ranges)


def _runs_inside(value, size, ranges):
    """Whether an index expression is known to lie in 1, ..., size."""
    if not isinstance(value, sp.Expr) or value.is_Matrix:
        return False
    if value in ranges:
        lower, upper = ranges[value]
        return bool((lower - 1).is_nonnegative) and _at_most(upper, size, ranges)
    return bool(value.is_integer and (value - 1).is_nonnegative and (size - value).is_nonnegative) and not (
        value.atoms(sp.Dummy)
    )


def _at_most(end, size, ranges):
    return bool((size - end).is_nonnegative) or (end in ranges and _at_most(ranges[end][1], size, ranges))


def apply_uses(derivation: Derivation, step: Step) -> tuple[sp.Basic, sp.Basic]:
    """Both sides of a step after its `uses`: definitions unfolded, the left side rewritten.

    Raises:
      IllFormedStep: a used label is unknown or comes later, or using it changes nothing.
    """
    known = available(derivation, step.label)
    lhs, rhs = rebuild(step.lhs), rebuild(step.rhs)
    for label in step.uses:
        if label not in known:
            raise IllFormedStep(
                f"{derivation.name}, step {step.label!r} uses {label!r}, which is not an earlier statement; "
                f"it may use {', '.join(known) or 'nothing yet'}."
            )
        used = known[label]
        before = lhs, rhs
        if used.relation == ":=":
            lhs, rhs = unfold(lhs, [used]), unfold(rhs, [used])
        elif used.relation == "=":
            proved_under = assumed(_origin(derivation, label))
            identity = not any(s.lhs.is_Symbol for s in proved_under)
            lhs = rewrite(lhs, used, derivation.domain, _fixed_indices(proved_under), identity)
        else:
            raise IllFormedStep(
                f"{derivation.name}, step {step.label!r}: {label!r} is no equation; nothing can be rewritten with it."
            )
        if before == (lhs, rhs):
            raise IllFormedStep(
                f"{derivation.name}, step {step.label!r} uses {label!r}, but that changes nothing in it; "
                "drop it from `uses`, or write the step so that it is needed."
            )
    return lhs, rhs


def assumed(derivation: Derivation) -> list[Step]:
    """The equations among the hypotheses, those of given derivations first."""
    given = [step for inner in derivation.given for step in assumed(inner)]
    return given + [step for step in derivation.hypotheses if step.relation == "="]


def _origin(derivation, label):
    """The derivation in which a used statement stands, and whose hypotheses it rests on."""
    name = label.rpartition("/")[0]
    if not name:
        return derivation
    return next(d for d in _ancestors(derivation) if d.name == name)


def _ancestors(derivation):
    for inner in derivation.given:
        yield inner
        yield from _ancestors(inner)


def _fixed_indices(hypotheses):
    """Indices of which a hypothesis speaks, other than the index that numbers the entries of its flow."""
    return frozenset().union(*((s.lhs.free_symbols | s.rhs.free_symbols) - _entry(s.lhs) for s in hypotheses))


def _entry(lhs):
    """The index of the entry in d v_p/dt."""
    return getattr(lhs.expr, "index", sp.S.One).free_symbols if isinstance(lhs, sp.Derivative) else set()
