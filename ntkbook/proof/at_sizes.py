"""Algebra at concrete sizes: the second prover, for what no normal form decides.

Sums are written out, vectors become tuples of ordinary functions, matrices get entries, and SymPy's own
calculus does the rest. What holds there is proved for these sizes only.
"""

import itertools
from collections.abc import Mapping
from functools import partial

import sympy as sp
from sympy.core.function import AppliedUndef

from .derivation import Derivation
from .domain import Domain, Index, Interval, Matrix, Size
from .draw import concrete
from .errors import IllFormedStep
from .latex import latex
from .rewriting import definitions, unfold
from .terms import (
    AtTime,
    Component,
    Partial,
    PartialBy,
    Prime,
    Recursion,
    Stack,
    TimeDerivative,
    freshened_limit,
    substitute,
)


def proved_sizes(derivation: Derivation, lhs: sp.Basic, rhs: sp.Basic) -> tuple[str, ...]:
    """Sizes at which SymPy reduces lhs - rhs to zero, in LaTeX; empty unless it does at all that are tried."""
    meanings = list(definitions(derivation).values())
    lhs, rhs = unfold(lhs, meanings), unfold(rhs, meanings)
    tried = []
    for sizes in _small_sizes(derivation.domain, lhs, rhs):
        for indices in _index_values(derivation.domain, lhs, rhs, sizes):
            writer = _Writer(derivation.domain, {**sizes, **indices})
            if not _vanishes(writer.write(lhs), writer.write(rhs)):
                return ()
        tried.append(", ".join(f"{latex(s, derivation.domain)} = {n}" for s, n in sizes.items()))
    return tuple(tried)


def _small_sizes(domain, lhs, rhs):
    """Two choices of sizes between 2 and 3, for the size symbols that matter."""
    seen = (lhs.free_symbols | rhs.free_symbols).union(*(s.free_symbols for a in (lhs, rhs) for s in _matrix_shapes(a)))
    spaces = [
        domain[h]
        for h in domain
        if h in seen or any(h in (getattr(a, "func", None), a) for e in (lhs, rhs) for a in e.atoms(AppliedUndef))
    ]
    symbols = [s for s in domain.of_kind(Size) if s in seen or any(s in _sizes_of(space) for space in spaces)]
    return [{s: 2 + (k + first) % 2 for k, s in enumerate(symbols)} for first in (0, 1)] if symbols else [{}]


def _matrix_shapes(expr):
    return [n for m in expr.atoms(sp.MatrixSymbol) for n in m.shape]


def _sizes_of(space):
    """Size symbols inside a space."""
    parts = [*getattr(space, "arguments", ()), getattr(space, "into", None), space]
    return set().union(*(p.size.free_symbols for p in parts if hasattr(p, "size")))


def _index_values(domain, lhs, rhs, sizes):
    free = [i for i in domain.of_kind(Index) if i in lhs.free_symbols | rhs.free_symbols]
    ranges = [range(1, concrete(domain[i].size, sizes) + 1) for i in free]
    return [dict(zip(free, values, strict=True)) for values in itertools.product(*ranges)]


def _vanishes(lhs, rhs):
    difference = lhs - rhs
    if isinstance(difference, sp.MatrixExpr):
        return isinstance(difference, sp.ZeroMatrix)  # Python would find no entries to look at: all() of nothing
    if getattr(difference, "is_Matrix", False):
        return all(sp.simplify(e) == 0 for e in difference)
    return sp.expand(difference) == 0 or sp.simplify(difference) == 0


class _Writer:
    """Writes an expression out at concrete sizes."""

    def __init__(self, domain: Domain, numbers: Mapping):
        self.domain = domain
        self.numbers = {s: sp.Integer(n) for s, n in numbers.items()}
        self.held = {}

    def write(self, expr):
        """The expression without symbolic sizes, indices, vector tokens or matrix symbols."""
        if expr in self.numbers:
            return self.numbers[expr]
        if isinstance(expr, (sp.Sum, sp.Product, sp.Limit, Recursion)):
            return self._written_binder(expr)
        if isinstance(expr, Component):
            return self._entry(expr.vector, expr.index)
        if isinstance(expr, (Partial, PartialBy)):
            return self._written_partial(expr)
        if isinstance(expr, Prime):
            return self._written_prime(expr)
        if isinstance(expr, sp.Derivative):
            return sp.diff(self.write(expr.expr), *expr.variables)
        if isinstance(expr, sp.Subs):
            return expr.func(*map(self.write, expr.args)).doit()
        if isinstance(expr, AppliedUndef):
            return self._written_function(expr, "")
        if isinstance(expr, sp.MatrixExpr):
            return self._written_matrix(expr)
        return expr.func(*map(self.write, expr.args)) if expr.args else expr

    def entries(self, token):
        """The entries of a vector token or `Stack`."""
        if token in self.held:
            return self.held[token]
        if isinstance(token, Stack):
            size = int(self.write(token.size))
            return [self.write(token.at(sp.Integer(k))) for k in range(1, size + 1)]
        size = concrete(self.domain.vector_size(token), self.numbers)
        if token.is_Symbol:
            return [sp.Symbol(f"{token}[{k}]", real=True) for k in range(1, size + 1)]
        return [self._written_function(token, f"[{k}]") for k in range(1, size + 1)]

    def _entry(self, vector, index):
        entries, place = self.entries(vector), int(self.write(index))
        if not 1 <= place <= len(entries):
            raise IllFormedStep(f"entry {place} of {vector}, which has {len(entries)}.")
        return entries[place - 1]

    def _written_binder(self, expr):
        if isinstance(expr, sp.Limit):
            body, variable, point, direction = freshened_limit(expr).args
            return sp.Limit(self.write(body), variable, self.write(point), str(direction))
        return self._written_recursion(expr) if isinstance(expr, Recursion) else self._written_sum(expr)

    def _written_sum(self, expr):
        *inner, (variable, lower, upper) = expr.limits
        body = expr.func(expr.function, *inner) if inner else expr.function
        values = range(int(self.write(lower)), int(self.write(upper)) + 1)
        written = [self.write(substitute(body, {variable: sp.Integer(k)})) for k in values]
        return sp.Add(*written) if isinstance(expr, sp.Sum) else sp.Mul(*written)

    def _written_recursion(self, expr):
        value = expr.start
        for _ in range(int(self.write(expr.times))):
            value = expr.after(value)
        return self.write(value)

    def _written_partial(self, expr):
        by = self.write(expr.member) if isinstance(expr, PartialBy) else self._entry(expr.vector, expr.index)
        if by.is_Symbol or isinstance(by, AppliedUndef):
            return sp.diff(self.write(expr.expr), by)
        return self._written_by_place(expr)

    def _written_by_place(self, expr):
        """The derivative by an entry that is a formula: its place is varied, and filled afterwards."""
        entries = self.entries(expr.vector)
        places = [sp.Dummy(f"place{k}", real=True) for k in range(1, len(entries) + 1)]
        inside = _Writer(self.domain, self.numbers)
        inside.held = {**self.held, expr.vector: places}
        varied = sp.diff(inside.write(expr.expr), places[int(self.write(expr.index)) - 1])
        return sp.Subs(varied, places, entries).doit()

    def _written_prime(self, expr):
        applied, argument = expr.applied, self.write(expr.applied.args[0])
        function = sp.Function(str(applied.func), real=True) if isinstance(applied, AppliedUndef) else applied.func
        variable = sp.Dummy("z", real=True)
        return sp.Subs(sp.diff(function(variable), variable, expr.order), variable, argument).doit()

    def _written_function(self, expr, suffix):
        """Index arguments move into the name; vectors are spread into their entries."""
        arguments, name = [], str(expr.func) + suffix
        for space, argument in zip(self.domain[expr.func].arguments, expr.args, strict=True):
            if isinstance(space, Index):
                name += f"[{self.write(argument)}]"
            elif isinstance(space, Interval):
                arguments.append(self.write(argument))
            else:
                arguments.extend(self.entries(argument))
        return sp.Function(name, real=True)(*arguments) if arguments else sp.Symbol(name, real=True)

    def _written_matrix(self, expr):
        if isinstance(expr, sp.MatrixSymbol):
            rows, columns = (int(self.write(n)) for n in expr.shape)
            return sp.Matrix(rows, columns, partial(_entry_symbol, expr, self.domain.get(expr)))
        if isinstance(expr, sp.Identity):
            return sp.eye(int(self.write(expr.rows)))
        if isinstance(expr, TimeDerivative):
            return self.write(expr.arg).diff(expr.time)
        if isinstance(expr, AtTime):
            return self.write(expr.arg).subs(expr.time, self.write(expr.value))
        written = [self.write(a) for a in expr.args]
        if isinstance(expr, sp.Transpose):
            return written[0].T
        if isinstance(expr, sp.Inverse):
            return written[0].inv()
        return expr.func(*written).doit()


def _entry_symbol(matrix, space, row, column):
    """An entry of a matrix; an orthogonal one counts as general, which claims more and is sound."""
    kind = space.kind if isinstance(space, Matrix) else "general"
    if kind == "diagonal" and row != column:
        return sp.S.Zero
    if kind not in ("general", "orthogonal"):
        row, column = min(row, column), max(row, column)
    return sp.Symbol(f"{matrix}[{row}][{column}]", real=True)
