"""Chapter 2, the network as a Gaussian process: what a network computes before it is trained."""

from .layers import base_case, given_layer, induction_step, sum_of_gaussians
from .relu import relu_dual

DERIVATIONS = (base_case, sum_of_gaussians, given_layer, induction_step, relu_dual)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
