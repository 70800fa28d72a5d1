"""Means over Gaussian weights carried out."""

from ..expectation import Expectation, average
from .registry import Rule, everywhere, register


def wick() -> Rule:
    """E over independent standard normal weights: pair them up in all ways; a pair is 1 if equal, else 0."""
    return Rule("wick")


@register
def _apply_wick(expr, domain):
    return everywhere(expr, lambda node: average(node, domain) if isinstance(node, Expectation) else None)
