"""Means over families of independent Gaussian numbers, of any functions of single members."""

from sympy.core.function import AppliedUndef

from ..domain import Gaussian, Map
from ..expectation import Expectation
from ..units import average_over_units
from .expectations import refuse_fast_growth
from .registry import Rule, everywhere, register


def independent_units(variable) -> Rule:
    """E over a Gaussian family: different members are independent, and all are like the one number `variable`."""
    return Rule("independent_units", (variable,))


@register
def _apply_independent_units(expr, domain, variable):
    def carry_out(node):
        if not isinstance(node, Expectation):
            return None
        spaces = [next((s for key, s in domain.items() if str(key) == name), None) for name in node.families]
        if not all(isinstance(s, Map) and s.into == Gaussian() for s in spaces):
            return None
        if not any(str(a.func) in node.families for a in node.body.atoms(AppliedUndef)):
            return node.body
        refuse_fast_growth(node.body, node.families)
        return average_over_units(node, variable, domain)

    return everywhere(expr, carry_out)
