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
    plain = _opaque(_sums_joined(canonical), {})
    if sp.simplify(plain) == 0:
        return True
    # SymPy knows that the arc sine is odd, and not what that means for the arc cosine.
    return plain.has(sp.acos) and sp.simplify(plain.rewrite(sp.acos, sp.asin)) == 0


def _sums_joined(expr):
    """Sums over the same ranges as one sum, carried out if its terms add up to a number by `simplify`.

    In the normal form, bound indices of equal ranges have equal names, and a factor of a sum does not hold them.
    """
    bodies, rest = {}, []
    for term in sp.Add.make_args(expr):
        sums = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.Sum)]
        if len(sums) == 1:
            bodies.setdefault(sums[0].limits, []).append((term / sums[0], sums[0].function))
        else:
            rest.append(term)
    for limits, parts in bodies.items():
        total = sp.Add(*[factor * body for factor, body in parts])
        number = sp.simplify(_opaque(total, {})) if len(parts) > 1 else None
        lengths = [upper - lower + 1 for _, lower, upper in limits]
        if number is not None and number.is_number and all(length.is_nonnegative for length in lengths):
            rest.append(number * sp.Mul(*lengths))
        else:
            rest += [factor * sp.Sum(body, *limits) for factor, body in parts]
    return sp.Add(*rest)


def _opaque(expr, names):
    """A symbol in place of everything that SymPy's `simplify` would misread: binders, derivatives, vectors."""
    unknown = (*BINDERS, sp.Limit, sp.Derivative, sp.Subs, AppliedUndef, RealTerm)
    if isinstance(expr, unknown):
        return names.setdefault(alpha_key(expr), sp.Dummy(real=None if isinstance(expr, sp.Integral) else True))
    return expr.func(*[_opaque(a, names) for a in expr.args]) if expr.args else expr
