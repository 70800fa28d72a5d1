"""Kernel ridge regression, and the Gaussian process with the same mean, by Cholesky."""

from collections.abc import Callable
from typing import Any

from jax import Array

from ntkbook.predict.axes import as_array, output_axes
from ntkbook.predict.covariance import conditioned
from ntkbook.predict.gram import TrainingGram
from ntkbook.predict.records import Gaussian

__all__ = ["kernel_regression"]


def kernel_regression(k_train_train: Array, y_train: Array, ridge: float = 0.0) -> Callable[..., Any]:
    r"""Kernel ridge regression on given kernel matrices.

    $$f_* = K_{*} (K + \rho\, 1)^{-1} y, \qquad C_{**} = K_{**} - K_{*} (K + \rho\, 1)^{-1} K_{*}^\top$$

    Convention: ρ is added to the diagonal as it is, like `alpha` of scikit-learn's KernelRidge. It minimizes
    Σ_i (f_i - y_i)² + ρ |f|² in the norm of the kernel; for a noise of variance ρ on the targets it is the posterior.

    Args:
      k_train_train: (N, N), symmetric positive semidefinite.
      y_train: targets, (N,) or (N, k).
      ridge: ρ, not negative, in units of the kernel.
    Returns: `predict(k_test_train, k_test_test=None)`: the mean, (M,) or (M, k), for k_test_train of shape (M, N);
      with k_test_test, (M, M), a `Gaussian`. The matrix is factorized once.
    Raises: ValueError: at the first prediction, a singular matrix; the message names the two rows where two are equal
      or parallel. A matrix that is not symmetric, a negative ridge, NaN or infinity, shapes that do not fit. Under
      jit a singular matrix cannot be raised; it leaves NaN.
    Accuracy: N eps times the condition number of K + ρ.
    """
    name = "kernel regression"
    k_train_train = as_array(name, "k_train_train", k_train_train)
    y_train = as_array(name, "y_train", y_train, k_train_train.dtype)
    if y_train.ndim not in (1, 2):
        raise ValueError(f"{name}: y_train must have shape (N,) or (N, k), got {y_train.shape}.")
    axes = output_axes(name, y_train.shape, (-1,) if y_train.ndim == 2 else ())
    gram = TrainingGram(name, "k_train_train", axes.gram("k_train_train", k_train_train), ridge, regularizer="ridge")
    targets = axes.columns(y_train)

    def predict(k_test_train, k_test_test=None):
        """Mean, or mean and covariance, as `kernel_regression` documents them."""
        cross, kept = axes.cross("k_test_train", k_test_train, targets.dtype)
        mean = axes.outputs(cross @ gram.solve(targets), kept)
        if k_test_test is None:
            return mean
        start = axes.test_gram("k_test_test", k_test_test, kept, targets.dtype)
        return Gaussian(mean, conditioned(start, cross, gram.solve(cross.T)))

    return predict
