"""Slips of the texts that the book follows: each formula as printed, beside the step of a chapter that holds.

Each function returns the slips that concern one chapter. A slip is refuted when it is shown, by numbers, while the
derivation beside it is verified.
"""

from .deterministic_kernel import deterministic_kernel
from .gaussian_process import gaussian_process
from .gradient_flow import gradient_flow
from .linearization import linearization
from .preliminaries import preliminaries
from .signal_propagation import signal_propagation

SLIPS = (preliminaries, gradient_flow, gaussian_process, signal_propagation, deterministic_kernel, linearization)
"""In the order of the chapters."""

__all__ = [chapter.__name__ for chapter in SLIPS]
