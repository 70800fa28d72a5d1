"""Predicted learning curves of kernel regression, from the eigenvalues and the target."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import optimize


class Prediction(NamedTuple):
    """What the eigenvalue theory says at one number of samples.

    Fields:
      test_error: mean squared error on a fresh noisy label.
      train_error: mean squared error on the training labels.
      learnability: the part of each mode that is learned, between 0 and 1.
      overfitting: the factor E_0 by which noise and unlearned modes are multiplied.
      effective_ridge: κ.
    """

    test_error: float
    train_error: float
    learnability: Float[np.ndarray, " K"]
    overfitting: float
    effective_ridge: float


def effective_ridge(
    eigenvalues: Float[np.ndarray, " K"],
    samples: float,
    ridge: float = 0.0,
    multiplicities: Float[np.ndarray, " K"] | None = None,
) -> float:
    r"""The κ that spends the samples on the modes.

    $$\sum_k m_k \frac{\lambda_k}{\lambda_k + \kappa} + \frac{\delta}{\kappa} = n$$

    Args:
      eigenvalues: of the operator, at least 0.
      samples: n, less than the number of modes with a positive eigenvalue if there is no ridge.
      ridge: δ, the number added to the diagonal of the n by n kernel matrix.
      multiplicities: how often each eigenvalue counts; once by default.
    Raises: ValueError: no ridge and as many samples as modes.
    Accuracy: 1e-12 relative.
    Source: Simon et al. 2023, equation 5; Bordelon et al. 2020.
    """
    eigenvalues, counts = _checked(eigenvalues, multiplicities)
    if not samples > 0 or not ridge >= 0:
        raise ValueError(f"effective_ridge: samples are above 0 and ridge at least 0, got {samples} and {ridge}.")
    modes = counts[eigenvalues > 0].sum()
    if ridge == 0 and samples >= modes:
        raise ValueError(
            f"effective_ridge: {samples} samples determine all {modes:g} modes, so κ = 0 and nothing is left to "
            "predict. Take fewer samples, more modes, or a ridge above 0."
        )

    def spent(log_kappa):
        kappa = np.exp(log_kappa)
        return (counts * eigenvalues / (eigenvalues + kappa)).sum() + ridge / kappa - samples

    # The sum is below (trace + ridge)/κ, which gives an upper end; the lower end is pushed down until the sum is above.
    high = np.log(((counts * eigenvalues).sum() + ridge) / samples)
    low = high - 1.0
    while spent(low) < 0:
        low -= 2.0 * (high - low)
    return float(np.exp(optimize.brentq(spent, low, high, xtol=1e-13, rtol=1e-14)))


def predicted_error(
    eigenvalues: Float[np.ndarray, " K"],
    coefficients: Float[np.ndarray, " K"],
    samples: float,
    ridge: float = 0.0,
    noise: float = 0.0,
    multiplicities: Float[np.ndarray, " K"] | None = None,
) -> Prediction:
    r"""Mean squared errors of kernel ridge regression, averaged over draws of the training set.

    $$L_k = \frac{\lambda_k}{\lambda_k + \kappa}, \qquad E_0 = \frac{n}{n - \sum_k m_k L_k^2}, \qquad
    E = E_0 \Big( \sum_k (1 - L_k)^2 a_k^2 + \sigma^2 \Big)$$

    The theory treats the features of an input as if they were independent Gaussian numbers. It is accurate on spheres
    of many dimensions, a few percent too low on the book's digits, and fails on the circle.

    Args:
      eigenvalues: of the operator.
      coefficients: a_k, the target along each mode, normalized to mean square 1; with multiplicities, the root of the
        sum of squares over the modes of one eigenvalue.
      samples, ridge, multiplicities: as for `effective_ridge`.
      noise: standard deviation σ of the labels, test labels included.
    Returns: a `Prediction`.
    Source: Simon et al. 2023, section 3; Bordelon et al. 2020; Canatar et al. 2021.
    """
    kappa = effective_ridge(eigenvalues, samples, ridge, multiplicities)
    eigenvalues, counts = _checked(eigenvalues, multiplicities)
    coefficients = np.asarray(coefficients, np.float64)
    if coefficients.shape != eigenvalues.shape:
        raise ValueError(
            f"predicted_error: {len(eigenvalues)} eigenvalues need as many coefficients, got {coefficients.shape}."
        )
    learned = eigenvalues / (eigenvalues + kappa)
    overfitting = samples / (samples - (counts * learned**2).sum())
    test = overfitting * (((1 - learned) ** 2 * coefficients**2).sum() + noise**2)
    return Prediction(test, (ridge / (samples * kappa)) ** 2 * test, learned, overfitting, kappa)


def _checked(eigenvalues, multiplicities):
    eigenvalues = np.asarray(eigenvalues, np.float64)
    counts = np.ones_like(eigenvalues) if multiplicities is None else np.asarray(multiplicities, np.float64)
    if eigenvalues.ndim != 1 or counts.shape != eigenvalues.shape:
        raise ValueError(
            f"eigenvalues and multiplicities are lists of one length, got {eigenvalues.shape} and {counts.shape}."
        )
    if not (np.isfinite(eigenvalues).all() and (eigenvalues >= 0).all() and (eigenvalues > 0).any()):
        raise ValueError("eigenvalues are finite numbers, at least 0 and not all 0; rounding below 0 is to be cut off.")
    return eigenvalues, counts
