"""Proofs of inequalities by structure: sums of squares, products of nonnegative factors."""

import sympy as sp


def is_nonnegative(expr: sp.Expr) -> bool:
    """Whether `expr` >= 0 follows from its structure; False means only that this is not seen."""
    return _sign(expr) == 1


def _sign(expr):
    """1 if expr >= 0 is seen, -1 if expr <= 0 is, otherwise 0."""
    if isinstance(expr, sp.Add):
        signs = {_sign(a) for a in expr.args}
        return signs.pop() if len(signs) == 1 else 0
    if isinstance(expr, sp.Mul):
        return int(sp.prod(map(_sign, expr.args)))
    if isinstance(expr, sp.Sum):
        return _sign(expr.function)
    if isinstance(expr, sp.Pow) and expr.exp.is_even:
        return int(bool(expr.base.is_real) or _declared_real(expr.base))
    return 1 if expr.is_nonnegative else -1 if expr.is_nonpositive else 0


def _declared_real(expr):
    """Everything in a derivation's domain is real; SymPy only lacks the word for undefined functions."""
    return not expr.has(sp.I) and not any(
        isinstance(a, sp.Pow) and not a.exp.is_Integer for a in sp.preorder_traversal(expr)
    )
