r"""Training to the end, or to any time, in closed form: the names and conventions of neural-tangents' `predict`.

    predict_fn = predict.gradient_descent_mse(k_train_train, y_train)
    fx_train, fx_test = predict_fn(t, fx_train_0, fx_test_0, k_test_train)

    predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, x_train, y_train)
    mean, covariance = predict_fn(t, x_test, "ntk", compute_cov=True)

  gradient_descent_mse           one network with a constant kernel, squared error, closed form
  gradient_descent_mse_ensemble  mean and covariance of infinitely many networks, closed form
  gradient_descent               any loss, by an ODE solver; momentum
  gp_inference                   mean and covariance from kernels alone, at infinite time
  kernel_regression              ridge regression by Cholesky, not in neural-tangents
  max_learning_rate              the largest step of gradient descent

The unit of time. One t is one step of gradient descent with `learning_rate`, followed as a flow. The closed forms
take the mean over all N k entries of the targets, the book's loss the mean over the N samples:

  loss                            here                flow                             largest step
  ½ mean (f - y)², 1/(2Nk) Σ      closed forms        df/dt = -η/(Nk) Θ (f - y)        2Nk/λ_max
  `losses.mse`, 1/(2N) Σ          t → k t             df/dt = -(η/N) Θ (f - y)         2N/λ_max
  `losses.half_sum_of_squares`    t → N k t           df/dt = -η Θ (f - y)             2/λ_max

With one output the first two lines agree. A network trained with another loss, or in steps past the largest, is not
what these functions predict. Θ is the kernel with respect to the parameters as they are trained: that of
`ntkbook.stax` belongs to the NTK parametrization.

Shapes. Targets are (N, k). A kernel (N, N) acts on each of the k outputs alike (`trace_axes=(-1,)`, the default);
blocks (N, N, k, k), as from `empirical.ntk(..., trace_axes=())`, ask for `trace_axes=()`. Results have the dtype of
the kernel: float32 keeps about 5 digits, less the digits of the condition number; take float64 for singular or
nearly singular kernels.

`dynamics` holds the flows and the descent of finite networks; its `gradient_descent` takes finite steps of the
parameters, whereas `predict.gradient_descent` follows outputs under a constant kernel.
"""

from ntkbook.predict.ensemble import gradient_descent_mse_ensemble
from ntkbook.predict.gp import gp_inference
from ntkbook.predict.mse import gradient_descent_mse
from ntkbook.predict.ode import ODEState, gradient_descent
from ntkbook.predict.records import Gaussian
from ntkbook.predict.regression import kernel_regression
from ntkbook.predict.stability import max_learning_rate

__all__ = [
    "Gaussian",
    "ODEState",
    "gp_inference",
    "gradient_descent",
    "gradient_descent_mse",
    "gradient_descent_mse_ensemble",
    "kernel_regression",
    "max_learning_rate",
]
