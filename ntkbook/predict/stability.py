"""The largest step with which gradient descent, rather than gradient flow, still converges."""

import warnings
from typing import Any

import jax.numpy as jnp
from jax import Array

from ntkbook.preconditions import is_known
from ntkbook.predict.axes import as_array, square
from ntkbook.predict.gram import TrainingGram, require_symmetric

__all__ = ["max_learning_rate", "warn_of_rate"]


def max_learning_rate(
    ntk_train_train: Array, y_train_size: int | None = None, momentum: float = 0.0, eps: float = 1e-12
) -> Array:
    r"""The step size past which gradient descent on the mean squared error diverges, for a constant kernel.

    $$\eta_{\max} = \frac{2 (1 + m) N k}{\lambda_{\max}(\Theta) + \epsilon}$$

    Convention: that of neural-tangents, the loss 1/(2Nk) Σ (f - y)². Under the book's loss, with 1/(2N), the largest
    step is k times smaller: 2N/λ_max.

    Args:
      ntk_train_train: kernel of the training points, (N, N) or (N, N, k, k).
      y_train_size: N k, the number of entries of the targets. None stands for the number of rows of the matrix; so
        give it with a traced kernel and several outputs.
      momentum: m of heavy-ball momentum, 0 <= m < 1.
      eps: keeps a zero kernel from dividing by zero.
    Returns: the largest step, a number.
    Raises: ValueError: a kernel that is not symmetric, NaN or infinity, y_train_size below the rows of the matrix, a
      momentum outside [0, 1).
    Accuracy: N eps.
    """
    name = "max_learning_rate"
    kernel = as_array(name, "ntk_train_train", ntk_train_train)
    if kernel.ndim < 2 or kernel.ndim % 2 or kernel.shape[::2] != kernel.shape[1::2]:
        raise ValueError(f"{name}: ntk_train_train must have shape (N, N) or (N, N, k, k), got {kernel.shape}.")
    matrix = square(kernel)
    rows = matrix.shape[0]
    size = rows if y_train_size is None else y_train_size
    if size < rows or size % rows:
        raise ValueError(
            f"{name}: y_train_size is the number of entries of y_train, a multiple of the {rows} rows of the kernel, "
            f"got {y_train_size}. Pass y_train.size."
        )
    if not 0 <= momentum < 1:
        raise ValueError(f"{name}: momentum must be at least 0 and below 1, got {momentum}.")
    if is_known(matrix):
        require_symmetric(name, "ntk_train_train", matrix)
    return 2 * (1 + momentum) * size / (jnp.linalg.eigvalsh(matrix)[-1] + eps)


def warn_of_rate(name: str, learning_rate: Any, gram: TrainingGram, size: int) -> None:
    """Warns of a rate, if it was chosen, with which gradient descent would diverge while its flow does not."""
    if not is_known(learning_rate) or learning_rate == 1.0:
        return
    largest = gram.largest(2 * size / learning_rate)
    if not is_known(largest) or largest <= 0:
        return
    limit = 2 * size / float(largest)
    if learning_rate > limit:
        warnings.warn(
            f"{name}: learning_rate={learning_rate:.4g} is past {limit:.4g}, the largest step with which gradient "
            "descent converges here (max_learning_rate). The prediction is for gradient flow, which converges at any "
            "rate; a network trained in such steps will not follow it. Only learning_rate * t matters: to look at a "
            "later time, raise t.",
            stacklevel=3,
        )
