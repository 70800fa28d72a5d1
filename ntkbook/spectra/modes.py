"""Eigenvalues and modes of a kernel matrix."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Modes(NamedTuple):
    """Eigenvalues of Θ/N, decreasing, and the modes as columns, orthonormal: `modes.T @ y` are components of labels."""

    eigenvalues: Float[np.ndarray, " N"]
    modes: Float[np.ndarray, "N N"]


def eigenmodes(kernel: Float[np.ndarray, "N N"]) -> Modes:
    r"""Modes of a kernel on data.

    $$\frac1N \sum_j \Theta_{ij} v_{kj} = \lambda_k v_{ki}$$

    Convention: divided by N, so that eigenvalues tend to those of the operator as inputs are added.

    Args:
      kernel: symmetric positive semidefinite.
    Returns: `Modes`, the largest eigenvalue first. Rounding below 0 is set to 0; the sign of a mode is such that its
      largest entry is positive.
    Raises: ValueError: not a square symmetric matrix of finite numbers, or an eigenvalue below 0 by more than rounding.
    Accuracy: N eps of the largest eigenvalue.
    """
    kernel = checked_kernel("eigenmodes", kernel)
    eigenvalues, modes = np.linalg.eigh(kernel)
    lowest = -len(kernel) * 1e-12 * max(eigenvalues[-1], 0.0)
    if eigenvalues[0] < lowest:
        raise ValueError(
            f"eigenmodes: the smallest eigenvalue is {eigenvalues[0]:.3g}, so this is no kernel matrix. A kernel "
            "matrix is positive semidefinite; was a mean subtracted on one side only?"
        )
    modes = modes[:, ::-1]
    largest = np.argmax(np.abs(modes), axis=0)
    modes = modes * np.sign(modes[largest, np.arange(len(kernel))])
    return Modes(np.maximum(eigenvalues[::-1], 0.0) / len(kernel), modes)


def checked_kernel(name: str, kernel) -> np.ndarray:
    """A kernel matrix as a float64 array."""
    kernel = np.asarray(kernel, np.float64)
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1] or not kernel.size:
        raise ValueError(f"{name}: a kernel matrix has the shape (N, N), got {kernel.shape}.")
    if not np.isfinite(kernel).all():
        raise ValueError(f"{name}: the kernel matrix holds NaN or infinity; look at the inputs first.")
    gap = np.abs(kernel - kernel.T).max()
    if gap > 1e-6 * np.abs(kernel).max():
        raise ValueError(f"{name}: the matrix is not symmetric, entries differ by {gap:.2g}; pass kernel_fn(x, x).")
    return (kernel + kernel.T) / 2
