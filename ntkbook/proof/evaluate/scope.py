"""What an evaluation knows about the points at which it is made, and the dispatch on the kind of expression.

All points are computed at once, as are the terms of a sum and the nodes of an integral: each is an axis of the arrays.
The entries of a vector or matrix come first, then the axes along which things vary, the innermost first, each of its
full length or of length 1. A number may leave out axes at the front, so that arrays broadcast as in NumPy. The same
could be had from nested `jax.vmap`, but every layer of it makes tracing slower.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch

import jax
import jax.numpy as jnp
import sympy as sp
from jax import lax

from ..domain import Domain, Index
from ..draw import concrete
from ..errors import IllFormedStep


@dataclass(frozen=True)
class Scope:
    """Everything an evaluation needs to know about its points.

    Attributes:
      domain, sizes: declarations, and concrete numbers for the size symbols.
      values: drawn values by name, a pytree.
      flows: functions of time that obey a hypothesis, `{head: Flow}`.
      local: values of bound symbols and of variables being differentiated.
      overrides: vectors being differentiated, `{token: value}`.
      ranges: first and last value of bound indices.
      batch: lengths of the axes along which things vary, the innermost first; () at a single point.
      depths: for values, locals and overrides, how many of these axes there were when they were set; 0 if not said.
      nodes: quadrature nodes per panel.
      fine: which of two resolutions is meant; traced, so that one program serves both. Their difference estimates
        the error.
    """

    domain: Domain
    sizes: Mapping
    values: Mapping
    flows: Mapping = field(default_factory=dict)
    local: Mapping = field(default_factory=dict)
    overrides: Mapping = field(default_factory=dict)
    ranges: Mapping = field(default_factory=dict)
    batch: tuple[int, ...] = ()
    depths: Mapping = field(default_factory=dict)
    nodes: int = 128
    fine: bool | jax.Array = True

    def at_resolution(self, fine, coarse) -> jax.Array:
        """One of two arrays of the same shape: the numbers of the finer resolution, or of the coarser."""
        return jnp.asarray(fine) if self.fine is True else jnp.where(self.fine, fine, coarse)

    def bind(self, symbol, value, values=None) -> "Scope":
        """The scope in which a symbol has a value; for an index, `values` is its (first, last)."""
        ranges = {**self.ranges, symbol: values} if values else self.ranges
        return replace(self, local={**self.local, symbol: value}, ranges=ranges, depths=self._depths(symbol))

    def along(self, *rows) -> tuple:
        """The scope in which things vary along one more axis, and rows of numbers laid along it."""
        length = rows[0].shape[0]
        laid = (row.reshape(length, *(1,) * len(self.batch)) for row in rows)
        return replace(self, batch=(length, *self.batch)), *laid

    def rank(self, value) -> int:
        """How many axes of a value number its entries: 0 for a number, 1 for a vector, 2 for a matrix."""
        return max(0, jnp.ndim(value) - len(self.batch))

    def shape(self, value) -> tuple[int, ...]:
        """The lengths of these axes."""
        return jnp.shape(value)[: self.rank(value)]

    def held(self, name: str):
        """A drawn value, with all axes of this scope."""
        return self._lifted(self.values[name], name)

    def _lifted(self, array, key):
        """An array that has entries, with axes for all that has been varied since it was set."""
        depth = self.depths.get(key, 0)
        own, missing = jnp.ndim(array) - depth, len(self.batch) - depth
        return lax.expand_dims(array, range(own, own + missing)) if own > 0 and missing else array

    def _depths(self, *keys):
        return {**self.depths, **dict.fromkeys(keys, len(self.batch))}

    def local_value(self, symbol):
        """The value of a bound symbol, or else of a drawn one; None if it has none."""
        key = symbol if symbol in self.local else symbol.name
        value = self.local.get(symbol, self.values.get(symbol.name))
        return None if value is None else self._lifted(value, key)

    def range_of(self, index) -> tuple[int, int]:
        """First and last value of a bound or declared index."""
        if index in self.ranges:
            return self.ranges[index]
        if not isinstance(self.domain.get(index), Index):
            raise IllFormedStep(f"{index} is used as an index, but it is not declared with Index().")
        return 1, concrete(self.domain[index].size, self.sizes)

    def with_values(self, drawn: Mapping) -> "Scope":
        """The scope in which some drawn values are others."""
        return replace(self, values={**self.values, **drawn}, depths=self._depths(*drawn))

    def override(self, token, value) -> "Scope":
        """The scope in which a whole vector has a value."""
        return replace(self, overrides={**self.overrides, token: value}, depths=self._depths(token))

    def overridden(self, token):
        """The value of a vector that is being differentiated."""
        return self._lifted(self.overrides[token], token)


@dataclass(frozen=True)
class Flow:
    """A hypothesis d head(time)/d time = rhs; `index` numbers the entries of a vector, None for a scalar."""

    head: object
    time: sp.Symbol
    index: sp.Symbol | None
    rhs: sp.Expr


def evaluate(expr: sp.Basic, scope: Scope) -> jax.Array:
    """The value of an expression: a number, a vector for a token or `Stack`, or a matrix.

    Raises:
      IllFormedStep: the expression contains something that the table of translations lacks.
    """
    if expr in scope.overrides:
        return scope.overridden(expr)
    return value_of(expr, scope)


@singledispatch
def value_of(expr, scope):
    """Translation of one kind of expression; the modules of this package register theirs."""
    raise IllFormedStep(
        f"{expr.func.__name__} in {expr} has no translation to JAX; rewrite it with elementary functions, sums, "
        "integrals and derivatives."
    )
