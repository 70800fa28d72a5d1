"""What labels cost, measured by the kernel, and a bound on the test error that follows."""

import numpy as np
from jaxtyping import Float
from scipy import linalg

from ntkbook.spectra.modes import checked_kernel


def target_norm(kernel: Float[np.ndarray, "N N"], labels: Float[np.ndarray, " N"]) -> float:
    r"""The norm of the smallest function that fits the labels.

    $$\lVert f \rVert = \sqrt{y^\top \Theta^{-1} y}$$

    Raises: ValueError: a singular kernel matrix, or labels of another length.
    Accuracy: eps times the condition number, relative.
    """
    kernel = checked_kernel("target_norm", kernel)
    labels = np.asarray(labels, np.float64)
    if labels.shape != (len(kernel),):
        raise ValueError(f"target_norm: {len(kernel)} inputs need as many labels, got shape {labels.shape}.")
    try:
        factor = linalg.cholesky(kernel, lower=True)
    except linalg.LinAlgError:
        raise ValueError(
            "target_norm: the kernel matrix is singular up to rounding, so some labels cannot be fitted. Drop equal "
            "inputs, or add a ridge to the diagonal."
        ) from None
    return float(np.linalg.norm(linalg.solve_triangular(factor, labels, lower=True)))


def label_bound(kernel: Float[np.ndarray, "N N"], labels: Float[np.ndarray, " N"]) -> float:
    r"""A bound on the expected error of the fit on new data, up to a term of order N^(-1/2) that does not see labels.

    $$\frac{2}{N} \sqrt{y^\top \Theta^{-1} y \; \operatorname{tr} \Theta}$$

    Convention: for losses that are 1-Lipschitz in the output and bounded by 1, as |f - y| cut off at 1. It does not
    change when the kernel is multiplied by a number. With Θ = H^∞, whose diagonal is 1/2, it is
    sqrt(2 yᵀH⁻¹y / N).
    Source: Bartlett and Mendelson 2002, lemma 22; Arora et al. 2019 (fine-grained analysis), theorem 5.1.
    """
    kernel = checked_kernel("label_bound", kernel)
    return 2.0 / len(kernel) * target_norm(kernel, labels) * float(np.sqrt(np.trace(kernel)))
