"""Slips of the texts that the book follows: each formula as printed, beside the step of a chapter that holds.

Each function returns the slips that concern one chapter. A slip is refuted when it is shown, by numbers, while the
derivation beside it is verified.
"""

from .gradient_flow import gradient_flow
from .linearization import linearization

SLIPS = (gradient_flow, linearization)
"""In the order of the chapters."""

__all__ = [chapter.__name__ for chapter in SLIPS]
