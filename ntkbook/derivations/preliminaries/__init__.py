"""Preliminaries: derivatives of vectors, linear differential equations, kernels, means of draws, Gaussian variables."""

from .conditioning import completed_square, gaussian_pair, gaussian_residual, gp_posterior
from .draws import mean_of_draws, rescaled_mean
from .gaussians import gaussian_image, hermite, stein
from .kernels import feature_kernel, kernel_product, kernel_regression, kernel_sum, representer, two_point_kernel
from .odes import linear_ode, matrix_exponential, mode, scalar_ode
from .vectors import jacobian, taylor, taylor_path

DERIVATIONS = (
    jacobian,
    taylor,
    taylor_path,
    scalar_ode,
    mode,
    matrix_exponential,
    linear_ode,
    feature_kernel,
    two_point_kernel,
    kernel_sum,
    kernel_product,
    kernel_regression,
    representer,
    mean_of_draws,
    rescaled_mean,
    gaussian_image,
    hermite,
    stein,
    gaussian_pair,
    completed_square,
    gaussian_residual,
    gp_posterior,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
