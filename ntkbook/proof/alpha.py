"""Expressions up to the names of their bound variables."""

import sympy as sp

from .terms import BINDERS, Stack, named_limit, outermost, substitute


def alpha_key(expr: sp.Basic) -> sp.Basic:
    """The expression with its bound variables renamed by depth: equal keys differ only in dummies and order."""
    if isinstance(expr, BINDERS):
        (variable, *ends), body = outermost(expr)
        kind = {"real": True} if isinstance(expr, sp.Integral) else {"integer": True}
        name = sp.Symbol(f"_alpha{_nesting(body)}", **kind)
        return expr.func(alpha_key(substitute(body, {variable: name})), (name, *map(alpha_key, ends)))
    if isinstance(expr, sp.Limit):
        return named_limit(expr, alpha_key)
    if not expr.args or isinstance(expr, Stack):
        return expr
    return expr.func(*map(alpha_key, expr.args))


def _nesting(expr):
    inner = max((_nesting(a) for a in expr.args), default=0)
    return inner + (len(expr.limits) if isinstance(expr, BINDERS) else 0)
