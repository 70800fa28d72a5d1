"""Evaluating an unevaluated SymPy statement with JAX, by another road than SymPy's.

Derivatives are taken by autodiff, integrals by quadrature, sums by contraction at concrete sizes. The table
of translations is closed: what is not in it is refused by name.
"""

from . import calculus, expectations, limits, matrices, recursions, scalars, sums, vectors
from .program import Program, run
from .scope import Flow, Scope, evaluate

__all__ = [
    "Flow",
    "Program",
    "Scope",
    "calculus",
    "evaluate",
    "expectations",
    "limits",
    "matrices",
    "recursions",
    "run",
    "scalars",
    "sums",
    "vectors",
]
