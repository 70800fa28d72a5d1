"""Gradient flow on the squared error, in closed form, with the kernel constant."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import Array

from ntkbook.predict.axes import as_array, output_axes
from ntkbook.predict.gram import TrainingGram
from ntkbook.predict.spectral import moved
from ntkbook.predict.stability import warn_of_rate
from ntkbook.predict.times import as_tau, over_times, require_rate

__all__ = ["gradient_descent_mse", "require_some_outputs"]


def gradient_descent_mse(
    k_train_train: Array,
    y_train: Array,
    learning_rate: float = 1.0,
    diag_reg: float = 0.0,
    diag_reg_absolute_scale: bool = False,
    trace_axes: tuple[int, ...] = (-1,),
) -> Callable[..., Any]:
    r"""Outputs at time t under gradient flow on the mean squared error, for given outputs at t = 0.

    $$f_t = y + e^{-\eta t\,\Theta/(Nk)}(f_0 - y), \qquad
      f_t^* = f_0^* - \Theta_{*}\Theta^{-1}\bigl(1 - e^{-\eta t\,\Theta/(Nk)}\bigr)(f_0 - y)$$

    Convention: that of neural-tangents, the loss 1/(2Nk) Σ (f - y)² over all N k entries of the targets. The book's
    loss, 1/(2N) Σ_i |f_i - y_i|², runs k times as fast: pass k t here, or t with learning_rate=k.

    Args:
      k_train_train: kernel of the training points, (N, N), or with `trace_axes=()` blocks (N, N, k, k).
      y_train: targets, (N, k).
      learning_rate: η; it only rescales time. One t is one step of gradient descent with this rate.
      diag_reg: not negative; diag_reg times the mean of the diagonal is added on the diagonal.
      diag_reg_absolute_scale: True to add diag_reg itself.
      trace_axes: axes of the targets that the kernel lacks, because it acts on each of their entries alike.
    Returns: `predict_fn(t=None, fx_train_0=0.0, fx_test_0=None, k_test_train=None)`. t is a number, an array of any
      shape, or None for infinity; fx_train_0 and fx_test_0 are the outputs at t = 0, numbers or arrays, and None
      leaves these points out; k_test_train is (M, N) or (M, N, k, k). It returns the outputs at the training points,
      or those at the test points where fx_train_0 is None, or both as a tuple where both are given; the axes of t
      come first. A singular kernel is none of an obstacle: null modes never move, at infinity too.
    Raises: ValueError: shapes that do not fit, a kernel that is not symmetric or not positive semidefinite, NaN or
      infinity, a negative t or diag_reg; fx_test_0 without k_test_train.
    Warns: UserWarning: a learning_rate, other than 1, past `max_learning_rate`.
    Accuracy: 1e-12 in float64 while η t λ_max/(Nk) is of order 1; in general N eps times the larger of 1 and the
      smaller of η t λ_max/(Nk) and the condition number. t = 0 gives the outputs at t = 0 exactly. Differentiable in
      every array and in t; in the kernel once, also where eigenvalues agree.
    Source: Lee et al. 2019, equations 9 to 11. What is factorized is kept for later calls.
    """
    name = "gradient_descent_mse"
    require_rate(name, learning_rate)
    k_train_train = as_array(name, "k_train_train", k_train_train)
    y_train = as_array(name, "y_train", y_train, k_train_train.dtype)
    axes = output_axes(name, y_train.shape, trace_axes)
    matrix = axes.gram("k_train_train", k_train_train)
    block = matrix.shape[0] // y_train.shape[0]
    gram = TrainingGram(name, "k_train_train", matrix, diag_reg, diag_reg_absolute_scale, block=block)
    targets = axes.columns(y_train)

    def predict_fn(t=None, fx_train_0=0.0, fx_test_0=None, k_test_train=None):
        """Outputs at time t, as `gradient_descent_mse` documents them."""
        require_some_outputs(name, fx_train_0, fx_test_0, k_test_train)
        lead, tau = as_tau(name, t, learning_rate / y_train.size, matrix.dtype)
        if tau is not None:
            warn_of_rate(name, learning_rate, gram, y_train.size)
        start = None if fx_train_0 is None else axes.start("fx_train_0", fx_train_0, axes.kept, matrix.dtype)
        residual = targets if start is None else targets - start
        results = []
        if start is not None:
            ended = tau is None and gram.is_regular()
            now = targets if ended else over_times(lead, tau, lambda at: start + _gone(gram, at, residual))
            results.append(axes.outputs(now, axes.kept))
        if fx_test_0 is not None:
            cross, kept = axes.cross("k_test_train", k_test_train, matrix.dtype)
            start_test = axes.start("fx_test_0", fx_test_0, kept, matrix.dtype)
            now = over_times(lead, tau, lambda at: start_test + cross @ gram.gains((at, residual))[0])
            results.append(axes.outputs(now, kept))
        return results[0] if len(results) == 1 else tuple(results)

    return predict_fn


def require_some_outputs(name: str, fx_train_0: Any, fx_test_0: Any, k_test_train: Any) -> None:
    """Raises ValueError where no outputs are asked for, or test outputs without their kernel."""
    if fx_train_0 is None and fx_test_0 is None:
        raise ValueError(
            f"{name}: fx_train_0 and fx_test_0 are both None, so there is nothing to predict. Pass one of them; 0.0 "
            "stands for outputs that start at zero."
        )
    if fx_test_0 is not None and k_test_train is None:
        raise ValueError(f"{name}: fx_test_0 needs k_test_train. Pass kernel_fn(x_test, x_train).")


def _gone(gram, at, residual):
    return moved(gram.spectrum(), jnp.asarray(jnp.inf, residual.dtype) if at is None else at, residual)
