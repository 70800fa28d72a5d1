"""Executing `uses`: unfolding definitions and rewriting with earlier equations."""

import itertools
from collections.abc import Iterable
from dataclasses import replace

import sympy as sp

from .derivation import Derivation, Step
from .domain import Domain, Index
from .errors import IllFormedStep
from .terms import Stack, rebuild, substitute


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
    """Every definition in force, head -> step, those of given derivations included."""
    found = {}
    for inner in derivation.given:
        found |= definitions(inner)
    return found | {head_of(s.lhs): s for s in derivation.statements if s.relation == ":="}


def chain(derivation: Derivation, step: Step) -> tuple[Step, Step | None]:
    """The step that starts the chain to which `step` belongs, and the step that it continues (None if it starts one)."""
    steps = derivation.statements
    for earlier in reversed(steps[: steps.index(step)]):
        if step.relation != ":=" and earlier.relation == "=" and earlier.rhs == step.lhs:
            return chain(derivation, earlier)[0], earlier
    return step, None


def head_of(expr: sp.Basic):
    """What a definition defines: the function head, or the symbol itself."""
    return expr.func if expr.args else expr


def unfold(expr: sp.Basic, steps: Iterable[Step]) -> sp.Basic:
    """Replace defined names by what they stand for, until none of these definitions is left."""
    by_head = {head_of(s.lhs): s for s in steps}

    def visit(node):
        if node.args:
            node = node.func(*map(visit, node.args))
        step = by_head.get(head_of(node))
        if step is None:
            return node
        return visit(substitute(rebuild(step.rhs), dict(zip(step.lhs.args, node.args, strict=True))))

    return rebuild(visit(expr)) if by_head else rebuild(expr)


def rewrite(expr: sp.Basic, step: Step, domain: Domain) -> sp.Basic:
    """Replace every instance of the left side of an earlier equation by its right side.

    Its indices are universally quantified: they match any index of the same range, bound ones included.
    """
    pattern, replacement = rebuild(step.lhs), rebuild(step.rhs)
    wild = {s for s in pattern.free_symbols if isinstance(domain.get(s), Index)}

    def visit(node):
        found = match(pattern, node, wild, {})
        if found is not None:
            return substitute(replacement, found)
        if not node.args:
            return node
        return node.func(*[visit(a) for a in node.args])

    return visit(rebuild(expr))


def match(pattern, node, wild: set, bound: dict) -> dict | None:
    """Values of the wild symbols that turn `pattern` into `node`, or None."""
    if pattern in wild:
        if pattern in bound:
            return bound if bound[pattern] == node else None
        return {**bound, pattern: node} if node.is_integer and not node.has(sp.Sum) else None
    if pattern == node:
        return bound
    if type(pattern) is not type(node) or len(pattern.args) != len(node.args) or not pattern.args:
        return None
    if isinstance(pattern, sp.Sum):
        return _match_sum(pattern, node, wild, bound)
    if isinstance(pattern, (sp.Add, sp.Mul)):
        orders = itertools.permutations(node.args) if len(node.args) <= 6 else (node.args,)
        attempts = (_match_all(pattern.args, order, wild, bound) for order in orders)
        return next((found for found in attempts if found is not None), None)
    return _match_all(pattern.args, node.args, wild, bound)


def _match_all(patterns, nodes, wild, bound):
    for pattern, node in zip(patterns, nodes, strict=True):
        bound = match(pattern, node, wild, bound)
        if bound is None:
            return None
    return bound


def _match_sum(pattern, node, wild, bound):
    """Sums match up to the name of their index."""
    if len(pattern.limits) != len(node.limits):
        return None
    renamed = {n[0]: p[0] for p, n in zip(pattern.limits, node.limits, strict=True)}
    for (_, *ends), (_, *others) in zip(pattern.limits, node.limits, strict=True):
        bound = _match_all(ends, others, wild, bound)
        if bound is None:
            return None
    return match(pattern.function, substitute(node.function, renamed), wild - set(renamed.values()), bound)


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
            lhs = rewrite(lhs, used, derivation.domain)
        else:
            raise IllFormedStep(
                f"{derivation.name}, step {step.label!r}: {label!r} is no equation, so nothing can be rewritten with it."
            )
        if before == (lhs, rhs):
            raise IllFormedStep(
                f"{derivation.name}, step {step.label!r} uses {label!r}, but that changes nothing in it; "
                "drop it from `uses`, or write the step so that it is needed."
            )
    return lhs, rhs


def alpha_key(expr: sp.Basic) -> sp.Basic:
    """The expression with its summation indices renamed by depth: equal keys differ only in dummies and order."""
    if isinstance(expr, sp.Sum):
        body = expr.function
        names = {
            v: sp.Symbol(f"_alpha{_nesting(body)}_{n}", integer=True, positive=True)
            for n, (v, *_) in enumerate(expr.limits)
        }
        limits = [(names[v], *map(alpha_key, ends)) for v, *ends in expr.limits]
        return sp.Sum(alpha_key(substitute(body, names)), *limits)
    if not expr.args or isinstance(expr, Stack):
        return expr
    return expr.func(*map(alpha_key, expr.args))


def _nesting(expr):
    inner = max((_nesting(a) for a in expr.args), default=0)
    return inner + isinstance(expr, sp.Sum)
