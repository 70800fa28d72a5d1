"""How much of each mode is fitted: by stopping early, and by a ridge."""

import numpy as np
from jaxtyping import Float


def early_stopping_filter(eigenvalues: Float[np.ndarray, "..."], time: float) -> np.ndarray:
    r"""The part of a mode that gradient flow has fitted.

    $$1 - e^{-\lambda \tau}$$

    Convention: eigenvalues of Θ/N, `time` = ηt for the book's loss 1/(2N) Σ.
    """
    return -np.expm1(-np.asarray(eigenvalues, np.float64) * _nonnegative("early_stopping_filter", "time", time))


def ridge_filter(eigenvalues: Float[np.ndarray, "..."], ridge: float) -> np.ndarray:
    r"""The part of a mode that ridge regression fits.

    $$\frac{\lambda}{\lambda + \gamma}$$

    Convention: eigenvalues and ridge of one unit; with eigenvalues of Θ/N the ridge is the one added to Θ, over N. A
    ridge of 0 fits every mode that has a positive eigenvalue.
    """
    eigenvalues = np.asarray(eigenvalues, np.float64)
    ridge = _nonnegative("ridge_filter", "ridge", ridge)
    return np.where(eigenvalues > 0, eigenvalues / np.where(eigenvalues > 0, eigenvalues + ridge, 1.0), 0.0)


def half_life(eigenvalues: Float[np.ndarray, "..."], learning_rate: float = 1.0) -> np.ndarray:
    r"""The time after which half of a mode's residual is left; infinite for an eigenvalue of 0.

    $$t_{1/2} = \frac{\log 2}{\eta \lambda}$$

    Convention: eigenvalues of Θ/N and the book's loss. For steps of gradient descent use
    $\log 2 / (-\log(1 - \eta\lambda))$ steps.
    """
    with np.errstate(divide="ignore"):
        return np.log(2) / (learning_rate * np.asarray(eigenvalues, np.float64))


def _nonnegative(name, argument, value):
    if not value >= 0:
        raise ValueError(f"{name}: {argument} is at least 0, got {value}.")
    return float(value)
