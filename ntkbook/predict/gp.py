"""Predictions at infinite time, from kernels alone: Bayesian networks and infinite ensembles."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import Array

from ntkbook.predict.axes import as_array, output_axes, paired
from ntkbook.predict.covariance import carried, conditioned
from ntkbook.predict.gram import TrainingGram
from ntkbook.predict.records import Gaussian, as_get, field, named

__all__ = ["gp_inference"]

_NAME = "gp_inference"


def gp_inference(
    k_train_train: Any,
    y_train: Array,
    diag_reg: float = 0.0,
    diag_reg_absolute_scale: bool = False,
    trace_axes: tuple[int, ...] = (-1,),
) -> Callable[..., Any]:
    r"""Mean and covariance of outputs at test points, from Gaussian conditioning or after infinite training.

    $$\mu = k_{*} K^{-1} y, \qquad
      C_{\mathrm{nngp}} = \Sigma_{**} - \Sigma_{*} \Sigma^{-1} \Sigma_{*}^\top, \qquad
      C_{\mathrm{ntk}} = \Sigma_{**} + H \Sigma H^\top - H \Sigma_{*}^\top - \Sigma_{*} H^\top, \quad
      H = \Theta_{*}\Theta^{-1}$$

    `"nngp"` is the posterior of a Bayesian network of infinite width, K = Σ. `"ntk"` is the ensemble of networks of
    infinite width, each trained to the end by gradient flow, K = Θ; its spread is that at initialization, carried
    along. `"ntkgp"` is the posterior of a Gaussian process whose covariance is Θ.

    Convention: that of neural-tangents. The targets carry no noise except diag_reg, which is added to K alone.

    Args:
      k_train_train: kernel of the training points: an array (N, N), or (N, N, k, k) with `trace_axes=()`, or a record
        with the fields `nngp` and `ntk`, as from `kernel_fn(x_train, None, ("nngp", "ntk"))`.
      y_train: targets, (N, k).
      diag_reg, diag_reg_absolute_scale, trace_axes: as for `gradient_descent_mse`.
    Returns: `predict_fn(get=None, k_test_train=None, k_test_test=None)`. get is "nngp", "ntk", "ntkgp", or a tuple,
      and None for ("nngp", "ntk"); a tuple gives a named tuple with these fields. k_test_train is an array (M, N) or
      a record; k_test_test is (M, M), the nngp (for "ntkgp" the ntk), or a record, and None for the mean alone. With
      it a result is a `Gaussian`. k_test_train=None asks for the training points, which are fitted exactly.
    Raises: ValueError: a singular kernel (the message names the rows), a record that lacks a kernel needed, shapes
      that do not fit, NaN or infinity. Under jit a singular kernel cannot be raised; it leaves NaN.
    Accuracy: N eps times the condition number of K.
    Source: Lee et al. 2019, equations 13, 15 and 16; "ntkgp": He, Lakshminarayanan and Teh 2020.
    """
    inference = _Inference(k_train_train, y_train, diag_reg, diag_reg_absolute_scale, trace_axes)

    def predict_fn(get=None, k_test_train=None, k_test_test=None):
        """Mean, or mean and covariance, as `gp_inference` documents them."""
        wanted = as_get(_NAME, get, ("nngp", "ntk", "ntkgp"))
        if k_test_train is None:
            return named(get, {one: inference.on_training_points(one, k_test_test is not None) for one in wanted})
        return named(get, {one: inference.on_test_points(one, k_test_train, k_test_test) for one in wanted})

    return predict_fn


class _Inference:
    """The training kernels of one prediction function, each factorized when it is first needed."""

    def __init__(self, k_train_train, y_train, diag_reg, absolute, trace_axes):
        self._record, self._regularizer = k_train_train, (diag_reg, absolute)
        first = field(_NAME, "k_train_train", k_train_train, _pick(getattr(k_train_train, "ntk", None) is not None))
        self._dtype = as_array(_NAME, "k_train_train", first).dtype
        self._y_train = as_array(_NAME, "y_train", y_train, self._dtype)
        self._axes = output_axes(_NAME, self._y_train.shape, trace_axes)
        self._grams = {}

    def on_training_points(self, get, compute_cov):
        if not compute_cov:
            return self._y_train
        zero = jnp.zeros_like(self._train_train(_pick(get != "nngp")))
        return Gaussian(self._y_train, paired(zero, self._axes.kept, self._axes.kept))

    def on_test_points(self, get, k_test_train, k_test_test):
        axes, gram = self._axes, self._gram(_pick(get != "nngp"))
        cross, kept = self._test_train(k_test_train, _pick(get != "nngp"))
        mean = axes.outputs(cross @ gram.solve(axes.columns(self._y_train)), kept)
        if k_test_test is None:
            return mean
        start = field(_NAME, "k_test_test", k_test_test, _pick(get == "ntkgp"))
        start, response = axes.test_gram("k_test_test", start, kept, self._dtype), gram.solve(cross.T)
        if get == "ntk":
            _require_both(self._record, k_test_train)
            covariance = carried(start, self._test_train(k_test_train, "nngp")[0], self._train_train("nngp"), response)
        else:
            covariance = conditioned(start, cross, response)
        return Gaussian(mean, paired(covariance, kept, kept))

    def _train_train(self, kernel):
        return self._axes.gram("k_train_train", field(_NAME, "k_train_train", self._record, kernel))

    def _test_train(self, kernels, kernel):
        return self._axes.cross("k_test_train", field(_NAME, "k_test_train", kernels, kernel), self._dtype)

    def _gram(self, kernel):
        if kernel not in self._grams:
            matrix = self._train_train(kernel)
            block = matrix.shape[0] // self._y_train.shape[0]
            self._grams[kernel] = TrainingGram(_NAME, "k_train_train", matrix, *self._regularizer, block=block)
        return self._grams[kernel]


def _pick(is_ntk):
    return "ntk" if is_ntk else "nngp"


def _require_both(*records):
    for label, record in zip(("k_train_train", "k_test_train"), records, strict=True):
        if not (hasattr(record, "nngp") and hasattr(record, "ntk")):
            raise ValueError(
                f'{_NAME}: the covariance under "ntk" needs both kernels in {label}, got an array. Pass the record '
                'kernel_fn(..., ("nngp", "ntk")). For a Gaussian process with covariance Θ ask for "ntkgp".'
            )
