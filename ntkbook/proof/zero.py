"""Whether algebra reduces an expression to zero, for symbolic sizes."""

import sympy as sp
from sympy.core.function import AppliedUndef

from .alpha import alpha_key
from .domain import Domain
from .matrix_form import matrix_vanishes
from .normal_form import TooManyOrders, normal_form
from .terms import BINDERS, RealTerm


def vanishes(difference: sp.Expr, domain: Domain) -> bool:
    """Whether the normal form of `difference`, and then SymPy's `simplify`, is zero."""
    if not isinstance(difference, sp.Expr):
        return False
    if difference.is_Matrix:
        return isinstance(difference, sp.MatrixExpr) and matrix_vanishes(difference, domain)
    if difference.has(sp.MatrixSymbol):
        return False
    try:
        canonical = normal_form(difference, domain)
    except TooManyOrders:
        return False
    if canonical == 0:
        return True
    return sp.simplify(_opaque(canonical, {})) == 0


def _opaque(expr, names):
    """A symbol in place of everything that SymPy's `simplify` would misread: binders, derivatives, vectors."""
    unknown = (*BINDERS, sp.Limit, sp.Derivative, sp.Subs, AppliedUndef, RealTerm)
    if isinstance(expr, unknown):
        return names.setdefault(alpha_key(expr), sp.Dummy(real=None if isinstance(expr, sp.Integral) else True))
    return expr.func(*[_opaque(a, names) for a in expr.args]) if expr.args else expr
