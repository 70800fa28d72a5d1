"""Running a traced JAX program a few times.

A statement is evaluated at a handful of points, and XLA needs far longer to compile it than to run it: about 0.5 s
for a program of 300 operations, or 30 ms for each operation alone. On the CPU the traced program, derivatives
included, is therefore carried out operation by operation in NumPy, in float64; an operation that NumPy has no
word for goes to XLA by itself. On another default device the program is compiled and runs there.
"""

from collections.abc import Callable, Sequence

import jax
import numpy as np
import scipy.special
from jax.extend.core import Literal, jaxpr_as_fun
from jax.lax import GatherScatterMode

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
    "not": np.logical_not, "floor": np.floor, "is_finite": np.isfinite, "copy": np.asarray, "stop_gradient": np.asarray,
}  # fmt: skip
BOOLEAN_ONLY = ("and", "or", "not", "reduce_or", "reduce_and")
"""JAX uses these for bits of integers too; those go to XLA."""
CLIPPING = (GatherScatterMode.CLIP, GatherScatterMode.PROMISE_IN_BOUNDS)
"""What may become of a gather past an end; where it is filled up instead, it goes to XLA."""


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


def _gather(x, starts, *, dimension_numbers, slice_sizes, **_):
    """Slices of x at many places; those that would reach past an end are moved inside, as in XLA's mode CLIP."""
    rules, places = dimension_numbers, starts.shape[:-1]
    kept = [d for d in range(x.ndim) if d not in (*rules.collapsed_slice_dims, *rules.operand_batching_dims)]
    index = []
    for dimension, size in enumerate(slice_sizes):
        at = np.zeros(places, int)
        if dimension in rules.start_index_map:
            at = starts[..., rules.start_index_map.index(dimension)]
        if dimension in rules.operand_batching_dims:
            axis = rules.start_indices_batching_dims[rules.operand_batching_dims.index(dimension)]
            at = _broadcast_in_dim(np.arange(x.shape[dimension]), shape=places, broadcast_dimensions=(axis,))
        at = np.clip(at, 0, x.shape[dimension] - size).reshape(*places, *(1,) * len(kept))
        if dimension in kept:
            axis = len(places) + kept.index(dimension)
            at = at + np.arange(size).reshape(-1, *(1,) * (len(places) + len(kept) - 1 - axis))
        index.append(at)
    return np.moveaxis(x[tuple(index)], range(len(places), len(places) + len(kept)), rules.offset_dims)


def _dynamic_slice(x, *starts, slice_sizes):
    ends = zip(starts, slice_sizes, x.shape, strict=True)
    firsts = [int(np.clip(start, 0, length - size)) for start, size, length in ends]
    return x[tuple(slice(first, first + size) for first, size in zip(firsts, slice_sizes, strict=True))]


def _slice(x, *, start_indices, limit_indices, strides):
    steps = strides or (1,) * x.ndim
    return x[tuple(slice(*ends) for ends in zip(start_indices, limit_indices, steps, strict=True))]


STRUCTURAL = {
    "gather": _gather,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "rsqrt": lambda x, **_: 1 / np.sqrt(x),
    "stack": lambda *xs, axis: np.stack(xs, axis),
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
    "reduce_min": lambda x, *, axes, **_: np.min(x, axes),
    "reduce_or": lambda x, *, axes, **_: np.any(x, axes),
    "reduce_and": lambda x, *, axes, **_: np.all(x, axes),
    "sort": lambda x, *, dimension, **_: np.sort(x, dimension),
    "clamp": lambda low, x, high: np.clip(x, low, high),
    "rev": lambda x, *, dimensions: np.flip(x, dimensions),
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
    return Program(function, argument)(argument)


class Program:
    """A JAX function that returns a list of arrays, traced for arguments like the given ones.

    Attributes:
      reads: for each leaf of the arguments, whether anything was computed from it.
    """

    def __init__(self, function: Callable, *arguments):
        self._traced = jax.make_jaxpr(function)(*arguments)
        used = {id(atom) for equation in self._traced.jaxpr.eqns for atom in equation.invars}
        used |= {id(atom) for atom in self._traced.jaxpr.outvars}
        self.reads = [id(variable) in used for variable in self._traced.jaxpr.invars]
        self._compiled = None if jax.default_backend() == "cpu" else jax.jit(jaxpr_as_fun(self._traced))

    def __call__(self, *arguments) -> list[np.ndarray]:
        """The outputs at other numbers of the same shapes."""
        leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(arguments)]
        if self._compiled:
            return [np.asarray(v) for v in self._compiled(*leaves)]
        with np.errstate(all="ignore"):  # what is not finite is reported by the check, with its place
            return _interpret(self._traced.jaxpr, self._traced.consts, leaves)


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
    elsewhere = (
        (name in BOOLEAN_ONLY and values[0].dtype != bool)
        or (name == "div" and values[0].dtype.kind != "f")  # XLA divides integers without remainder
        or (name == "gather" and parameters["mode"] not in CLIPPING)
        or (name == "sort" and len(values) > 1)
    )
    if name in ELEMENTWISE and not elsewhere:
        return [ELEMENTWISE[name](*values)]
    if name in STRUCTURAL and not elsewhere:
        return [np.asarray(STRUCTURAL[name](*values, **parameters))]
    results = equation.primitive.bind(*values, **parameters)
    return [np.asarray(r) for r in (results if equation.primitive.multiple_results else [results])]
