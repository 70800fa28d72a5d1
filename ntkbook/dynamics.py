"""Training in continuous and in discrete time, followed in the parameters and in the outputs.

Gradient flow moves the parameters along minus the gradient of the loss; the outputs then obey an equation
of their own, in which only the tangent kernel remembers the network:

  parameters   dθ/dt   = −η ∇_θ L
  outputs      df_i/dt = −η Σ_j Θ_ij ∂L/∂f_j

`output_velocity` and `kernel_velocity` compute the two sides of the second line by separate roads.

Conventions: losses are functions of (outputs, targets), by default `losses.mse`, with 1/(2N). Outputs are
(N,) or (N, k) and targets have the same shape. η is `learning_rate`; it only rescales time.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import diffrax
import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from ntkbook.empirical import flatten, ntk
from ntkbook.losses import mse
from ntkbook.preconditions import (
    as_floating,
    as_inputs,
    as_kernel,
    as_targets,
    as_times,
    is_known,
    require_finite,
    require_function,
)

__all__ = ["Path", "gradient_descent", "gradient_flow", "kernel_gradient_flow", "kernel_velocity", "output_velocity"]

Params = Any
Loss = Callable[[Array, Array], Array]


class Path(NamedTuple):
    """A training run, recorded at T times.

    Fields:
      times: shape (T,).
      params: pytree like the network's parameters, each leaf with a leading axis of T. `None` where the
        outputs were followed without parameters.
      outputs: at the training inputs, shape (T, N) or (T, N, k).
      loss: shape (T,).
    """

    times: Float[Array, " T"]
    params: Params
    outputs: Float[Array, "T N ..."]
    loss: Float[Array, " T"]


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
    x, y = _training_data("gradient_flow", apply_fn, params, x, y, learning_rate, loss)
    times = as_times("gradient_flow", times, _common_dtype(params))
    tolerances = _tolerances(params, rtol, atol)
    path, reached = _flow(apply_fn, loss, max_steps, params, x, y, times, learning_rate, *tolerances)
    _check_reached("gradient_flow", reached, max_steps)
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
    tolerances = _tolerances(outputs0, rtol, atol)
    path, reached = _kernel_flow(loss, max_steps, kernel_matrix, outputs0, y, times, learning_rate, *tolerances)
    _check_reached(name, reached, max_steps)
    return path


def gradient_descent(
    apply_fn: Callable,
    params: Params,
    x: Float[Array, "N ..."],
    y: Float[Array, "N ..."],
    steps: int,
    *,
    learning_rate: float,
    loss: Loss = mse,
    record_every: int = 1,
) -> Path:
    r"""Full-batch gradient descent θ ← θ − η ∇L(θ), recorded every `record_every` steps.

    After s steps it stands near the gradient flow of learning_rate=1.0 at time sη, at a distance O(η); so
    `times` is in that unit. On a model that is linear in its parameters, with `mse` and a kernel of largest
    eigenvalue λ, every residual in the range of Θ decays if and only if η < 2N/λ. A larger step is no error: a
    network may survive it, and if the path runs away it says inf or NaN.

    Args:
      apply_fn, params, x, y, loss: as for `gradient_flow`.
      steps: number of steps, a multiple of `record_every`.
      learning_rate: η > 0.
    Returns: a `Path` with T = steps / record_every + 1 and times 0, η record_every, ..., η steps.
    Raises: ValueError: as `gradient_flow`; steps or record_every below 1, or steps no multiple of
      record_every.
    """
    x, y = _training_data("gradient_descent", apply_fn, params, x, y, learning_rate, loss)
    if steps < 1 or record_every < 1 or steps % record_every:
        raise ValueError(
            f"gradient_descent: steps must be a positive multiple of record_every, got steps={steps} and "
            f"record_every={record_every}."
        )
    return _descent(apply_fn, loss, steps // record_every, record_every, params, x, y, learning_rate)


def output_velocity(
    apply_fn: Callable,
    params: Params,
    x: Float[Array, "N ..."],
    y: Float[Array, "N ..."],
    *,
    x_test: Float[Array, "M ..."] | None = None,
    learning_rate: float = 1.0,
    loss: Loss = mse,
) -> Float[Array, "M ..."]:
    r"""How fast the outputs move under gradient flow, by the chain rule through the parameters.

    The Jacobian-vector product of the network along dθ/dt = −η ∇_θ L. No kernel is formed.

    Args:
      x, y: the training data, which give the loss.
      x_test: the inputs whose outputs are watched; None for the training inputs.
    Returns: df/dt, shaped as `apply_fn(params, x_test)`. Along a `Path`, `jax.vmap` over `path.params`.
    Raises: ValueError: as `gradient_flow`.
    Accuracy: agrees with `kernel_velocity` to 1e-12 of the largest entry in float64, 1e-4 in float32.
    """
    x, y = _training_data("output_velocity", apply_fn, params, x, y, learning_rate, loss)
    watched = x if x_test is None else as_inputs("output_velocity", "x_test", x_test)
    return _output_velocity(apply_fn, loss, params, x, y, watched, learning_rate)


def kernel_velocity(
    apply_fn: Callable,
    params: Params,
    x: Float[Array, "N ..."],
    y: Float[Array, "N ..."],
    *,
    x_test: Float[Array, "M ..."] | None = None,
    learning_rate: float = 1.0,
    loss: Loss = mse,
    method: str = "jacobian",
) -> Float[Array, "M ..."]:
    r"""How fast the outputs move under gradient flow, by the tangent kernel: −η Σ_j Θ(x_i, x_j) ∂L/∂f_j.

    Args: as for `output_velocity`; `method` as for `ntk`.
    Returns: df/dt, shaped as `apply_fn(params, x_test)`.
    Raises: ValueError: as `gradient_flow`; an unknown method.
    Accuracy: agrees with `output_velocity` to 1e-12 of the largest entry in float64, 1e-4 in float32.
    """
    x, y = _training_data("kernel_velocity", apply_fn, params, x, y, learning_rate, loss)
    watched = x if x_test is None else as_inputs("kernel_velocity", "x_test", x_test)
    slope = jax.grad(loss)(apply_fn(params, x), y)
    blocks = ntk(apply_fn, params, watched, x, method=method, trace_axes=())
    return -learning_rate * _apply_kernel(blocks, slope)


def _apply_kernel(kernel, slope):
    """Σ_jb Θ[i, j, a, b] slope[j, b], or Σ_j Θ[i, j] slope[j] where the kernel has no output axes."""
    return jnp.tensordot(kernel, slope, 1) if kernel.ndim == 2 else jnp.einsum("ijab,jb->ia", kernel, slope)


@partial(jax.jit, static_argnames=("apply_fn", "loss"))
def _output_velocity(apply_fn, loss, params, x, y, watched, learning_rate):
    direction = _parameter_velocity(apply_fn, loss, params, x, y, learning_rate)
    return jax.jvp(lambda p: apply_fn(p, watched), (params,), (direction,))[1]


def _parameter_velocity(apply_fn, loss, params, x, y, learning_rate):
    gradient = jax.grad(lambda p: loss(apply_fn(p, x), y))(params)
    return jax.tree.map(lambda slope: -learning_rate * slope, gradient)


@partial(jax.jit, static_argnames=("apply_fn", "loss", "max_steps"))
def _flow(apply_fn, loss, max_steps, params, x, y, times, learning_rate, rtol, atol):
    # One flat vector: diffrax accepts no None in its state, and a layer without bias has one.
    flat_apply_fn, start = flatten(apply_fn, params)

    def velocity(theta):
        return _parameter_velocity(flat_apply_fn, loss, theta, x, y, learning_rate)

    flat_path, reached = _integrate(velocity, start, times, rtol, atol, max_steps)
    theta = jax.vmap(ravel_pytree(params)[1])(flat_path)
    return _record(times, theta, jax.lax.map(lambda p: apply_fn(p, x), theta), y, loss), reached


@partial(jax.jit, static_argnames=("loss", "max_steps"))
def _kernel_flow(loss, max_steps, kernel_matrix, outputs0, y, times, learning_rate, rtol, atol):
    def velocity(outputs):
        return -learning_rate * _apply_kernel(kernel_matrix, jax.grad(loss)(outputs, y))

    outputs, reached = _integrate(velocity, outputs0, times, rtol, atol, max_steps)
    return _record(times, None, outputs, y, loss), reached


@partial(jax.jit, static_argnames=("apply_fn", "loss", "blocks", "record_every"))
def _descent(apply_fn, loss, blocks, record_every, params, x, y, learning_rate):
    def step(theta, _):
        return jax.tree.map(jnp.add, theta, _parameter_velocity(apply_fn, loss, theta, x, y, learning_rate)), None

    def block(theta, _):
        theta, _ = jax.lax.scan(step, theta, length=record_every)
        return theta, theta

    _, later = jax.lax.scan(block, params, length=blocks)
    theta = jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), params, later)
    times = record_every * learning_rate * jnp.arange(blocks + 1).astype(y.dtype)
    return _record(times, theta, jax.lax.map(lambda p: apply_fn(p, x), theta), y, loss)


def _integrate(velocity, start, times, rtol, atol, max_steps):
    controller = diffrax.ClipStepSizeController(diffrax.PIDController(rtol=rtol, atol=atol), step_ts=times)
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, state, args: velocity(state)),
        diffrax.Dopri8(),
        t0=0.0,
        t1=times[-1],
        dt0=None,
        y0=start,
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=controller,
        max_steps=max_steps,
        throw=False,
    )
    return solution.ys, solution.result == diffrax.RESULTS.successful


def _record(times, theta, outputs, y, loss):
    return Path(times, theta, outputs, jax.vmap(lambda f: loss(f, y))(outputs))


def _common_dtype(tree):
    return jnp.result_type(*jax.tree.leaves(tree))


def _tolerances(state, rtol, atol):
    double = _common_dtype(state) == jnp.float64
    return (1e-10 if double else 1e-5) if rtol is None else rtol, (1e-12 if double else 1e-6) if atol is None else atol


def _training_data(name, apply_fn, params, x, y, learning_rate, loss):
    """The inputs and targets as arrays, once everything that gives the loss is in order."""
    require_function(name, apply_fn)
    require_finite(name, "params", params)
    x = as_inputs(name, "x", x)
    return x, as_targets(name, y, jax.eval_shape(apply_fn, params, x), loss, learning_rate)


def _check_reached(name, reached, max_steps):
    if is_known(reached) and not reached:
        raise RuntimeError(
            f"{name}: the solver did not reach the last time within max_steps={max_steps}. Ask for earlier "
            "times, allow more steps or a larger rtol, and look for a loss that runs away."
        )
