"""The infinite ensemble under gradient flow: mean and covariance at any time, from a kernel function."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
from jax import Array

from ntkbook.preconditions import is_known
from ntkbook.predict.axes import as_array, output_axes, paired
from ntkbook.predict.covariance import carried, conditioned
from ntkbook.predict.gram import TrainingGram
from ntkbook.predict.kernels import EnsembleKernels
from ntkbook.predict.records import Gaussian, as_get, named
from ntkbook.predict.spectral import decay, moved
from ntkbook.predict.stability import warn_of_rate
from ntkbook.predict.times import as_tau, over_times, require_rate

__all__ = ["gradient_descent_mse_ensemble"]

_TRAIN = "kernel_fn(x_train, None)"


def gradient_descent_mse_ensemble(
    kernel_fn: Callable[..., Any],
    x_train: Array,
    y_train: Array,
    learning_rate: float = 1.0,
    diag_reg: float = 0.0,
    diag_reg_absolute_scale: bool = False,
    trace_axes: tuple[int, ...] = (-1,),
    **kernel_fn_train_train_kwargs: Any,
) -> Callable[..., Any]:
    r"""Mean and covariance of infinitely many networks of infinite width, at time t of gradient flow.

    $$\mu_t = H_t\, y, \quad H_t = \Theta_{*}\Theta^{-1}\bigl(1 - e^{-\eta t\,\Theta/(Nk)}\bigr), \qquad
      C_t = \Sigma_{**} + H_t \Sigma H_t^\top - H_t \Sigma_{*}^\top - \Sigma_{*} H_t^\top$$

    These are `"ntk"`: all layers are trained. Under `"nngp"` the last layer alone is trained, so that Σ stands for Θ
    too, and the covariance becomes that of `gp_inference` at infinite time.

    Convention: that of neural-tangents, and of `gradient_descent_mse`, where the unit of time is explained.

    Args:
      kernel_fn: `kernel_fn(x1, x2, get, **kwargs)`; a string get gives an array, a tuple a record with the fields
        `nngp` and `ntk`.
      x_train, y_train: training inputs (N, ...) and targets (N, k).
      learning_rate, diag_reg, diag_reg_absolute_scale, trace_axes: as for `gradient_descent_mse`.
      **kernel_fn_train_train_kwargs: handed on to kernel_fn; those for test points go to `predict_fn`.
    Returns: `predict_fn(t=None, x_test=None, get=None, compute_cov=False, **kernel_fn_test_test_kwargs)`. t is a
      number, an array of any shape, or None for infinity; x_test=None asks for the training points; get is "nngp",
      "ntk" or a tuple, and None for both, in a named tuple. A result is the mean, (..., M, k), or with compute_cov a
      `Gaussian`, whose covariance is (..., M, M), or (..., M, M, k, k) with `trace_axes=()`.
    Raises: ValueError: as `gradient_descent_mse`; a kernel_fn whose record lacks a kernel that is needed.
    Warns: UserWarning: as `gradient_descent_mse`.
    Accuracy: as for `gradient_descent_mse`. Covariances are symmetric to the last bit, and positive semidefinite up
      to the accuracy times their largest entry.
    Source: Lee et al. 2019, equations 14 to 16. Each training kernel is taken once. The first answer at a
      finite time takes about half of an eigendecomposition; the second makes one, and all later ones use it.
    """
    name = "gradient_descent_mse_ensemble"
    require_rate(name, learning_rate)
    y_train = as_array(name, "y_train", y_train)
    axes = output_axes(name, y_train.shape, trace_axes)
    prepare = partial(axes.gram, _TRAIN)
    kernels = EnsembleKernels(name, kernel_fn, x_train, kernel_fn_train_train_kwargs, prepare)
    grams: dict[str, TrainingGram] = {}

    def gram_of(kernel, matrix):
        if kernel in grams:
            return grams[kernel]
        block = matrix.shape[0] // y_train.shape[0]
        gram = TrainingGram(name, _TRAIN, matrix, diag_reg, diag_reg_absolute_scale, block=block)
        if is_known(gram.matrix):
            grams[kernel] = gram
        return gram

    def predict_fn(t=None, x_test=None, get=None, compute_cov=False, **kernel_fn_test_test_kwargs):
        """Mean, or mean and covariance, as `gradient_descent_mse_ensemble` documents them."""
        wanted = as_get(name, get, ("nngp", "ntk"))
        needed = ("nngp", "ntk") if compute_cov and "ntk" in wanted else wanted
        train = kernels.of_training_points(needed)
        dtype = train[needed[0]].dtype
        lead, tau = as_tau(name, t, learning_rate / y_train.size, dtype)
        targets = axes.columns(y_train.astype(dtype))
        if x_test is not None:
            arrays = kernels.of_test_points(x_test, needed, kernel_fn_test_test_kwargs)
            cross = {kernel: axes.cross("kernel_fn(x_test, x_train)", arrays[kernel], dtype) for kernel in needed}
            kept = cross[needed[0]][1]
            spread = {kernel: matrix for kernel, (matrix, _) in cross.items()}
            start = kernels.spread_of_test_points(x_test, kernel_fn_test_test_kwargs) if compute_cov else None
            start = start if start is None else axes.test_gram("kernel_fn(x_test, None)", start, kept, dtype)
        results = {}
        for kernel in wanted:
            gram = gram_of(kernel, train[kernel])
            if tau is not None:
                warn_of_rate(name, learning_rate, gram, y_train.size)
            if x_test is None:
                kept = axes.kept
                moments = partial(_at_training_points, kernel, gram, targets, train.get("nngp"), compute_cov)
            else:
                moments = partial(_at_test_points, kernel, gram, targets, spread, train.get("nngp"), start)
            mean, covariance = over_times(lead, tau, moments)
            mean = axes.outputs(mean, kept)
            results[kernel] = mean if covariance is None else Gaussian(mean, paired(covariance, kept, kept))
        return named(get, results)

    return predict_fn


def _at_test_points(kernel, gram, targets, cross, spread, start, at):
    """Mean and covariance at one time; the covariance is None where `start` is."""
    if start is None:
        return cross[kernel] @ gram.gains((at, targets))[0], None
    if kernel == "nngp":
        # (1 - e)² + 2 e (1 - e) = 1 - e²: what is known of the outputs grows twice as fast as their mean.
        summed, response = gram.gains((at, targets), (None if at is None else 2 * at, cross["nngp"].T))
        return cross["nngp"] @ summed, conditioned(start, cross["nngp"], response)
    # The mean is H y with H = response^T.
    (response,) = gram.gains((at, cross["ntk"].T))
    return response.T @ targets, carried(start, cross["nngp"], spread, response)


def _at_training_points(kernel, gram, targets, spread, compute_cov, at):
    """Mean and covariance at one time; the covariance is None unless compute_cov."""
    if at is None and gram.is_regular():
        return targets, jnp.zeros_like(gram.matrix) if compute_cov else None
    of, at = gram.spectrum(), jnp.asarray(jnp.inf, targets.dtype) if at is None else at
    mean = moved(of, at, targets)
    if not compute_cov:
        return mean, None
    if kernel == "nngp":
        left = decay(of, 2 * at, gram.matrix)
    else:
        left = decay(of, at, decay(of, at, spread).T)
    return mean, 0.5 * (left + left.T)
