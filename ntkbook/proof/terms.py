"""The few expression classes that SymPy lacks, and substitution that respects bound symbols.

Vectors are *tokens*: a symbol or an applied function that the domain declares to be a vector. A vector
enters an expression whole, as an argument (`f(i, theta(t))`), or by one entry (`Component(theta(t), p)`).
"""

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr


class RealTerm(sp.Expr):
    """Base class: a real, commuting scalar (a whole vector for `Stack`)."""

    is_commutative = True

    def _eval_is_real(self):
        return True


class Component(RealTerm):
    """Entry v_k of a vector token; the first entry is k = 1."""

    def __new__(cls, vector, index):
        return sp.Expr.__new__(cls, sp.sympify(vector), sp.sympify(index))

    vector = property(lambda self: self.args[0])
    index = property(lambda self: self.args[1])


class Partial(RealTerm):
    """Partial derivative of `expr` by entry `index` of `vector`, at the vector itself.

    Every occurrence of `vector` in `expr` counts as the variable; all else is held fixed.
    """

    def __new__(cls, expr, vector, index):
        return sp.Expr.__new__(cls, sp.sympify(expr), sp.sympify(vector), sp.sympify(index))

    expr = property(lambda self: self.args[0])
    vector = property(lambda self: self.args[1])
    index = property(lambda self: self.args[2])


class Prime(RealTerm):
    """Derivative phi'(z) of a function of one argument, taken at that argument.

    `Prime(phi(z))` is phi'(z), `Prime(phi(z), 2)` is phi''(z).
    """

    def __new__(cls, applied, order=1):
        applied = sp.sympify(applied)
        if len(applied.args) != 1:
            raise ValueError(f"Prime({applied}): the function must have exactly one argument; use Partial.")
        return sp.Expr.__new__(cls, applied, sp.sympify(order))

    applied = property(lambda self: self.args[0])
    order = property(lambda self: int(self.args[1]))


class Stack(RealTerm):
    """The vector (entry(1), ..., entry(size)).

    The index is replaced by a reserved bound symbol, so that two stacks which differ only in the name of
    their index are equal.
    """

    def __new__(cls, entry, index, size):
        entry = sp.sympify(entry)
        bound = bound_symbol(depth(entry, index) + 1)
        return sp.Expr.__new__(cls, substitute(entry, {index: bound}), bound, sp.sympify(size))

    entry = property(lambda self: self.args[0])
    bound = property(lambda self: self.args[1])
    size = property(lambda self: self.args[2])

    @property
    def free_symbols(self):
        return (self.entry.free_symbols - {self.bound}) | self.size.free_symbols

    def at(self, index):
        """The entry at `index`."""
        return substitute(self.entry, {self.bound: index})


class MatrixExponential(MatrixExpr):
    """exp(A) of a square matrix expression."""

    def __new__(cls, matrix):
        if matrix.rows != matrix.cols:
            raise ValueError(f"MatrixExponential: the matrix must be square, its shape is {matrix.shape}.")
        return sp.Basic.__new__(cls, matrix)

    arg = property(lambda self: self.args[0])
    shape = property(lambda self: self.args[0].shape)


def bound_symbol(level: int, number: int = 0) -> sp.Symbol:
    """A reserved index symbol. Authors never write it; deeper binders get a larger level."""
    return sp.Symbol(f"_bound{level}_{number}", integer=True, positive=True)


def depth(expr: sp.Basic, *ignored: sp.Symbol) -> int:
    """Largest level of a reserved symbol in `expr`, 0 if there is none."""
    names = (s.name for s in expr.atoms(sp.Symbol) - expr.atoms(sp.Dummy) if s not in ignored)
    return max((int(n[6:].split("_")[0]) for n in names if n.startswith("_bound")), default=0)


def rebuild(expr: sp.Basic) -> sp.Basic:
    """Evaluate bottom-up what was written under `evaluate(False)`."""
    return expr.func(*map(rebuild, expr.args)) if expr.args else expr


def substitute(expr: sp.Basic, mapping: dict) -> sp.Basic:
    """Replace the keys of `mapping`, wherever they are free, without capturing a bound symbol.

    Keys are symbols or whole subexpressions such as theta(t).
    """
    if expr in mapping:
        return mapping[expr]
    if not expr.args:
        return expr
    if isinstance(expr, (sp.Sum, sp.Integral)):
        return _substitute_binder(expr, mapping)
    if isinstance(expr, Stack):
        entry, bound = _freshen(expr.entry, expr.bound, mapping)
        inner = {k: v for k, v in mapping.items() if bound not in k.free_symbols}
        return Stack(substitute(entry, inner), bound, substitute(expr.size, mapping))
    args = [substitute(a, mapping) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


def _substitute_binder(expr, mapping):
    body, limits = expr.function, []
    for variable, *ends in expr.limits:
        body, fresh = _freshen(body, variable, mapping)
        limits.append((fresh, *[substitute(e, mapping) for e in ends]))
    inner = {k: v for k, v in mapping.items() if not k.free_symbols & {x for x, *_ in limits}}
    return expr.func(substitute(body, inner), *limits)


def _freshen(body, bound, mapping):
    """Rename `bound` in `body` if a new value would be captured by it."""
    if not any(bound in v.free_symbols for v in mapping.values()):
        return body, bound
    fresh = sp.Dummy(bound.name, integer=True, positive=True)
    return substitute(body, {bound: fresh}), fresh


def applied_heads(expr: sp.Basic) -> set:
    """Heads of the undefined functions that occur in `expr`."""
    return {a.func for a in expr.atoms(AppliedUndef)}
