"""Matrix expressions."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.scipy import linalg
from sympy.matrices.expressions.matexpr import MatrixElement

from ..broadcasting import plus, times
from ..draw import concrete
from ..errors import IllFormedStep
from ..terms import AtTime, MatrixExponential, TimeDerivative
from .scalars import pick
from .scope import evaluate, value_of


@value_of.register(sp.MatrixSymbol)
def _(expr, scope):
    return scope.held(expr.name)


@value_of.register(sp.Identity)
def _(expr, scope):
    return _constant(np.eye(concrete(expr.rows, scope.sizes)), scope)


@value_of.register(sp.ZeroMatrix)
def _(expr, scope):
    return _constant(np.zeros([concrete(n, scope.sizes) for n in expr.shape]), scope)


def _constant(matrix, scope):
    return jnp.asarray(matrix.reshape(*matrix.shape, *(1,) * len(scope.batch)))


def _apply(function, *matrices):
    """A function of matrices that wants rows and columns last."""
    return jnp.moveaxis(function(*(jnp.moveaxis(m, (0, 1), (-2, -1)) for m in matrices)), (-2, -1), (0, 1))


@value_of.register(sp.MatAdd)
def _(expr, scope):
    return functools.reduce(plus, [evaluate(a, scope) for a in expr.args])


@value_of.register(sp.MatMul)
def _(expr, scope):
    total = jnp.asarray(1.0)
    for arg in expr.args:
        value = jnp.asarray(evaluate(arg, scope))
        both = scope.rank(total) == scope.rank(value) == 2
        total = _apply(jnp.matmul, total, value) if both else times(total, value)
    return total


@value_of.register(sp.Transpose)
def _(expr, scope):
    return jnp.swapaxes(evaluate(expr.arg, scope), 0, 1)


@value_of.register(sp.MatPow)
def _(expr, scope):
    if not (expr.exp.is_integer and expr.exp.free_symbols <= set(scope.sizes)):
        raise IllFormedStep(f"{expr} is not evaluated; only whole powers of a matrix are (declare them with Size).")
    power = concrete(expr.exp, scope.sizes)
    return _apply(lambda base: jnp.linalg.matrix_power(base, power), evaluate(expr.base, scope))


@value_of.register(sp.Inverse)
def _(expr, scope):
    return _apply(jnp.linalg.inv, evaluate(expr.arg, scope))


@value_of.register(sp.Trace)
def _(expr, scope):
    return jnp.trace(evaluate(expr.arg, scope))


@value_of.register(MatrixExponential)
def _(expr, scope):
    return _apply(linalg.expm, evaluate(expr.arg, scope))


@value_of.register(TimeDerivative)
def _(expr, scope):
    start = jnp.asarray(evaluate(expr.time, scope), float)
    return jax.jvp(lambda t: evaluate(expr.arg, scope.bind(expr.time, t)), (start,), (jnp.ones_like(start),))[1]


@value_of.register(AtTime)
def _(expr, scope):
    return evaluate(expr.arg, scope.bind(expr.time, jnp.asarray(evaluate(expr.value, scope), float)))


@value_of.register(MatrixElement)
def _(expr, scope):
    matrix, row, column = expr.args
    return pick(pick(evaluate(matrix, scope), row + 1, scope), column + 1, scope)
