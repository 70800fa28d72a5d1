"""What an evaluation knows about one point, and the dispatch on the kind of expression."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch

import jax
import jax.numpy as jnp
import sympy as sp

from ..domain import Domain, Index
from ..draw import concrete
from ..errors import IllFormedStep


@dataclass(frozen=True)
class Scope:
    """Everything an evaluation needs to know about one point.

    Attributes:
      domain, sizes: declarations, and concrete numbers for the size symbols.
      values: drawn values by name, a pytree.
      flows: functions of time that obey a hypothesis, `{head: Flow}`.
      local: values of bound symbols and of variables being differentiated.
      overrides: vectors being differentiated, `{token: value}`.
      ranges: first and last value of bound indices.
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
    nodes: int = 128
    fine: bool | jax.Array = True

    def at_resolution(self, fine, coarse) -> jax.Array:
        """One of two arrays of the same shape: the numbers of the finer resolution, or of the coarser."""
        return jnp.asarray(fine) if self.fine is True else jnp.where(self.fine, fine, coarse)

    def bind(self, symbol, value, values=None) -> "Scope":
        """The scope in which a symbol has a value; for an index, `values` is its (first, last)."""
        ranges = {**self.ranges, symbol: values} if values else self.ranges
        return replace(self, local={**self.local, symbol: value}, ranges=ranges)

    def range_of(self, index) -> tuple[int, int]:
        """First and last value of a bound or declared index."""
        if index in self.ranges:
            return self.ranges[index]
        if not isinstance(self.domain.get(index), Index):
            raise IllFormedStep(f"{index} is used as an index, but it is not declared with Index().")
        return 1, concrete(self.domain[index].size, self.sizes)

    def with_values(self, drawn: Mapping) -> "Scope":
        """The scope in which some drawn values are others."""
        return replace(self, values={**self.values, **drawn})

    def override(self, token, value) -> "Scope":
        """The scope in which a whole vector has a value."""
        return replace(self, overrides={**self.overrides, token: value})


@dataclass(frozen=True)
class Flow:
    """A hypothesis d head(time)/d time = rhs; `index` numbers the entries of a vector, None for a scalar."""

    head: object
    time: sp.Symbol
    index: sp.Symbol | None
    rhs: sp.Expr


def evaluate(expr: sp.Basic, scope: Scope) -> jax.Array:
    """The value of an expression at one point: a scalar, a vector for a token or `Stack`, or a matrix.

    Raises:
      IllFormedStep: the expression contains something that the table of translations lacks.
    """
    if expr in scope.overrides:
        return scope.overrides[expr]
    return value_of(expr, scope)


@singledispatch
def value_of(expr, scope):
    """Translation of one kind of expression; the modules of this package register theirs."""
    raise IllFormedStep(
        f"{expr.func.__name__} in {expr} has no translation to JAX; rewrite it with elementary functions, sums, "
        "integrals and derivatives."
    )
