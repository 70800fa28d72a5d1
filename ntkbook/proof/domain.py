"""Where each symbol of a derivation lives.

A domain is a mapping from symbols, matrix symbols and undefined functions to spaces. It says what the
symbols mean for algebra (which indices run over the same range) and for numbers (how to draw a value).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from .errors import IllFormedStep
from .terms import applied_heads


@dataclass(frozen=True)
class Size:
    """A positive integer: a number of samples, parameters or units. Proofs keep it symbolic."""


@dataclass(frozen=True)
class Index:
    """An index that runs over 1, ..., size.

    `shown` is for the numbers of inputs: the index prints as an argument, f(x) instead of f_x.
    """

    size: sp.Expr
    shown: bool = False


@dataclass(frozen=True)
class Interval:
    """A real number drawn uniformly from [low, high]; the statement is claimed there."""

    low: float = -2.0
    high: float = 2.0

    def __post_init__(self):
        if not self.low < self.high:
            raise ValueError(f"Interval({self.low}, {self.high}): low must be smaller than high.")


@dataclass(frozen=True)
class Vector:
    """A vector in R^size."""

    size: sp.Expr


@dataclass(frozen=True)
class Matrix:
    """A real matrix. Shapes come from the symbol.

    `kind` is general, symmetric, psd, positive_definite, diagonal or orthogonal.
    """

    kind: str = "general"

    def __post_init__(self):
        kinds = ("general", "symmetric", "psd", "positive_definite", "diagonal", "orthogonal")
        if self.kind not in kinds:
            raise ValueError(f"Matrix(kind={self.kind!r}): choose one of {', '.join(kinds)}.")


@dataclass(frozen=True)
class Gaussian:
    """A standard normal variable. Different members of a family `Map(Index(n), into=Gaussian())` are independent."""


@dataclass(frozen=True)
class Draw:
    """A draw from an arbitrary law of mean 0: the members of a family `Map(Index(n), into=Draw())`.

    Different members are independent and have the same law. The numbers take a random law on three values.
    """


@dataclass(frozen=True)
class Orthonormal:
    """An entry of a complete orthonormal family: `Map(Index(N), Index(N), into=Orthonormal())` is N vectors v_k."""


class Map:
    """An arbitrary smooth function of indices, numbers and vectors, into the reals or a vector space.

    `Map(Index(N), Vector(P))` is a family f_i(theta) of scalar functions; `Map(Index(N))` is a list of
    numbers y_i; `Map(Index(N), into=Vector(d))` is a list of vectors x_i. Values of a `Map` are not bounded.
    """

    def __init__(self, *arguments, into=None):
        if not isinstance(into, (Vector, Gaussian, Draw, Orthonormal, type(None))):
            raise ValueError(
                f"Map(into={into!r}): values are real numbers (leave it out), Vector(n), Gaussian(), Draw() or "
                "Orthonormal()."
            )
        if isinstance(into, Draw) and not all(isinstance(a, Index) for a in arguments):
            raise ValueError(f"Map({arguments!r}, into=Draw()): draws are numbered by indices alone.")
        square = len(arguments) == 2 and isinstance(arguments[0], Index) and arguments[0] == arguments[1]
        if isinstance(into, Orthonormal) and not square:
            raise ValueError(f"Map{arguments!r}: an orthonormal family has two indices of one size, vector and entry.")
        self.arguments = arguments
        self.into = into if into is not None else Interval()

    def __repr__(self):
        return f"Map({', '.join(map(repr, self.arguments))}, into={self.into!r})"

    def __eq__(self, other):
        return isinstance(other, Map) and (self.arguments, self.into) == (other.arguments, other.into)

    def __hash__(self):
        return hash((self.arguments, self.into))


FACTS = ("positive", "nonnegative", "negative", "nonpositive", "zero", "even", "odd", "prime", "integer", "imaginary")
"""Assumptions of a SymPy symbol that its space must keep, for algebra relies on them."""


def _keeps(space, fact) -> bool:
    if isinstance(space, (Size, Index)):
        return fact in ("positive", "nonnegative", "integer")
    if isinstance(space, Interval):
        above, below = space.low >= 0, space.high <= 0
        return {"positive": above, "nonnegative": above, "negative": below, "nonpositive": below}.get(fact, False)
    return False


class Domain(Mapping):
    """An immutable mapping from symbols and functions to their spaces."""

    def __init__(self, spaces: Mapping):
        self._spaces = dict(spaces)
        names = [str(key) for key in self._spaces]
        for key, space in self._spaces.items():
            if names.count(str(key)) > 1 or str(key).startswith("_"):
                raise IllFormedStep(f"domain: {key} needs a name of its own, without a leading underscore.")
            promised = [fact for fact in FACTS if getattr(key, f"is_{fact}", None) is True]
            false = [fact for fact in promised if not _keeps(space, fact)]
            if false:
                raise IllFormedStep(
                    f"domain: algebra takes {key} to be {', '.join(false)}, but {space!r} holds other values; "
                    "make the symbol without that assumption, or narrow the space."
                )
            if isinstance(key, UndefinedFunction) != isinstance(space, Map):
                raise IllFormedStep(f"domain: {key} and {space!r} do not fit; functions are declared with Map.")

    def __getitem__(self, key):
        return self._spaces[key]

    def __iter__(self):
        return iter(self._spaces)

    def __len__(self):
        return len(self._spaces)

    def of_kind(self, kind) -> tuple:
        """All keys whose space is a `kind`, in the order of declaration."""
        return tuple(k for k, s in self.items() if isinstance(s, kind))

    def constants(self) -> tuple:
        """Symbols that are the same all through a derivation: everything except indices and functions."""
        return tuple(k for k, s in self.items() if not isinstance(s, (Index, Map)))

    def merged(self, other: "Domain") -> "Domain":
        """Both domains together; a symbol declared twice must be declared the same way."""
        for key in set(self) & set(other):
            if self[key] != other[key]:
                raise IllFormedStep(f"domain: {key} is declared as {self[key]!r} and as {other[key]!r}.")
        return Domain({**other._spaces, **self._spaces})

    def is_vector(self, expr: sp.Basic) -> bool:
        """Whether `expr` is a vector token: a declared vector symbol or a vector-valued function."""
        space = self.get(expr.func if isinstance(expr, AppliedUndef) else expr)
        return isinstance(space.into if isinstance(space, Map) else space, Vector)

    def vector_size(self, token: sp.Basic) -> sp.Expr:
        """The number of entries of a vector token."""
        space = self[token.func if isinstance(token, AppliedUndef) else token]
        return (space.into if isinstance(space, Map) else space).size

    def undeclared(self, expr: sp.Basic, known_heads=frozenset()) -> set:
        """Free symbols and functions of `expr` without a declaration."""
        heads = applied_heads(expr) - set(known_heads)
        return {x for x in expr.free_symbols | heads if x not in self._spaces}
