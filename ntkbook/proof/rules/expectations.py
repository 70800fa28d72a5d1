"""Means over Gaussian weights carried out."""

import sympy as sp

from ..cumulants import over_draws
from ..errors import IllFormedStep
from ..expectation import Expectation, average, is_member
from ..growth import grows_slowly
from ..normal_form import opened
from .registry import Rule, everywhere, register


def wick() -> Rule:
    """E over independent standard normal weights: pair them up in all ways; a pair is 1 if equal, else 0."""
    return Rule("wick")


def linearity() -> Rule:
    """The mean of a sum is the sum of the means; what is not averaged goes in front."""
    return Rule("linearity")


@register
def _apply_wick(expr, domain):
    def carry_out(node):
        gaussian = isinstance(node, Expectation) and not over_draws(node, domain)
        return average(node, domain) if gaussian else None

    return everywhere(expr, carry_out)


@register
def _apply_linearity(expr, domain):
    return everywhere(expr, lambda node: _apart(node, domain) if isinstance(node, Expectation) else None)


def _apart(node, domain):
    terms = []
    for term in opened(node.body, domain):
        inside = sp.Mul(*[f for f in term.factors if node.members(f)])
        outside = sp.Mul(*[f for f in term.factors if not node.members(f)])
        refuse_fast_growth(inside, node.families)
        families = [name for name in node.families if Expectation(inside, name).members(inside)]
        mean = Expectation(inside, *families) if families else inside
        terms.append(sp.Sum(outside * mean, *term.binders) if term.binders else outside * mean)
    return sp.Add(*terms)


def refuse_fast_growth(body, families):
    """Refuse a body of which it is not seen that its mean exists.

    Raises:
      IllFormedStep: it may grow faster than any power of the averaged variables.
    """
    heads = {n if n.is_Symbol else n.func for n in sp.preorder_traversal(body) if is_member(n, families)}
    if not grows_slowly(body, tuple(heads)):
        raise IllFormedStep(f"{body} may grow faster than any power; of such a function no mean is taken apart.")
