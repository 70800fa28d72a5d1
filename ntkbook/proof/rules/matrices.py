"""Derivatives of matrices by a scalar carried out."""

import sympy as sp
from sympy.core.function import AppliedUndef

from ..domain import Domain
from ..matrix_form import commute, matrix_form
from ..terms import MatrixExponential, TimeDerivative
from .registry import Rule, everywhere, register


def matrix_derivative() -> Rule:
    """d/dt of matrices: linearity, the product rule, inverses, and exponentials that commute with their velocity.

    Matrices of the domain rest. d/dt exp(A) = A' exp(A) needs A' A = A A', and is left alone where that is not seen.
    """
    return Rule("matrix_derivative")


@register
def _apply_matrix_derivative(expr, domain):
    def carry_out(node):
        return _derivative(node.arg, node.time, domain) if isinstance(node, TimeDerivative) else None

    return everywhere(expr, carry_out)


def _derivative(expr, time, domain: Domain):
    """The derivative of `expr` by the time; None where nothing is known."""
    if isinstance(expr, sp.MatAdd):
        return _sum([_derivative(a, time, domain) for a in expr.args], expr.shape)
    if isinstance(expr, sp.MatMul):
        return _product(expr, time, domain)
    if isinstance(expr, (sp.Identity, sp.ZeroMatrix)) or expr in domain:
        return sp.ZeroMatrix(*expr.shape)
    if isinstance(expr, sp.Transpose):
        inner = _derivative(expr.arg, time, domain)
        return None if inner is None else sp.Transpose(inner)
    if isinstance(expr, sp.Inverse):
        inner = _derivative(expr.arg, time, domain)
        return None if inner is None else sp.MatMul(sp.S.NegativeOne, expr, inner, expr)
    if isinstance(expr, MatrixExponential):
        inner = _derivative(expr.arg, time, domain)
        if inner is None or not commute(matrix_form(inner, domain), matrix_form(expr.arg, domain)):
            return None
        return sp.MatMul(inner, expr)
    return None


def _product(expr, time, domain):
    """One factor at a time; a number in front is differentiated by SymPy if it is elementary."""
    terms = []
    for place, factor in enumerate(expr.args):
        if factor.is_Matrix:
            moved = _derivative(factor, time, domain)
        else:
            moved = None if factor.has(AppliedUndef, sp.Derivative) else sp.diff(factor, time)
        if moved is None:
            return None
        if moved != 0 and not isinstance(moved, sp.ZeroMatrix):
            terms.append(sp.MatMul(*expr.args[:place], moved, *expr.args[place + 1 :]))
    return _sum(terms, expr.shape)


def _sum(terms, shape):
    if any(term is None for term in terms):
        return None
    moving = [term for term in terms if not isinstance(term, sp.ZeroMatrix)]
    if not moving:
        return sp.ZeroMatrix(*shape)
    return moving[0] if len(moving) == 1 else sp.MatAdd(*moving)
