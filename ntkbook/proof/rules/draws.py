"""Means over independent draws carried out."""

from ..cumulants import independent_average, over_draws
from ..expectation import Expectation
from .registry import Rule, everywhere, register


def independence() -> Rule:
    """E over independent draws of one law, of mean 0: only factors that are the same draw stay together."""
    return Rule("independence")


@register
def _apply_independence(expr, domain):
    def carry_out(node):
        if isinstance(node, Expectation) and over_draws(node, domain):
            return independent_average(node, domain)
        return None

    return everywhere(expr, carry_out)
