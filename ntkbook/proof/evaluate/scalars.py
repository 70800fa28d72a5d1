"""Numbers, symbols, arithmetic, elementary functions and indices."""

import functools

import jax.numpy as jnp
import sympy as sp
from jax.scipy import special

from ..broadcasting import aligned, equal, greater, lesser, plus, times, where
from ..errors import IllFormedStep
from .scope import evaluate, value_of
from .tables import entry

FUNCTIONS = {
    sp.exp: jnp.exp,
    sp.log: jnp.log,
    sp.Abs: jnp.abs,
    sp.sign: jnp.sign,
    sp.sin: jnp.sin,
    sp.cos: jnp.cos,
    sp.tan: jnp.tan,
    sp.asin: jnp.arcsin,
    sp.acos: jnp.arccos,
    sp.atan: jnp.arctan,
    sp.atan2: jnp.arctan2,
    sp.sinh: jnp.sinh,
    sp.cosh: jnp.cosh,
    sp.tanh: jnp.tanh,
    sp.erf: special.erf,
    sp.erfc: special.erfc,
    sp.loggamma: lambda x: jnp.where(x > 0, special.gammaln(x), jnp.nan),
    sp.polygamma: lambda order, x: special.digamma(x) if order == 0 else special.polygamma(int(order), x),
    sp.gamma: special.gamma,
    sp.factorial: lambda n: special.gamma(n + 1.0),
    sp.Heaviside: lambda x, at_zero=0.5: jnp.where(x == 0, at_zero, jnp.where(x > 0, 1.0, 0.0)),
}

FOLDED = {sp.Add: plus, sp.Mul: times, sp.Max: greater, sp.Min: lesser}


@value_of.register(sp.Function)
def _(expr, scope):
    if expr.func not in FUNCTIONS:
        known = ", ".join(f.__name__ for f in FUNCTIONS)
        raise IllFormedStep(f"{expr.func.__name__} in {expr} has no translation to JAX; the table has {known}.")
    return FUNCTIONS[expr.func](*aligned(*[evaluate(a, scope) for a in expr.args]))


@value_of.register(sp.Number)
@value_of.register(sp.NumberSymbol)
def _(expr, scope):
    if expr.is_infinite or expr is sp.S.NaN:
        raise IllFormedStep(f"{expr} is no number to compute with.")
    return float(expr)


@value_of.register(sp.Symbol)
def _(expr, scope):
    if expr in scope.sizes:
        return float(scope.sizes[expr])
    value = scope.local_value(expr)
    if value is not None:
        return value.astype(float) if jnp.issubdtype(value.dtype, jnp.integer) else value
    raise IllFormedStep(f"the symbol {expr} has no value; declare it in the domain.")


@value_of.register(sp.Add)
@value_of.register(sp.Mul)
@value_of.register(sp.Max)
@value_of.register(sp.Min)
def _(expr, scope):
    return functools.reduce(FOLDED[expr.func], [evaluate(a, scope) for a in expr.args])


@value_of.register(sp.Pow)
def _(expr, scope):
    base = jnp.asarray(evaluate(expr.base, scope), float)
    if expr.exp.is_Integer:
        return base ** int(expr.exp)
    return jnp.sqrt(base) if expr.exp == sp.S.Half else jnp.power(*aligned(base, evaluate(expr.exp, scope)))


@value_of.register(sp.Piecewise)
def _(expr, scope):
    result = jnp.asarray(jnp.nan)
    for value, condition in reversed(expr.args):
        result = where(_truth(condition, scope), evaluate(value, scope), result)
    return result


def _truth(condition, scope):
    if condition in (sp.true, sp.false):
        return bool(condition)
    compare = {
        sp.Eq: jnp.equal,
        sp.Ne: jnp.not_equal,
        sp.Lt: jnp.less,
        sp.Le: jnp.less_equal,
        sp.Gt: jnp.greater,
        sp.Ge: jnp.greater_equal,
    }
    if condition.func not in compare:
        raise IllFormedStep(f"the condition {condition} has no translation to JAX; use a single comparison.")
    return compare[condition.func](*aligned(*[evaluate(a, scope) for a in condition.args]))


@value_of.register(sp.KroneckerDelta)
def _(expr, scope):
    left, right = (index_value(a, scope) for a in expr.args)
    return jnp.asarray(equal(left, right), float)


def index_value(expr, scope):
    """An index as an integer, by integer arithmetic."""
    if expr.is_Integer:
        return int(expr)
    if expr in scope.sizes:
        return scope.sizes[expr]
    if expr.is_Symbol:
        value = scope.local_value(expr)
        if value is None or not jnp.issubdtype(value.dtype, jnp.integer):
            raise IllFormedStep(f"{expr} is used as an index, but it is not declared with Index().")
        return value
    if isinstance(expr, (sp.Add, sp.Mul)):
        return functools.reduce(FOLDED[expr.func], [index_value(a, scope) for a in expr.args])
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 0:
        return index_value(expr.base, scope) ** int(expr.exp)
    raise IllFormedStep(f"{expr} is used as an index; only sums and products of indices and integers can be.")


def pick(array, index, scope):
    """An entry of an array at a symbolic index; guarded unless the index is known to run inside it."""
    inside = runs_inside(index, array.shape[0], scope)
    return entry(array, index_value(index, scope), inside, len(scope.batch))


def runs_inside(index, length, scope) -> bool:
    """Whether an index is known to stay in 1, ..., length."""
    if not index.is_Symbol or index in scope.sizes:
        return False
    first, last = scope.range_of(index)
    return first >= 1 and last <= length
