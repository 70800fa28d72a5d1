"""Expectations over independent standard normal weights, and Wick's rule for them.

A family of weights is declared with `into=Gaussian()`; `Expectation(body, w, b)` averages over all members of
the families w and b and holds everything else fixed.
"""

from collections.abc import Iterator

import sympy as sp
from sympy.core.function import AppliedUndef

from .domain import Domain, Gaussian
from .errors import IllFormedStep
from .normal_form import Term, opened
from .terms import Expectation, Partial, PartialBy, is_member

__all__ = ["Expectation", "as_integral", "average", "averaged_symbols", "degree", "density", "is_member"]


def degree(expr: sp.Basic, families: tuple[str, ...]) -> int:
    """A polynomial degree of `expr` in the averaged variables, at least; a derivative counts as what it is taken of.

    Raises:
      IllFormedStep: it is no polynomial in them.
    """
    if is_member(expr, families):
        return 1
    if not any(is_member(node, families) for node in sp.preorder_traversal(expr)):
        return 0
    if isinstance(expr, sp.Add):
        return max(degree(a, families) for a in expr.args)
    if isinstance(expr, sp.Mul):
        return sum(degree(a, families) for a in expr.args)
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 0:
        return int(expr.exp) * degree(expr.base, families)
    if isinstance(expr, sp.Sum):
        return degree(expr.function, families)
    if isinstance(expr, (Partial, PartialBy)):
        return degree(expr.expr, families)
    raise IllFormedStep(f"{expr} is no polynomial in {', '.join(families)}; only polynomials of weights are averaged.")


def averaged_symbols(expectation: Expectation, domain: Domain) -> list[sp.Symbol]:
    """The averaged variables of an expectation over single standard normal numbers, in the order of its families.

    Raises:
      IllFormedStep: a family is not declared as one standard normal number.
    """
    symbols = []
    for name in expectation.families:
        symbol = next((key for key, space in domain.items() if str(key) == name and space == Gaussian()), None)
        if symbol is None:
            raise IllFormedStep(f"{expectation}: {name} is not declared Gaussian(), as one standard normal number.")
        symbols.append(symbol)
    return symbols


def density(*symbols: sp.Symbol) -> sp.Expr:
    """The density of independent standard normal numbers."""
    return sp.exp(-sp.Add(*[s**2 for s in symbols]) / 2) / (2 * sp.pi) ** sp.Rational(len(symbols), 2)


def as_integral(expectation: Expectation, domain: Domain) -> sp.Expr:
    """The expectation as an integral over the whole space; the first family stands outermost.

    Variables that the body does not contain are left out, for their density integrates to 1.
    """
    symbols = [s for s in averaged_symbols(expectation, domain) if s in expectation.body.free_symbols]
    if not symbols:
        return expectation.body
    limits = [(s, sp.S.NegativeInfinity, sp.S.Infinity) for s in reversed(symbols)]
    return sp.Integral(_with_one_exponential(expectation.body * density(*symbols)), *limits)


def _with_one_exponential(product):
    """exp(a) exp(b) as exp(a + b): apart, one may overflow where the other vanishes."""
    factors = sp.Mul.make_args(product)
    exponents = [f.exp for f in factors if isinstance(f, sp.exp)]
    return sp.Mul(*[f for f in factors if not isinstance(f, sp.exp)]) * sp.exp(sp.Add(*exponents))


def average(expectation: Expectation, domain: Domain) -> sp.Expr:
    """The expectation by Wick's rule: a sum over all pairings, each pair a product of Kronecker deltas."""
    degree(expectation.body, expectation.families)
    total = []
    for term in opened(expectation.body, domain):
        factors = [f for factor in term.factors for f in _repeated(factor)]
        members = [f for f in factors if is_member(f, expectation.families)]
        rest = [f for f in factors if not is_member(f, expectation.families)]
        if degree(sp.Mul(*rest), expectation.families):
            raise IllFormedStep(f"{expectation}: a power in it is too high to be multiplied out.")
        for pairing in _pairings(members):
            total.append(_summed(Term((*rest, *(d for pair in pairing for d in _deltas(*pair))), term.binders)))
    return sp.Add(*total)


def _repeated(factor):
    """A power of a variable as so many factors."""
    if isinstance(factor, sp.Pow) and factor.exp.is_Integer and factor.exp > 0:
        return [factor.base] * int(factor.exp)
    return [factor]


def _pairings(members: list) -> Iterator[list]:
    """All ways to pair members up; none if their number is odd."""
    if not members:
        yield []
        return
    first, *others = members
    for place, partner in enumerate(others):
        if _name(first) == _name(partner):
            for rest in _pairings(others[:place] + others[place + 1 :]):
                yield [(first, partner), *rest]


def _name(member):
    return member.func if isinstance(member, AppliedUndef) else member


def _deltas(left, right):
    return [sp.KroneckerDelta(a, b) for a, b in zip(left.args, right.args, strict=True)]


def _summed(term):
    product = sp.Mul(*term.factors)
    return sp.Sum(product, *term.binders) if term.binders else product
