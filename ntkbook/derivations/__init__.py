"""The book's mathematics: one module per chapter, each function returns a `Derivation`.

from ntkbook.derivations import gradient_flow
gradient_flow.kernel_gradient_flow().show()
"""

from functools import cache

from ntkbook.proof import Derivation

from . import (
    deterministic_kernel,
    errata,
    gaussian_process,
    generalization,
    gradient_flow,
    lazy_training,
    linearization,
    preliminaries,
    signal_propagation,
    spectra,
)

CHAPTERS = {
    "preliminaries": preliminaries.DERIVATIONS,
    "gradient_flow": gradient_flow.DERIVATIONS,
    "gaussian_process": gaussian_process.DERIVATIONS,
    "signal_propagation": signal_propagation.DERIVATIONS,
    "deterministic_kernel": deterministic_kernel.DERIVATIONS,
    "linearization": linearization.DERIVATIONS,
    "lazy_training": lazy_training.DERIVATIONS,
    "spectra": spectra.DERIVATIONS,
    "generalization": generalization.DERIVATIONS,
}
"""The derivations of each page, by the page's name, in reading order."""


@cache
def by_chapter() -> dict[str, tuple[Derivation, ...]]:
    """The derivations themselves, `{page: derivations}`."""
    return {page: tuple(make() for make in makers) for page, makers in CHAPTERS.items()}


def registered() -> tuple[Derivation, ...]:
    """Every derivation of the book."""
    return tuple(d for derivations in by_chapter().values() for d in derivations)


__all__ = [
    "CHAPTERS",
    "by_chapter",
    "deterministic_kernel",
    "errata",
    "gaussian_process",
    "generalization",
    "gradient_flow",
    "lazy_training",
    "linearization",
    "preliminaries",
    "registered",
    "signal_propagation",
    "spectra",
]
