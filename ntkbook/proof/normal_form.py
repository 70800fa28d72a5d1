"""A normal form for finite sums with symbolic limits.

SymPy does not see that two finite sums over the same symbolic range can be exchanged, or that a Kronecker
delta removes a sum. Here an expression becomes a sum of terms `factors, binders`: every product and integer
power of sums is multiplied out, deltas are collapsed, empty sums give the length of their range, and bound
indices get canonical names. Two expressions with equal normal forms are equal for all sizes.
"""

import itertools
from collections import Counter
from dataclasses import dataclass

import sympy as sp

from .domain import Domain, Index
from .errors import IllFormedStep
from .terms import (
    Component,
    Expectation,
    Partial,
    Stack,
    bound_symbol,
    depth,
    named_limit,
    outermost,
    rebuild,
    substitute,
)

LARGEST_POWER = 6
LARGEST_ORDERING = 5040


class TooManyOrders(Exception):
    """A term has so many interchangeable indices that a canonical order would take too long to find."""


@dataclass(frozen=True)
class Term:
    """The product of `factors`, summed over the binders `(index, lower, upper)`."""

    factors: tuple = ()
    binders: tuple = ()


def normal_form(expr: sp.Expr, domain: Domain) -> sp.Expr:
    """The canonical form of a scalar expression.

    Raises:
      TooManyOrders: a term has more than 5040 candidate orders of its bound indices.
    """
    return _Normalizer(domain).canonical(rebuild(expr))


def opened(expr: sp.Expr, domain: Domain) -> list[Term]:
    """The terms of an expression, multiplied out, before deltas are collapsed and indices renamed."""
    return _Normalizer(domain).terms(rebuild(expr), ())


class _Normalizer:
    def __init__(self, domain: Domain):
        self.ranges = {i: (sp.S.One, domain[i].size) for i in domain.of_kind(Index)}

    def canonical(self, expr, frozen=()):
        """Canonical expression; components of the vectors in `frozen` are variables and stay."""
        collected = Counter()
        for product in self.terms(expr, frozen):
            for term in self.collapse(product):
                number, body = self.named(term)
                collected[body] += number
        return sp.Add(*[number * body for body, number in collected.items() if number != 0])

    def terms(self, expr, frozen) -> list[Term]:
        """Multiply out: the list of terms whose sum is `expr`."""
        if isinstance(expr, sp.Add):
            return [t for arg in expr.args for t in self.terms(arg, frozen)]
        if isinstance(expr, sp.Mul):
            return _products([self.terms(arg, frozen) for arg in expr.args])
        if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 0:
            if isinstance(expr.base, sp.KroneckerDelta):
                return self.terms(expr.base, frozen)
            if expr.exp <= LARGEST_POWER and isinstance(expr.base, (sp.Add, sp.Sum)):
                return _products([self.terms(expr.base, frozen) for _ in range(int(expr.exp))])
        if isinstance(expr, sp.Sum):
            return self._open_sum(expr, frozen)
        if isinstance(expr, sp.Integral):
            constant, rest = self._bound_inside(expr, frozen).as_independent(sp.Integral, as_Add=False)
            return _products([self.terms(constant, frozen), [Term((rest,))]]) if constant != 1 else [Term((rest,))]
        return [Term((self.atom(expr, frozen),))]

    def _open_sum(self, expr, frozen):
        """Open the outermost limit, shifted to start at 1; sums inside whose ends depend on it stay closed."""
        (variable, lower, upper), body = outermost(expr)
        if lower.is_infinite:
            return [Term((expr,))]
        fresh = sp.Dummy(variable.name, integer=True, positive=True)
        shift = self.canonical(lower - 1)
        binder = fresh, sp.S.One, self.canonical(upper - shift)
        self.ranges[fresh] = binder[1:]
        terms = []
        for term in self.terms(rebuild(substitute(body, {variable: fresh + shift})), frozen):
            depends = any(fresh in e.free_symbols for _, *ends in term.binders for e in ends)
            terms += self._closed(term) if depends else [term]
        return [Term(t.factors, (binder, *t.binders)) for t in terms]

    def _closed(self, term):
        """The term with its own sums as one factor."""
        return [Term((sp.Mul(*self.named(collapsed)),)) for collapsed in self.collapse(term)]

    def _bound_inside(self, expr, frozen):
        """A product or an integral: kept, with a canonical name for its variable; constants leave the integral."""
        (variable, *ends), body = outermost(expr)
        fresh = variable.as_dummy()
        body = self.canonical(substitute(body, {variable: fresh}), frozen)
        kind = {"real": True} if isinstance(expr, sp.Integral) else {"integer": True}
        constant = sp.S.One
        if isinstance(expr, sp.Integral):
            constant, body = body.as_independent(fresh, as_Add=False)
        name = sp.Symbol(bound_symbol(depth(body) + 1).name, **kind)
        return constant * expr.func(substitute(body, {fresh: name}), (name, *map(self.canonical, ends)))

    def atom(self, expr, frozen):
        """A factor that is not multiplied out: normalize its arguments."""
        if isinstance(expr, Component):
            vector = self._vector(expr.vector, frozen)
            if isinstance(vector, Stack) and vector not in frozen:
                return self.canonical(vector.at(expr.index), frozen)
            return Component(vector, expr.index)
        if isinstance(expr, Stack):
            return self._vector(expr, frozen)
        if isinstance(expr, Partial):
            vector = self._vector(expr.vector, frozen)
            return Partial(self.canonical(expr.expr, (*frozen, vector)), vector, expr.index)
        if isinstance(expr, (sp.Product, sp.Integral)):
            return self._bound_inside(expr, frozen)
        if isinstance(expr, sp.Limit):
            return named_limit(expr, lambda part: self.canonical(part, frozen))
        if not expr.args or not isinstance(expr, sp.Expr) or expr.is_Matrix or expr.has(sp.MatrixSymbol):
            return expr
        if isinstance(expr, Expectation):
            return self._averaged(expr, frozen)
        if isinstance(expr, sp.Derivative):
            return sp.Derivative(self.canonical(expr.expr, frozen), *expr.variable_count)
        return expr.func(*[self.canonical(a, frozen) if isinstance(a, sp.Expr) else a for a in expr.args])

    def _averaged(self, expr, frozen):
        """An expectation over what its body contains, in the order of names."""
        body = self.canonical(expr.body, frozen)
        inside = sorted(name for name in expr.families if Expectation(body, name).members(body))
        return Expectation(body, *inside) if inside else body

    def _vector(self, token, frozen):
        if isinstance(token, Stack):
            return Stack(self.canonical(token.entry, frozen), token.bound, token.size)
        return token

    def collapse(self, term: Term) -> list[Term]:
        """Use up Kronecker deltas, then replace unused binders by the length of their range."""
        term = self._share_free_deltas(self._remove_summed_deltas(term))
        used = set().union(*(f.free_symbols for f in term.factors))
        unused = [b for b in term.binders if b[0] not in used and _not_empty(b, 0)]
        rest = Term(term.factors, tuple(b for b in term.binders if b not in unused))
        return _products([[rest], *[self.terms(upper - lower + 1, ()) for _, lower, upper in unused]])

    def _remove_summed_deltas(self, term):
        factors, binders = list(term.factors), list(term.binders)
        bound = {b for b, *_ in binders}
        while True:
            pair = next(
                (
                    (d, drop, keep)
                    for d in factors
                    if isinstance(d, sp.KroneckerDelta)
                    for drop, keep in (d.args, d.args[::-1])
                    if drop in bound and self._same_range(drop, keep) and _renamed(factors, drop, keep) is not None
                ),
                None,
            )
            if pair is None:
                return Term(tuple(factors), tuple(binders))
            delta, drop, keep = pair
            factors.remove(delta)
            factors = _renamed(factors, drop, keep)
            binders = [b for b in binders if b[0] != drop]
            bound.discard(drop)

    def _share_free_deltas(self, term):
        """x_i delta_ij and x_j delta_ij are the same: write the first index in name order everywhere."""
        deltas = {f for f in term.factors if isinstance(f, sp.KroneckerDelta)}
        factors = [f for f in term.factors if f not in deltas]
        for delta in sorted(deltas, key=sp.default_sort_key):
            keep, drop = sorted(delta.args, key=sp.default_sort_key)
            if drop.is_Symbol and self._same_range(drop, keep):
                factors = _renamed(factors, drop, keep) or factors
        return Term((*factors, *deltas), term.binders)

    def _same_range(self, index, other):
        if index not in self.ranges:
            return False
        lower, upper = self.ranges[index]
        if other.is_Integer:
            return bool(lower == other) and _not_empty((index, lower, upper), 1)
        return self.ranges.get(other) == (lower, upper)

    def named(self, term: Term) -> tuple:
        """Number and body of a term, its binders renamed canonically and put back as one sum."""
        if not term.binders:
            number, body = sp.Mul(*term.factors).as_coeff_Mul()
            return number, body
        bound = {b for b, *_ in term.binders}
        outside = [f for f in term.factors if not f.free_symbols & bound]
        inside = [f for f in term.factors if f.free_symbols & bound]
        level = max((depth(f) for f in inside), default=0) + 1
        best = None
        for order in self._orders(term):
            names = {b: bound_symbol(level, n) for n, (b, *_) in enumerate(order)}
            number, body = sp.Mul(*[rebuild(substitute(f, names)) for f in inside]).as_coeff_Mul()
            key = sp.default_sort_key(body)
            if best is None or key < best[0]:
                best = key, number, body, [(names[b], lower, upper) for b, lower, upper in order]
        _, number, body, limits = best
        more, constant = sp.Mul(*outside).as_coeff_Mul()
        return number * more, constant * sp.Sum(body, *limits)

    def _orders(self, term):
        """Candidate orders of the binders: only indices that look alike need to be permuted."""
        groups = {}
        for binder in term.binders:
            groups.setdefault(self._signature(binder, term), []).append(binder)
        groups = [groups[key] for key in sorted(groups)]
        if sp.prod(sp.factorial(len(g)) for g in groups) > LARGEST_ORDERING:
            raise TooManyOrders(f"{len(term.binders)} interchangeable indices in one sum")
        for choice in itertools.product(*[itertools.permutations(g) for g in groups]):
            yield list(itertools.chain.from_iterable(choice))

    @staticmethod
    def _signature(binder, term):
        """What a binder's occurrences look like when all bound names are forgotten."""
        here, *ends = binder
        others = {b: bound_symbol(0, 0) for b, *_ in term.binders if b != here}
        marked = {**others, here: bound_symbol(0, 1)}
        seen = sorted(str(substitute(f, marked)) for f in term.factors if here in f.free_symbols)
        return str(ends), tuple(seen)


def _not_empty(binder, least):
    """Whether the range is known to have at least `least` values, if it is not to count as negative."""
    _, lower, upper = binder
    return bool((upper - lower + 1 - least).is_nonnegative)


def _renamed(factors, drop, keep):
    """The factors with one index for another; None where that would change what a derivative varies."""
    try:
        return [rebuild(substitute(f, {drop: keep})) for f in factors]
    except IllFormedStep:
        return None


def _products(lists: list[list[Term]]) -> list[Term]:
    """All products that take one term from each list."""
    return [
        Term(sum((t.factors for t in choice), ()), sum((t.binders for t in choice), ()))
        for choice in itertools.product(*lists)
    ]
