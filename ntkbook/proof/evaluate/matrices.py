"""Matrix expressions."""

import jax
import jax.numpy as jnp
import sympy as sp
from jax.scipy import linalg
from sympy.matrices.expressions.matexpr import MatrixElement

from ..draw import concrete
from ..errors import IllFormedStep
from ..terms import AtTime, MatrixExponential, TimeDerivative
from .scalars import pick
from .scope import evaluate, value_of


@value_of.register(sp.MatrixSymbol)
def _(expr, scope):
    return scope.values[expr.name]


@value_of.register(sp.Identity)
def _(expr, scope):
    return jnp.eye(concrete(expr.rows, scope.sizes))


@value_of.register(sp.ZeroMatrix)
def _(expr, scope):
    return jnp.zeros([concrete(n, scope.sizes) for n in expr.shape])


@value_of.register(sp.MatAdd)
def _(expr, scope):
    return sum((evaluate(a, scope) for a in expr.args[1:]), evaluate(expr.args[0], scope))


@value_of.register(sp.MatMul)
def _(expr, scope):
    total = jnp.asarray(1.0)
    for arg in expr.args:
        value = jnp.asarray(evaluate(arg, scope))
        total = total @ value if total.ndim == value.ndim == 2 else total * value
    return total


@value_of.register(sp.Transpose)
def _(expr, scope):
    return evaluate(expr.arg, scope).T


@value_of.register(sp.MatPow)
def _(expr, scope):
    if not (expr.exp.is_integer and expr.exp.free_symbols <= set(scope.sizes)):
        raise IllFormedStep(f"{expr} is not evaluated; only whole powers of a matrix are (declare them with Size).")
    return jnp.linalg.matrix_power(evaluate(expr.base, scope), concrete(expr.exp, scope.sizes))


@value_of.register(sp.Inverse)
def _(expr, scope):
    return jnp.linalg.inv(evaluate(expr.arg, scope))


@value_of.register(sp.Trace)
def _(expr, scope):
    return jnp.trace(evaluate(expr.arg, scope))


@value_of.register(MatrixExponential)
def _(expr, scope):
    return linalg.expm(evaluate(expr.arg, scope))


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
