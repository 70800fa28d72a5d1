"""Kernels on the circle: Fourier coefficients, and what an equispaced grid makes of them."""

from collections.abc import Callable
from functools import cache

import numpy as np
from jaxtyping import Float


def circle_eigenvalues(kernel_of_angle: Callable, frequencies: int, nodes: int = 512) -> Float[np.ndarray, " K+1"]:
    r"""Eigenvalues of a rotation-invariant kernel on the circle, for the frequencies 0, ..., K.

    $$\lambda_k = \frac{1}{\pi} \int_0^\pi \kappa(u) \cos(k u)\,du$$

    Convention: the uniform probability measure; each frequency k > 0 has two modes, a cosine and a sine.

    Args:
      kernel_of_angle: κ(u) for an array of angles in [0, π], smooth inside; kinks at 0 and π do no harm.
      frequencies: K, below nodes / 2.
      nodes: of Gauss-Legendre quadrature.
    Accuracy: about 1e-13 of the largest eigenvalue.
    """
    if not 0 <= frequencies < nodes / 2:
        raise ValueError(
            f"circle_eigenvalues: {nodes} nodes resolve frequencies below {nodes // 2}, got {frequencies}."
        )
    angles, weights = half_turn(nodes)
    values = np.asarray(kernel_of_angle(angles), np.float64)
    return np.cos(np.outer(np.arange(frequencies + 1), angles)) @ (weights * values) / np.pi


def aliased_eigenvalues(eigenvalues: Float[np.ndarray, " K+1"], points: int) -> Float[np.ndarray, " points//2+1"]:
    r"""Eigenvalues of Θ/N on a grid of N equidistant points: every frequency gathers those that look like it.

    $$\lambda_k^{(N)} = \sum_{a=-\infty}^{\infty} \lambda_{|k + a N|}$$

    Args:
      eigenvalues: of the kernel, for the frequencies 0, ..., K; those above K count as 0.
      points: N.
    Returns: for the frequencies 0, ..., N // 2.
    """
    frequencies = np.arange(-(len(eigenvalues) - 1), len(eigenvalues))
    gathered = np.zeros(points)
    np.add.at(gathered, frequencies % points, np.asarray(eigenvalues, np.float64)[np.abs(frequencies)])
    return gathered[: points // 2 + 1]


@cache
def half_turn(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on [0, π]."""
    x, weights = np.polynomial.legendre.leggauss(nodes)
    return (x + 1) * np.pi / 2, weights * np.pi / 2
