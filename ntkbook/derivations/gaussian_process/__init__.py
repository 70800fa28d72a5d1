"""Chapter 2, the network as a Gaussian process: what a network computes before it is trained."""

from .finite_width import all_widths, excess_kurtosis, fourth_moment
from .hermite import hermite_series, mehler, relu_coefficients
from .induction import covariance_map, induction_step
from .last_layer import last_layer, sample_then_optimize
from .layers import first_covariance, given_layer, sum_of_gaussians
from .monomials import monomial_duals
from .price import erf_dual, price
from .relu import relu_dual
from .relu_covariance import relu_covariance
from .sign import sign_dual

DERIVATIONS = (
    first_covariance,
    sum_of_gaussians,
    given_layer,
    covariance_map,
    induction_step,
    relu_dual,
    relu_covariance,
    sign_dual,
    price,
    erf_dual,
    monomial_duals,
    mehler,
    hermite_series,
    relu_coefficients,
    fourth_moment,
    excess_kurtosis,
    all_widths,
    last_layer,
    sample_then_optimize,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
