"""Means over a family of independent standard normal numbers, of functions of one member each.

The mean of F(g_i) G(g_j) is E[F G] where i = j, and E[F] E[G] elsewhere. Numbers come from a product of quadratures on
half lines, exact for functions that are polynomials on each side of 0.
"""

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from .domain import Domain
from .errors import IllFormedStep
from .expectation import Expectation, is_member
from .normal_form import opened

LARGEST_GROUPS = 4
LARGEST_GRID = 20_000


def average_over_units(expectation: Expectation, variable: sp.Symbol, domain: Domain) -> sp.Expr:
    """The mean in terms of means over the single number `variable`.

    Raises:
      IllFormedStep: a factor depends on several members at once, or a product has more than 4 of them.
    """
    total = []
    for term in opened(expectation.body, domain):
        rest, groups = [], {}
        for factor in term.factors:
            members = _members(factor, expectation.families)
            if len(members) > 1:
                raise IllFormedStep(f"{factor} depends on several members at once; no rule takes it apart.")
            if members:
                groups.setdefault(members.pop(), []).append(factor)
            else:
                rest.append(factor)
        if len(groups) > LARGEST_GROUPS:
            raise IllFormedStep(f"a product of {len(groups)} members; at most {LARGEST_GROUPS} are averaged.")
        for blocks in _partitions(list(groups)):
            body = sp.Mul(*rest, *_coincidences(blocks), *[_mean(block, groups, variable) for block in blocks])
            total.append(sp.Sum(body, *term.binders) if term.binders else body)
    return sp.Add(*total)


def _members(factor, families):
    return {
        node for node in sp.preorder_traversal(factor) if isinstance(node, AppliedUndef) and is_member(node, families)
    }


def _partitions(members: list) -> Iterator[list[list]]:
    """All ways to say which members are the same one."""
    if not members:
        yield []
        return
    first, *others = members
    for size in range(len(others) + 1):
        for partners in itertools.combinations(others, size):
            if all(p.func == first.func for p in partners):
                for blocks in _partitions([m for m in others if m not in partners]):
                    yield [[first, *partners], *blocks]


def _same(left, right):
    return sp.Mul(*[sp.KroneckerDelta(a, b) for a, b in zip(left.args, right.args, strict=True)])


def _coincidences(blocks):
    """1 where the members of each block are one, and the blocks are different ones."""
    inside = [_same(a, b) for block in blocks for a, b in itertools.pairwise(block)]
    heads = [block[0] for block in blocks]
    apart = [1 - _same(a, b) for a, b in itertools.combinations(heads, 2) if a.func == b.func]
    return [*inside, *apart]


def _mean(block, groups, variable):
    return Expectation(sp.Mul(*[f.xreplace({m: variable}) for m in block for f in groups[m]]), variable)


def piecewise_degree(expr: sp.Basic, families: tuple[str, ...]) -> int | None:
    """The degree of a function that is a polynomial in the members on each side of 0; None for any other."""
    if is_member(expr, families):
        return 1
    if not any(is_member(node, families) for node in sp.preorder_traversal(expr)):
        return 0
    if isinstance(expr, sp.Pow):
        inner = piecewise_degree(expr.base, families)
        return inner * int(expr.exp) if inner is not None and expr.exp.is_Integer and expr.exp > 0 else None
    if isinstance(expr, sp.Sum):
        return piecewise_degree(expr.function, families)
    if isinstance(expr, (sp.Max, sp.Abs, sp.Heaviside, sp.sign)):
        varying = [a for a in expr.args if a != 0 and not a.is_number]
        turns = (
            len(varying) == 1
            and _multiple_of_one(varying[0], families)
            and (not isinstance(expr, sp.Max) or sp.S.Zero in expr.args)
        )
        return (1 if isinstance(expr, (sp.Max, sp.Abs)) else 0) if turns else None
    if not isinstance(expr, (sp.Add, sp.Mul)):
        return None
    inner = [piecewise_degree(a, families) for a in expr.args]
    if None in inner:
        return None
    return max(inner) if isinstance(expr, sp.Add) else sum(inner)


def _multiple_of_one(argument, families):
    """Whether an argument is a constant times one member, so that it turns at 0."""
    factors = sp.Mul.make_args(argument)
    inside = [f for f in factors if any(is_member(node, families) for node in sp.preorder_traversal(f))]
    return len(inside) == 1 and is_member(inside[0], families)


@cache
def two_sided_rule(degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the standard normal law, exact for polynomials of this degree on each side of 0."""
    count = degree // 2 + 1
    fine, measure = np.polynomial.legendre.leggauss(400)
    fine, measure = 3 * (1 + fine) / (1 - fine), measure * 6 / (1 - fine) ** 2
    measure = measure * np.exp(-(fine**2) / 2) / np.sqrt(2 * np.pi)
    diagonal, beside = [], []
    before, here = np.zeros_like(fine), np.full_like(fine, measure.sum() ** -0.5)
    for _ in range(count):
        diagonal.append((measure * fine * here**2).sum())
        following = (fine - diagonal[-1]) * here - (beside[-1] * before if beside else 0)
        beside.append(np.sqrt((measure * following**2).sum()))
        before, here = here, following / beside[-1]
    nodes, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1))
    weights = 0.5 * vectors[0] ** 2
    return np.concatenate([-nodes[::-1], nodes]), np.concatenate([weights[::-1], weights])
