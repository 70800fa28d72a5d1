"""Kernels on spheres: the eigenvalue of each degree, by quadrature in the angle."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy import special

from ntkbook.spectra.circle import half_turn


def sphere_eigenvalues(
    kernel_of_angle: Callable, degrees: int, dim: int, nodes: int = 512
) -> Float[np.ndarray, " K+1"]:
    r"""Eigenvalues of a rotation-invariant kernel on the unit sphere in R^d, for the degrees 0, ..., K.

    $$\lambda_k = \frac{\int_0^\pi \kappa(u)\, P_k(\cos u) \sin^{d-2} u\, du}{\int_0^\pi \sin^{d-2} u\, du}$$

    with the Gegenbauer polynomial $P_k$, $P_k(1) = 1$ (Funk and Hecke).

    Convention: the uniform probability measure; degree k has `multiplicity(k, dim)` modes.

    Args:
      kernel_of_angle: κ(u) for an array of angles in [0, π], smooth inside.
      degrees: K, below nodes / 2.
      dim: d, at least 2; 2 is the circle.
    Accuracy: about 1e-13 of the largest eigenvalue. The polynomials come from their recursion, stable for |cos u| ≤ 1.
    Source: Bach 2017, appendix D; Bietti and Mairal 2019.
    """
    if dim < 2:
        raise ValueError(f"sphere_eigenvalues: a sphere in R^d needs d at least 2, got {dim}.")
    if not 0 <= degrees < nodes / 2:
        raise ValueError(f"sphere_eigenvalues: {nodes} nodes resolve degrees below {nodes // 2}, got {degrees}.")
    angles, weights = half_turn(nodes)
    weights = weights * np.sin(angles) ** (dim - 2)
    values = np.asarray(kernel_of_angle(angles), np.float64)
    polynomials = gegenbauer(np.cos(angles), degrees, dim)
    return polynomials @ (weights * values) / weights.sum()


def gegenbauer(x: Float[np.ndarray, " n"], degrees: int, dim: int) -> Float[np.ndarray, "K+1 n"]:
    r"""$P_0, \dots, P_K$ in d dimensions, $P_k(1) = 1$: $(k + d - 2) P_{k+1} = (2k + d - 2)\, x P_k - k P_{k-1}$."""
    rows = [np.ones_like(x), np.asarray(x)]
    for k in range(1, degrees):
        rows.append(((2 * k + dim - 2) * x * rows[k] - k * rows[k - 1]) / (k + dim - 2))
    return np.stack(rows[: degrees + 1])


def multiplicity(degrees: Float[np.ndarray, "..."], dim: int) -> np.ndarray:
    r"""How many spherical harmonics have this degree.

    $$\frac{2k + d - 2}{k + d - 2} \binom{k + d - 2}{d - 2}$$
    """
    k = np.asarray(degrees, np.float64)
    if dim == 2:
        return np.where(k == 0, 1.0, 2.0)
    return np.round((2 * k + dim - 2) / (k + dim - 2) * special.binom(k + dim - 2, dim - 2))
