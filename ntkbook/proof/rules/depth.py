"""Recursions solved by induction, limits carried out."""

import sympy as sp

from ..errors import IllFormedStep
from ..terms import Recursion, freshened_limit, rebuild, substitute
from ..zero import vanishes
from .registry import Rule, everywhere, register


def induction(closed, steps) -> Rule:
    """A recursion after `steps` steps is `closed`, an expression in `steps`: base case and induction step are checked.

    At 0 steps, `closed` has to be the start, and one step of the recursion has to lead from `closed` at l to `closed`
    at l + 1, both by algebra for symbolic l >= 0.
    """
    return Rule("induction", (closed, steps))


def limit(scale=1) -> Rule:
    """Carry out limits with SymPy; a variable that goes to infinity does so as `scale` times another.

    SymPy finds the limit of x (digamma(x) - log(x)), and gives infinity for that of x (digamma(x/2) - log(x/2)): what a
    rule returns is compared with the numbers, which refuse the latter.
    """
    return Rule("limit", (sp.sympify(scale),))


@register
def _apply_induction(expr, domain, closed, steps):
    closed, steps = rebuild(sp.sympify(closed)), sp.sympify(steps)
    if not (steps.is_Symbol and steps.is_integer):
        raise IllFormedStep(f"induction: {steps} must be the symbol that counts the steps.")

    def solved(node):
        if not isinstance(node, Recursion) or node.times != steps:
            return None
        if node.step.has(steps) or node.start.has(steps):
            raise IllFormedStep(f"induction: a step of the recursion must not depend on {steps}, how many there are.")
        step = sp.Dummy(steps.name, integer=True, nonnegative=True)
        here, next_ = (substitute(closed, {steps: value}) for value in (step, step + 1))
        for case, gap in (
            ("base case", substitute(closed, {steps: sp.S.Zero}) - node.start),
            ("induction step", node.after(here) - next_),
        ):
            if not vanishes(rebuild(gap), domain):
                raise IllFormedStep(f"induction: {closed} does not solve the recursion; its {case} leaves {gap}.")
        return closed

    return everywhere(expr, solved)


@register
def _apply_limit(expr, domain, scale):
    if not scale.is_positive or scale.free_symbols:
        raise IllFormedStep(f"limit: the scale {scale} must be a positive number.")

    def carried_out(node):
        if not isinstance(node, sp.Limit):
            return None
        body, variable, point, direction = freshened_limit(node).args
        if point is sp.S.Infinity:
            slow = sp.Dummy(variable.name, positive=True)
            body, variable = substitute(body, {variable: scale * slow}), slow
        found = sp.limit(rebuild(body), variable, point, str(direction))
        return found if found.is_finite and not found.has(sp.Limit) else None

    return everywhere(expr, carried_out)
