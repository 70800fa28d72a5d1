"""What a rule is, and the closed registry of all of them."""

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from ..domain import Domain
from ..errors import IllFormedStep

REGISTRY: dict[str, Callable] = {}
THEOREMS = {"chain_rule"}
"""Rules that quote a theorem of calculus."""


@dataclass(frozen=True)
class Rule:
    """A rule of the registry with its arguments.

    Attributes:
      name: its key in the registry.
      arguments: what the author passed, e.g. the vector to go through.
    """

    name: str
    arguments: tuple = ()

    @property
    def any_size(self) -> bool:
        """Whether the rule is algebra for symbolic sizes.

        A rule that quotes a theorem of calculus is not; its steps are confirmed by SymPy at concrete sizes and
        graded so.
        """
        return self.name not in THEOREMS

    def __call__(self, expr: sp.Expr, domain: Domain) -> sp.Expr:
        """The expression after the rule; unchanged where it does not apply."""
        if self.name not in REGISTRY:
            raise IllFormedStep(f"rule {self.name!r} is not in the registry; choose from {', '.join(REGISTRY)}.")
        return REGISTRY[self.name](expr, domain, *self.arguments)

    def __str__(self):
        return self.name.replace("_", " ")


def register(function):
    """Enter `_apply_name(expr, domain, *arguments)` as the meaning of the rule `name`."""
    REGISTRY[function.__name__.removeprefix("_apply_")] = function
    return function


def everywhere(expr: sp.Basic, change: Callable) -> sp.Basic:
    """Apply `change` at every node, innermost first; None means leave the node."""
    if expr.args:
        args = [everywhere(a, change) for a in expr.args]
        if args != list(expr.args):
            expr = expr.func(*args)
    changed = change(expr)
    return expr if changed is None else changed
