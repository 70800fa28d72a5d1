"""Proofs of inequalities by structure: sums of squares, products of nonnegative factors."""

import sympy as sp


def is_nonnegative(expr: sp.Expr) -> bool:
    """Whether `expr` >= 0 follows from its structure; False means only that this is not seen."""
    if isinstance(expr, sp.Add):
        return all(is_nonnegative(a) for a in expr.args)
    if isinstance(expr, sp.Sum):
        return is_nonnegative(expr.function)
    if isinstance(expr, sp.Pow) and expr.exp.is_even:
        return bool(expr.base.is_real) or _declared_real(expr.base)
    if isinstance(expr, sp.Mul):
        negative = [a for a in expr.args if not is_nonnegative(a)]
        flipped = [a for a in negative if is_nonnegative(_flip(a))]
        return len(flipped) == len(negative) and len(negative) % 2 == 0
    return expr.is_nonnegative is True


def _flip(expr):
    """-expr with the sign inside sums and products of numbers."""
    return sp.Sum(_flip(expr.function), *expr.limits) if isinstance(expr, sp.Sum) else -expr


def _declared_real(expr):
    """Everything in a derivation's domain is real; SymPy only lacks the word for undefined functions."""
    return not expr.has(sp.I) and not any(
        isinstance(a, sp.Pow) and not a.exp.is_Integer for a in sp.preorder_traversal(expr)
    )
