r"""Spectra of kernels: modes on data, harmonics on the circle and on spheres, and what they say about generalization.

    eigenvalues, modes = spectra.eigenmodes(kernel_matrix)
    predicted = spectra.predicted_error(eigenvalues, coefficients, samples=100, noise=0.1)

Convention: eigenvalues are those of the kernel as an operator, the mean over inputs: the eigenvalues of $\Theta/N$ for
N data points, and integrals with the uniform probability measure on the circle and on spheres. A residual along a mode
then decays like $e^{-\eta\lambda_k t}$ under gradient flow of the book's loss. Everything is float64 arithmetic of
NumPy, on arrays that fit into memory.
"""

from ntkbook.spectra.bounds import label_bound, target_norm
from ntkbook.spectra.circle import aliased_eigenvalues, circle_eigenvalues
from ntkbook.spectra.filters import early_stopping_filter, half_life, ridge_filter
from ntkbook.spectra.generalization import Prediction, effective_ridge, predicted_error
from ntkbook.spectra.modes import Modes, eigenmodes
from ntkbook.spectra.sphere import multiplicity, sphere_eigenvalues

__all__ = [
    "Modes",
    "Prediction",
    "aliased_eigenvalues",
    "circle_eigenvalues",
    "early_stopping_filter",
    "effective_ridge",
    "eigenmodes",
    "half_life",
    "label_bound",
    "multiplicity",
    "predicted_error",
    "ridge_filter",
    "sphere_eigenvalues",
    "target_norm",
]
