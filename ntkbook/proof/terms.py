"""The few expression classes that SymPy lacks, and substitution that respects bound symbols.

Vectors are *tokens*: a symbol or an applied function that the domain declares to be a vector. A vector
enters an expression whole, as an argument (`f(i, theta(t))`), or by one entry (`Component(theta(t), p)`).
"""

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from .errors import IllFormedStep

BINDERS = (sp.Sum, sp.Product, sp.Integral)


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


class PartialBy(RealTerm):
    """Partial derivative of `expr` by one number of a family, such as the weight W(m, i); all else is held fixed.

    `Partial` is for the entries of one vector, on which functions may depend as a whole; a weight enters by its
    name alone.
    """

    def __new__(cls, expr, member):
        member = sp.sympify(member)
        if not isinstance(member, AppliedUndef):
            raise IllFormedStep(f"PartialBy(..., {member}): the derivative is by a member of a family, as W(m, i).")
        return sp.Expr.__new__(cls, sp.sympify(expr), member)

    expr = property(lambda self: self.args[0])
    member = property(lambda self: self.args[1])


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
        bound = _own_symbol(entry, index)
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


class Recursion(RealTerm):
    """The value x_times of a recursion x_0 = start, x_l = step(x_{l-1}), where `step` is an expression in `state`.

    `Recursion(a * x, x, c, L)` is a^L c. The state is a bound variable; it keeps its name for print.

    Raises:
      IllFormedStep: the state is assumed to be more than real, which a later value need not be.
    """

    def __new__(cls, step, state, start, times):
        step, state = sp.sympify(step), sp.sympify(state)
        if not state.is_Symbol or state.is_integer or state.is_nonnegative or state.is_nonpositive:
            raise IllFormedStep(f"Recursion: the state {state} must be a symbol that is assumed to be real, no more.")
        bound = _state_symbol(step, state)
        step = step if step == state == bound else substitute(step, {state: bound})
        return sp.Expr.__new__(cls, step, bound, sp.sympify(start), sp.sympify(times))

    step = property(lambda self: self.args[0])
    bound = property(lambda self: self.args[1])
    start = property(lambda self: self.args[2])
    times = property(lambda self: self.args[3])

    @property
    def free_symbols(self):
        return (self.step.free_symbols - {self.bound}) | self.start.free_symbols | self.times.free_symbols

    def after(self, value):
        """The value that follows `value`."""
        return substitute(self.step, {self.bound: value})

    @property
    def letter(self) -> str:
        """The name that the author gave to the state."""
        return _letter(self.bound)


class Expectation(RealTerm):
    """The mean of `body` over independent standard normal variables.

    `families` are the heads of the averaged functions, w in w(m, i), or symbols.
    """

    def __new__(cls, body, *families):
        names = [f if isinstance(f, Str) else Str(str(f)) for f in families]
        if not names:
            raise ValueError("Expectation needs at least one family to average over.")
        return sp.Expr.__new__(cls, sp.sympify(body), *names)

    body = property(lambda self: self.args[0])
    families = property(lambda self: tuple(f.name for f in self.args[1:]))

    @property
    def free_symbols(self):
        return {s for s in self.body.free_symbols if s.name not in self.families}

    def members(self, expr) -> bool:
        """Whether one of the averaged variables occurs in `expr`."""
        return any(is_member(node, self.families) for node in sp.preorder_traversal(expr))


def is_member(expr: sp.Basic, families: tuple[str, ...]) -> bool:
    """Whether `expr` is one of the averaged variables."""
    named = isinstance(expr, AppliedUndef) or (expr.is_Symbol and not isinstance(expr, sp.Dummy))
    return named and expr.name in families


class MatrixExponential(MatrixExpr):
    """exp(A) of a square matrix expression."""

    def __new__(cls, matrix):
        if matrix.rows != matrix.cols:
            raise ValueError(f"MatrixExponential: the matrix must be square, its shape is {matrix.shape}.")
        return sp.Basic.__new__(cls, matrix)

    arg = property(lambda self: self.args[0])
    shape = property(lambda self: self.args[0].shape)


class TimeDerivative(MatrixExpr):
    """d/dt of a matrix expression, entry by entry; what is not written as depending on t rests.

    SymPy's own derivative of a matrix is an array expression that evaluates early.
    """

    def __new__(cls, matrix, time):
        if not time.is_Symbol:
            raise ValueError(f"TimeDerivative: a derivative by {time}; only a symbol can be varied.")
        return sp.Basic.__new__(cls, matrix, time)

    arg = property(lambda self: self.args[0])
    time = property(lambda self: self.args[1])
    shape = property(lambda self: self.args[0].shape)


class AtTime(MatrixExpr):
    """A matrix expression with a value put for a scalar, as in f(t) at t = 0."""

    def __new__(cls, matrix, time, value):
        if not time.is_Symbol:
            raise ValueError(f"AtTime: a value for {time}; only a symbol can be given one.")
        return sp.Basic.__new__(cls, matrix, time, sp.sympify(value))

    arg = property(lambda self: self.args[0])
    time = property(lambda self: self.args[1])
    value = property(lambda self: self.args[2])
    shape = property(lambda self: self.args[0].shape)


def bound_symbol(level: int, number: int = 0) -> sp.Symbol:
    """A reserved index symbol. Authors never write it; deeper binders get a larger level."""
    return sp.Symbol(f"_bound{level}_{number}", integer=True, positive=True)


def depth(expr: sp.Basic, *ignored: sp.Symbol) -> int:
    """Largest level of a reserved symbol in `expr`, 0 if there is none."""
    names = (s.name for s in expr.atoms(sp.Symbol) - expr.atoms(sp.Dummy) if s not in ignored)
    return max((int(n[6:].split("_")[0]) for n in names if n.startswith("_bound")), default=0)


def _own_symbol(entry, index):
    """The reserved symbol for a stack: above those bound in its entry, and none of those free in it."""
    inside = [s for node in entry.atoms(Stack, *BINDERS) for s in (_bound_by(node)) if s != index]
    level = 1 + max(map(depth, inside), default=0)
    while bound_symbol(level) in entry.free_symbols - {index}:
        level += 1
    return bound_symbol(level)


def _bound_by(node):
    return [node.bound] if isinstance(node, Stack) else node.variables


def _state_symbol(step, state):
    """The reserved symbol of a recursion's state: above those of the recursions inside."""
    inside = (r.bound for r in step.atoms(Recursion) if r.bound != state)
    level = 1 + max((int(s.name[6:].split("_")[0]) for s in inside), default=0)
    while sp.Symbol(f"_state{level}_{_letter(state)}", real=True) in step.free_symbols - {state}:
        level += 1
    return sp.Symbol(f"_state{level}_{_letter(state)}", real=True)


def _letter(symbol):
    return symbol.name.split("_", 2)[2] if symbol.name.startswith("_state") else symbol.name


def freshened_limit(expr: sp.Limit) -> sp.Limit:
    """A limit whose variable occurs nowhere else: it may have the name of a size or of a declared number."""
    body, variable, point, direction = expr.args
    fresh = sp.Dummy(variable.name, **variable._assumptions_orig)
    return sp.Limit(substitute(body, {variable: fresh}), fresh, point, str(direction))


def named_limit(expr: sp.Limit, change=lambda part: part) -> sp.Limit:
    """The limit with a canonical name for its variable, and `change` made in its body and in its point."""
    body, variable, point, direction = freshened_limit(expr).args
    body = change(body)
    # A variable keeps what is assumed of it: an integer that grows is not a number that grows.
    name = sp.Symbol(f"_limit{len(body.atoms(sp.Limit)) + 1}", **variable._assumptions_orig)
    return sp.Limit(substitute(body, {variable: name}), name, change(point), str(direction))


def rebuild(expr: sp.Basic) -> sp.Basic:
    """Evaluate bottom-up what was written under `evaluate(False)`."""
    return expr.func(*map(rebuild, expr.args)) if expr.args else expr


def substitute(expr: sp.Basic, mapping: dict) -> sp.Basic:
    """Replace the keys of `mapping`, wherever they are free, without capturing a bound symbol.

    Keys are symbols or whole subexpressions such as theta(t).

    Raises:
      IllFormedStep: a derivative would vary more or less than before, e.g. h(x, y) = d g(x, y)/dx at y = x.
    """
    if expr in mapping:
        return mapping[expr]
    if not expr.args:
        return expr
    if isinstance(expr, BINDERS):
        return _substitute_binder(expr, mapping)
    if isinstance(expr, (sp.Derivative, Partial)):
        _refuse_capture(expr, mapping)
    if isinstance(expr, Recursion):
        step, bound = _freshen(expr.step, expr.bound, mapping)
        inner = {k: v for k, v in mapping.items() if bound not in k.free_symbols}
        return Recursion(substitute(step, inner), bound, *[substitute(a, mapping) for a in expr.args[2:]])
    if isinstance(expr, sp.Limit):
        return _substitute_limit(expr, mapping)
    if isinstance(expr, Expectation):
        return _substitute_averaged(expr, mapping)
    if isinstance(expr, Stack):
        entry, bound = _freshen(expr.entry, expr.bound, mapping)
        inner = {k: v for k, v in mapping.items() if bound not in k.free_symbols}
        return Stack(substitute(entry, inner), bound, substitute(expr.size, mapping))
    args = [substitute(a, mapping) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


def outermost(expr: sp.Expr) -> tuple:
    """The last limit of a sum, product or integral, and what it ranges over (which holds the inner limits)."""
    *inner, limit = expr.limits
    return tuple(limit), expr.func(expr.function, *inner) if inner else expr.function


def rename_bound(expr: sp.Expr, names: set) -> sp.Expr:
    """A sum, product or integral whose bound variables avoid `names`."""
    (variable, *ends), body = outermost(expr)
    if len(expr.limits) > 1:
        body = rename_bound(body, names)
    if variable in names:
        fresh = variable.as_dummy()
        body, variable = substitute(body, {variable: fresh}), fresh
    return expr.func(body, (variable, *ends))


def _substitute_binder(expr, mapping):
    """The outermost limit binds its variable in the body and in the ends of the inner limits, not in its own ends."""
    (variable, *ends), body = outermost(expr)
    body, fresh = _freshen(body, variable, mapping)
    inner = {k: v for k, v in mapping.items() if variable not in k.free_symbols}
    return expr.func(substitute(body, inner), (fresh, *[substitute(e, mapping) for e in ends]))


def _substitute_limit(expr, mapping):
    """The limit binds its variable in the body, not in the point."""
    inner = {k: v for k, v in mapping.items() if expr.args[1] not in k.free_symbols}
    captured = any(expr.args[1] in v.free_symbols for v in mapping.values())
    body, variable, point, direction = (freshened_limit(expr) if captured else expr).args
    return sp.Limit(substitute(body, inner), variable, substitute(point, mapping), str(direction))


def _substitute_averaged(expr, mapping):
    """Averaged variables are bound: they are not replaced, and a new value must not bring any in."""
    inner = {k: v for k, v in mapping.items() if not is_member(k, expr.families)}
    for old, new in inner.items():
        if expr.members(new) and not expr.members(old) and expr.body.has(old):
            raise IllFormedStep(f"putting {new} for {old} into {expr} would average over it; give it another name.")
    return Expectation(substitute(expr.body, inner), *expr.args[1:])


def _freshen(body, bound, mapping):
    """Rename `bound` in `body` if a new value would be captured by it."""
    if not any(bound in v.free_symbols for v in mapping.values()):
        return body, bound
    fresh = bound.as_dummy()
    return substitute(body, {bound: fresh}), fresh


def _refuse_capture(expr, mapping):
    changes = {k: v for k, v in mapping.items() if k != v and expr.has(k)}
    varied = expr.vector.free_symbols if isinstance(expr, Partial) else set(expr.variables)
    if not any(varied & (k.free_symbols | v.free_symbols) for k, v in changes.items()):
        return
    caught = _captured_partial if isinstance(expr, Partial) else _captured_derivative
    if caught(expr, changes):
        said = ", ".join(f"{v} for {k}" for k, v in changes.items())
        raise IllFormedStep(f"putting {said} into {expr} would change what is varied and what is held fixed.")


def _captured_derivative(expr, changes):
    """Whether a new value brings a variable of the derivative in, or takes it away."""
    for old in expr.variables:
        new = changes.get(old, old)
        if new != old and (not new.is_Symbol or new in expr.free_symbols):
            return True
        if any((old in k.free_symbols) != (new in v.free_symbols) for k, v in changes.items() if k != old):
            return True
    return False


def _captured_partial(expr, changes):
    """Whether something that was held fixed becomes the vector, or a part of the vector ceases to be one."""
    old, new = expr.vector, substitute(expr.vector, changes)
    if any(k != old and k.has(old) and not v.has(new) for k, v in changes.items()):
        return True
    fixed = expr.expr.xreplace({old: sp.Dummy("varied")})
    return substitute(fixed, {k: v for k, v in changes.items() if k != old}).has(new)


def applied_heads(expr: sp.Basic) -> set:
    """Heads of the undefined functions that occur in `expr`."""
    return {a.func for a in expr.atoms(AppliedUndef)}
