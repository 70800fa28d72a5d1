"""The proof engine: statements written once in SymPy, settled by algebra and by numbers, printed for the page.

    from ntkbook.proof import Derivation, Step, verify

The engine knows no network; the book's mathematics lives in `ntkbook.derivations`.
"""

import jax

from . import rules
from .attempt import Attempt, Judgement
from .derivation import Derivation, Step, Verdict
from .domain import Domain, Draw, Gaussian, Index, Interval, Map, Matrix, Orthonormal, Size, Vector
from .errors import DerivationError, FalseStep, IllFormedStep, UndecidedStep
from .expectation import Expectation
from .ledger import ledger
from .mutation import Mutant, MutationReport, mutate
from .slip import Slip, refuted, show_slips
from .terms import AtTime, Component, MatrixExponential, Partial, PartialBy, Prime, Recursion, Stack, TimeDerivative
from .verify import Result, verify

jax.config.update("jax_enable_x64", True)

__all__ = [
    "AtTime",
    "Attempt",
    "Component",
    "Derivation",
    "DerivationError",
    "Domain",
    "Draw",
    "Expectation",
    "FalseStep",
    "Gaussian",
    "IllFormedStep",
    "Index",
    "Interval",
    "Judgement",
    "Map",
    "Matrix",
    "MatrixExponential",
    "Mutant",
    "MutationReport",
    "Orthonormal",
    "Partial",
    "PartialBy",
    "Prime",
    "Recursion",
    "Result",
    "Size",
    "Slip",
    "Stack",
    "Step",
    "TimeDerivative",
    "UndecidedStep",
    "Vector",
    "Verdict",
    "ledger",
    "mutate",
    "refuted",
    "rules",
    "show_slips",
    "verify",
]
