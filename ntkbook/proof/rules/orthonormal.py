"""Sums over products of orthonormal vectors."""

import sympy as sp
from sympy.core.function import AppliedUndef

from ..domain import Domain, Orthonormal
from ..errors import IllFormedStep
from ..normal_form import Term, opened
from .registry import Rule, register


def orthonormal(family) -> Rule:
    r"""$\sum_i v_{ki} v_{li} = \delta_{kl}$ and $\sum_k v_{ki} v_{kj} = \delta_{ij}$, for a family that is complete.

    The family is declared with `into=Orthonormal()`. Products are multiplied out first.
    """
    return Rule("orthonormal", (family,))


@register
def _apply_orthonormal(expr, domain: Domain, family):
    space = domain.get(family)
    if not isinstance(getattr(space, "into", None), Orthonormal):
        raise IllFormedStep(f"orthonormal({family}): the family must be declared with into=Orthonormal().")
    size = space.arguments[0].size
    terms = [_contracted(term, family, size) for term in opened(expr, domain)]
    if not any(changed for _, changed in terms):
        return expr
    return sp.Add(*[_summed(term) for term, _ in terms])


def _contracted(term: Term, family, size):
    """The term with every summed pair of the family in place of which a delta can stand, and whether one was found."""
    changed = False
    factors, binders = [g for f in term.factors for g in _repeated(f)], list(term.binders)
    while (found := _pair(factors, binders, family, size)) is not None:
        index, first, second, delta = found
        factors.remove(first)
        factors.remove(second)
        factors.append(delta)
        binders = [b for b in binders if b[0] != index]
        changed = True
    return Term(tuple(factors), tuple(binders)), changed


def _pair(factors, binders, family, size):
    members = [f for f in factors if isinstance(f, AppliedUndef) and f.func == family]
    for index, lower, upper in binders:
        holding = [f for f in factors if index in f.free_symbols]
        if lower != 1 or upper != size or len(holding) != 2 or not all(f in members for f in holding):
            continue
        first, second = holding
        for place in (0, 1):
            other = 1 - place
            if first.args[place] == second.args[place] == index and index not in (
                first.args[other],
                second.args[other],
            ):
                if any(index in end.free_symbols for _, *ends in binders for end in ends):
                    continue
                return index, first, second, sp.KroneckerDelta(first.args[other], second.args[other])
    return None


def _repeated(factor):
    """A power of a member as so many factors."""
    if isinstance(factor, sp.Pow) and factor.exp.is_Integer and factor.exp > 0:
        return [factor.base] * int(factor.exp)
    return list(sp.Mul.make_args(factor))


def _summed(term):
    product = sp.Mul(*term.factors)
    return sp.Sum(product, *term.binders) if term.binders else product
