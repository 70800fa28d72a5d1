"""Gradient flow, in the parameters of a network and in the outputs under a constant kernel."""

from collections.abc import Callable
from functools import partial

import jax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from ntkbook.dynamics.integrate import check_reached, common_dtype, integrate, tolerances
from ntkbook.dynamics.path import Loss, Params, Path, record
from ntkbook.dynamics.velocity import apply_kernel, parameter_velocity, training_data
from ntkbook.empirical import flatten
from ntkbook.losses import mse
from ntkbook.preconditions import as_floating, as_inputs, as_kernel, as_targets, as_times

__all__ = ["gradient_flow", "kernel_gradient_flow"]


def gradient_flow(
    apply_fn: Callable,
    params: Params,
    x: Float[Array, "N ..."],
    y: Float[Array, "N ..."],
    times: Float[Array, " T"],
    *,
    learning_rate: float = 1.0,
    loss: Loss = mse,
    rtol: float | None = None,
    atol: float | None = None,
    max_steps: int = 100_000,
) -> Path:
    r"""Integrates dθ/dt = −η ∇L(θ) from t = 0 and records the path.

    Args:
      apply_fn, params: the network and its parameters at t = 0.
      x, y: training inputs and targets; y is shaped as the outputs.
      times: when to record; increasing, not negative. Integers will do.
      learning_rate: η > 0.
      loss: `loss(outputs, targets)`.
      rtol, atol: tolerances of a step; default 1e-10 and 1e-12 in float64, 1e-5 and 1e-6 in float32.
      max_steps: gives up with an error past this number of steps (a stiff problem, or one that runs away).
    Returns: a `Path`.
    Raises: TypeError: apply_fn is no function. ValueError: lengths that do not match, NaN or infinity in
      params, x, y or times, labels that the loss refuses, a loss that is not one number, learning_rate not
      positive, times that do not increase. RuntimeError: max_steps are not enough. Under a JAX transformation
      what depends on numbers cannot be raised; times that were not reached then hold inf.
    Accuracy: with the default tolerances, 1e-9 against the closed form of a linear model in float64, 1e-4
      in float32.
    Source: the solver is the method of order 8 of Dormand and Prince (Hairer et al. 1993), by diffrax,
      stepping exactly onto `times`.
    """
    x, y = training_data("gradient_flow", apply_fn, params, x, y, learning_rate, loss)
    times = as_times("gradient_flow", times, common_dtype(params))
    rtol, atol = tolerances(params, rtol, atol)
    path, reached = _flow(apply_fn, loss, max_steps, params, x, y, times, learning_rate, rtol, atol)
    check_reached("gradient_flow", reached, max_steps)
    return path


def kernel_gradient_flow(
    kernel_matrix: Float[Array, "N N ..."],
    outputs0: Float[Array, "N ..."],
    y: Float[Array, "N ..."],
    times: Float[Array, " T"],
    *,
    learning_rate: float = 1.0,
    loss: Loss = mse,
    rtol: float | None = None,
    atol: float | None = None,
    max_steps: int = 100_000,
) -> Path:
    r"""Integrates df/dt = −η Θ ∂L/∂f with a constant kernel, for any loss.

    Args:
      kernel_matrix: shape (N, N), which acts on each output alike, or blocks (N, N, k, k) as from
        `ntk(..., trace_axes=())`. Symmetric and positive semidefinite, as every tangent kernel is.
      outputs0: the outputs at t = 0, shape (N,) or (N, k).
      y, times, learning_rate, loss, rtol, atol, max_steps: as for `gradient_flow`.
    Returns: a `Path` whose `params` is None.
    Raises: as `gradient_flow`; ValueError: a kernel matrix of another shape, with NaN or infinity, not
      symmetric (by more than 1000 eps of its largest entry), or with an eigenvalue below -sqrt(eps) times the
      largest: -1.5e-8 in float64, -3.5e-4 in float32. Rounding stays above.
    Accuracy: with the default tolerances, 1e-9 against the matrix exponential in float64, 1e-4 in float32.
    """
    name = "kernel_gradient_flow"
    outputs0 = as_inputs(name, "outputs0", outputs0)
    outputs0 = as_floating(name, "outputs0", outputs0, float)
    y = as_targets(name, y, outputs0, loss, learning_rate)
    times = as_times(name, times, outputs0.dtype)
    kernel_matrix = as_kernel(name, kernel_matrix, outputs0)
    rtol, atol = tolerances(outputs0, rtol, atol)
    path, reached = _kernel_flow(loss, max_steps, kernel_matrix, outputs0, y, times, learning_rate, rtol, atol)
    check_reached(name, reached, max_steps)
    return path


@partial(jax.jit, static_argnames=("apply_fn", "loss", "max_steps"))
def _flow(apply_fn, loss, max_steps, params, x, y, times, learning_rate, rtol, atol):
    # One flat vector: diffrax accepts no None in its state, and a layer without bias has one.
    flat_apply_fn, start = flatten(apply_fn, params)

    def velocity(theta):
        return parameter_velocity(flat_apply_fn, loss, theta, x, y, learning_rate)

    flat_path, reached = integrate(velocity, start, times, rtol, atol, max_steps)
    theta = jax.vmap(ravel_pytree(params)[1])(flat_path)
    return record(times, theta, jax.lax.map(lambda p: apply_fn(p, x), theta), y, loss), reached


@partial(jax.jit, static_argnames=("loss", "max_steps"))
def _kernel_flow(loss, max_steps, kernel_matrix, outputs0, y, times, learning_rate, rtol, atol):
    def velocity(outputs):
        return -learning_rate * apply_kernel(kernel_matrix, jax.grad(loss)(outputs, y))

    outputs, reached = integrate(velocity, outputs0, times, rtol, atol, max_steps)
    return record(times, None, outputs, y, loss), reached
