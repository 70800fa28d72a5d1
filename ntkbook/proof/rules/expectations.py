"""Means over Gaussian weights carried out."""

from ..cumulants import over_draws
from ..expectation import Expectation, average
from .registry import Rule, everywhere, register


def wick() -> Rule:
    """E over independent standard normal weights: pair them up in all ways; a pair is 1 if equal, else 0."""
    return Rule("wick")


@register
def _apply_wick(expr, domain):
    def carry_out(node):
        gaussian = isinstance(node, Expectation) and not over_draws(node, domain)
        return average(node, domain) if gaussian else None

    return everywhere(expr, carry_out)
