"""Chapter 2, the network as a Gaussian process: what a network computes before it is trained."""

from .relu import relu_dual

DERIVATIONS = (relu_dual,)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
