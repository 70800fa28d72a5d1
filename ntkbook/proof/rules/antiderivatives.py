"""Integrals by an antiderivative, or by parts: the author names a function and the engine differentiates it."""

import sympy as sp
from sympy.core.function import AppliedUndef

from ..domain import Domain, Gaussian, Interval, Map
from ..errors import IllFormedStep
from ..expectation import Expectation, as_integral, density
from ..growth import falls_off
from ..normal_form import normal_form
from ..terms import Prime, rebuild, substitute
from .calculus import differentiate
from .registry import Rule, everywhere, register

ENTIRE = (sp.exp, sp.sin, sp.cos, sp.tanh, sp.erf)
"""Functions that are smooth on the whole line."""


def antiderivative(primitive: sp.Expr, variable: sp.Symbol) -> Rule:
    r"""$\int_a^b F'(s)\,ds = F(b) - F(a)$, for the `primitive` F(s) of the integrand and finite ends.

    The engine takes the derivative of F and compares it with the integrand; F has to be smooth on the whole range.
    """
    return Rule("antiderivative", (primitive, variable))


def by_parts(product: sp.Expr, variable: sp.Symbol) -> Rule:
    r"""$\int_a^b f\,ds = F(b) - F(a) + \int_a^b (f - F')\,ds$, for a smooth `product` F(s).

    An end at infinity asks that F, F' and f fall off like a Gaussian; F is 0 there.
    """
    return Rule("by_parts", (product, variable))


def as_mean(number: sp.Symbol) -> Rule:
    """Read an integral with the normal density over the real line as a mean over a standard normal number."""
    return Rule("as_mean", (number,))


@register
def _apply_antiderivative(expr, domain, primitive, variable):
    primitive, slope = _with_slope(primitive, variable, domain)

    def carry_out(node):
        if not isinstance(node, sp.Integral) or len(node.limits) != 1 or len(node.limits[0]) != 3:
            return None
        name, lower, upper = node.limits[0]
        if lower.is_infinite or upper.is_infinite:
            return None
        integrand = _primed(substitute(node.function, {name: variable}))
        if normal_form(slope - integrand, domain) != 0:
            return None
        return substitute(primitive, {variable: upper}) - substitute(primitive, {variable: lower})

    return everywhere(expr, carry_out)


@register
def _apply_by_parts(expr, domain, product, variable):
    product, slope = _with_slope(product, variable, domain)

    def carry_out(node):
        if not isinstance(node, sp.Integral) or len(node.limits) != 1 or len(node.limits[0]) != 3:
            return None
        name, lower, upper = node.limits[0]
        integrand = _primed(substitute(node.function, {name: variable}))
        infinite = lower.is_infinite or upper.is_infinite
        if infinite and not all(_fall_off(e, variable, domain) for e in (integrand, slope, product)):
            return None
        values = [sp.S.Zero if end.is_infinite else substitute(product, {variable: end}) for end in (upper, lower)]
        rest = sp.factor_terms(sp.expand(integrand - slope))
        return values[0] - values[1] + sp.Integral(rest, (variable, lower, upper))

    return everywhere(expr, carry_out)


@register
def _apply_as_mean(expr, domain, number):
    if domain.get(number) != Gaussian():
        raise IllFormedStep(f"as_mean({number}): declare it Gaussian(), as one standard normal number.")

    def carry_out(node):
        if not isinstance(node, sp.Integral) or node.limits[0] != sp.Tuple(number, -sp.oo, sp.oo):
            return None
        body = sp.expand(sp.powsimp(sp.expand(node.function) / density(number)))
        front, inside = body.as_independent(number, as_Add=False)
        mean = front * Expectation(inside, number)
        whole = front * as_integral(Expectation(inside, number), domain)
        same = len(node.limits) == 1 and normal_form(whole - node, domain) == 0
        return mean if same and _fall_off(sp.expand(node.function), number, domain) else None

    return everywhere(expr, carry_out)


def _with_slope(primitive, variable, domain):
    """The function that the author names, and its derivative.

    Raises:
      IllFormedStep: it is not seen to be smooth.
    """
    primitive = rebuild(primitive)
    if not is_smooth(primitive, variable, domain):
        raise IllFormedStep(f"{primitive} must be smooth in {variable}, as its structure shows.")
    return primitive, _primed(differentiate()(sp.Derivative(primitive, variable), domain))


def _fall_off(expr, variable, domain):
    """Whether each term of a sum falls off like a Gaussian."""
    return all(falls_off(sp.powsimp(term), (variable,), domain) for term in sp.Add.make_args(sp.expand(expr)))


def _primed(expr):
    """One way to write f'(s): as `Prime`, as the rule `differentiate` does inside of other functions."""

    def prime(node):
        plain = isinstance(node, sp.Derivative) and isinstance(node.expr, AppliedUndef) and len(node.expr.args) == 1
        return Prime(node.expr, len(node.variables)) if plain and set(node.variables) == set(node.expr.args) else None

    return everywhere(expr, prime)


def is_smooth(expr: sp.Basic, variable: sp.Symbol, domain: Domain) -> bool:
    """Whether `expr` is seen to be smooth in the variable, on the whole line or on its positive half.

    That half counts where the variable is declared positive, so that its range is.
    """
    if not expr.has(variable) or expr == variable:
        return True
    if isinstance(expr, sp.Pow):
        powers = expr.exp.is_Integer and expr.exp > 0
        away = expr.base.is_positive and not expr.exp.has(variable)
        return bool(powers or away) and is_smooth(expr.base, variable, domain)
    if isinstance(expr, sp.log):
        return bool(expr.args[0].is_positive) and is_smooth(expr.args[0], variable, domain)
    if isinstance(expr, AppliedUndef):
        space = domain.get(expr.func)
        smooth = isinstance(space, Map) and all(isinstance(a, Interval) for a in space.arguments)
        return smooth and all(is_smooth(a, variable, domain) for a in expr.args)
    if isinstance(expr, Prime):
        return is_smooth(expr.applied, variable, domain)
    if isinstance(expr, (sp.Add, sp.Mul, *ENTIRE)):
        return all(is_smooth(a, variable, domain) for a in expr.args)
    return False
