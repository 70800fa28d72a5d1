"""Running a traced JAX program once.

A statement is evaluated a single time, and XLA needs far longer to compile it than to run it: about 0.5 s for a
program of 300 operations, or 30 ms for each operation alone. On the CPU the traced program, derivatives
included, is therefore carried out operation by operation in NumPy, in float64; an operation that NumPy has no
word for goes to XLA by itself. On another default device the program is compiled and runs there.
"""

from collections.abc import Callable, Sequence

import jax
import numpy as np
import scipy.special
from jax.extend.core import Literal

ELEMENTWISE = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide,
    "neg": np.negative, "pow": np.power, "sqrt": np.sqrt, "square": np.square, "abs": np.abs, "sign": np.sign,
    "exp": np.exp, "exp2": np.exp2, "log": np.log, "log1p": np.log1p, "expm1": np.expm1,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "atan2": np.arctan2, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "erf": scipy.special.erf, "erfc": scipy.special.erfc, "lgamma": scipy.special.gammaln,
    "digamma": scipy.special.digamma, "logistic": scipy.special.expit,
    "max": np.maximum, "min": np.minimum, "eq": np.equal, "ne": np.not_equal, "lt": np.less,
    "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "and": np.logical_and, "or": np.logical_or,
    "not": np.logical_not, "is_finite": np.isfinite, "copy": np.asarray, "stop_gradient": np.asarray,
}  # fmt: skip
BOOLEAN_ONLY = ("and", "or", "not")
"""JAX uses these for bits of integers too; those go to XLA."""


def _broadcast_in_dim(x, *, shape, broadcast_dimensions, **_):
    expanded = [1] * len(shape)
    for place, dimension in enumerate(broadcast_dimensions):
        expanded[dimension] = x.shape[place]
    return np.broadcast_to(np.reshape(x, expanded), shape)


def _dot_general(x, y, *, dimension_numbers, **_):
    (x_sum, y_sum), (x_batch, y_batch) = dimension_numbers
    x_names, y_names = list(range(x.ndim)), [x.ndim + d for d in range(y.ndim)]
    for x_axes, y_axes in ((x_sum, y_sum), (x_batch, y_batch)):
        for a, b in zip(x_axes, y_axes, strict=True):
            y_names[b] = x_names[a]
    summed = {x_names[a] for a in x_sum}
    batch = [x_names[a] for a in x_batch]
    rest = [n for n in x_names + [m for m in y_names if m not in x_names] if n not in summed and n not in batch]
    return np.einsum(x, x_names, y, y_names, batch + rest)


STRUCTURAL = {
    "broadcast_in_dim": _broadcast_in_dim,
    "dot_general": _dot_general,
    "reshape": lambda x, *, new_sizes, dimensions, **_: np.reshape(x, new_sizes),
    "squeeze": lambda x, *, dimensions: np.squeeze(x, dimensions),
    "expand_dims": lambda x, *, dimensions: np.expand_dims(x, dimensions),
    "transpose": lambda x, *, permutation: np.transpose(x, permutation),
    "concatenate": lambda *xs, dimension: np.concatenate(xs, dimension),
    "convert_element_type": lambda x, *, new_dtype, **_: np.asarray(x, new_dtype),
    "reduce_sum": lambda x, *, axes, **_: np.sum(x, axes),
    "reduce_prod": lambda x, *, axes, **_: np.prod(x, axes),
    "reduce_max": lambda x, *, axes, **_: np.max(x, axes),
    "integer_pow": lambda x, *, y: np.power(x, float(y)) if y < 0 else np.power(x, y),
    "select_n": lambda which, *cases: (
        np.where(which, cases[1], cases[0]) if len(cases) == 2 else np.choose(which, cases)
    ),
    "iota": lambda *, dtype, shape, dimension, **_: _broadcast_in_dim(
        np.arange(shape[dimension], dtype=dtype), shape=shape, broadcast_dimensions=(dimension,)
    ),
}


def run(function: Callable, argument) -> list[np.ndarray]:
    """The outputs of `function(argument)`, a JAX function that returns a list of arrays.

    Args:
      function: traceable by JAX; a pytree of arrays goes in.
      argument: the pytree.
    """
    if jax.default_backend() != "cpu":
        return [np.asarray(v) for v in jax.jit(function)(argument)]
    traced = jax.make_jaxpr(function)(argument)
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(argument)]
    with np.errstate(all="ignore"):  # what is not finite is reported by the check, with its place
        return _interpret(traced.jaxpr, traced.consts, leaves)


def _interpret(jaxpr, constants: Sequence, arguments: Sequence) -> list[np.ndarray]:
    known = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*map(np.asarray, constants), *arguments), strict=True))

    def value(atom):
        return np.asarray(atom.val, atom.aval.dtype) if isinstance(atom, Literal) else known[atom]

    for equation in jaxpr.eqns:
        results = _apply(equation, [value(a) for a in equation.invars])
        known.update(zip(equation.outvars, results, strict=True))
    return [value(a) for a in jaxpr.outvars]


def _apply(equation, values) -> list[np.ndarray]:
    name, parameters = equation.primitive.name, equation.params
    inner = parameters.get("jaxpr", parameters.get("call_jaxpr"))
    if name in ("jit", "pjit", "closed_call", "custom_jvp_call", "custom_vjp_call"):
        return _interpret(inner.jaxpr, inner.consts, values)
    bits = name in BOOLEAN_ONLY and values[0].dtype != bool
    whole = name == "div" and values[0].dtype.kind != "f"  # XLA divides integers without remainder
    if name in ELEMENTWISE and not bits and not whole:
        return [ELEMENTWISE[name](*values)]
    if name in STRUCTURAL:
        return [np.asarray(STRUCTURAL[name](*values, **parameters))]
    results = equation.primitive.bind(*values, **parameters)
    return [np.asarray(r) for r in (results if equation.primitive.multiple_results else [results])]
