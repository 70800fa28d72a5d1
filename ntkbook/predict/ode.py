"""Gradient flow of the outputs for any loss, with test points and momentum, by an ODE solver."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ntkbook.dynamics.integrate import integrate, tolerances
from ntkbook.preconditions import is_known
from ntkbook.predict.axes import as_array, output_axes
from ntkbook.predict.gram import TrainingGram
from ntkbook.predict.mse import require_some_outputs
from ntkbook.predict.times import as_tau, require_rate

__all__ = ["ODEState", "gradient_descent"]


class ODEState(NamedTuple):
    """Outputs and their velocities; what is absent is None.

    Fields:
      fx_train, fx_test: outputs, (N, k) and (M, k), after the axes of the times.
      qx_train, qx_test: their velocities under momentum, of the same shapes.
    """

    fx_train: Any = None
    fx_test: Any = None
    qx_train: Any = None
    qx_test: Any = None


def gradient_descent(
    loss: Callable[[Array, Array], Array],
    k_train_train: Array,
    y_train: Array,
    learning_rate: float = 1.0,
    momentum: float | None = None,
    trace_axes: tuple[int, ...] = (-1,),
    *,
    max_steps: int = 100_000,
) -> Callable[..., Any]:
    r"""Outputs at time t under gradient flow on any loss, with the kernel constant.

    $$\frac{df}{dt} = -\eta\,\Theta\,\nabla_f L(f, y), \qquad \frac{df_*}{dt} = -\eta\,\Theta_{*}\nabla_f L(f, y)$$

    Convention: that of neural-tangents; t is in steps of gradient descent with this rate. The loss is taken as it is:
    `losses.mse`, with 1/(2N), gives the book's clock, and 1/(2Nk) that of `gradient_descent_mse`. With momentum m the
    outputs obey $\ddot f = -\Theta\nabla_f L - \frac{1 - m}{\sqrt\eta}\dot f$ in the time $\sqrt\eta\,t$.

    Args:
      loss: `loss(outputs, targets)`, one number.
      k_train_train: kernel of the training points, (N, N), or with `trace_axes=()` blocks (N, N, k, k).
      y_train: targets; of any shape that the loss and the kernel take, as a rule (N, k).
      learning_rate: η > 0.
      momentum: m of heavy-ball momentum, in [0, 1); None for plain gradient flow.
      trace_axes: as for `gradient_descent_mse`.
      max_steps: gives up with an error past this number of steps of the solver.
    Returns: `predict_fn(t=None, fx_train_or_state_0=0.0, fx_test_0=None, k_test_train=None)`. t is a number, an
      increasing array, or None for where the flow comes to rest. Returns what `gradient_descent_mse` returns, or an
      `ODEState` where one was given, which may carry velocities.
    Raises: ValueError: as `gradient_descent_mse`; a loss that is not one number, times that do not increase, a
      momentum outside [0, 1), velocities without momentum. RuntimeError: max_steps are not enough, or with t=None the
      flow never rests: a logistic loss falls for ever. Under a JAX transformation what depends on numbers cannot be
      raised; times that were not reached then hold inf.
    Accuracy: 1e-9 against the closed form of the squared error in float64, 1e-4 in float32; at rest, as long as the
      modes of the kernel that matter are not slower than 1e-3 of the fastest.
    Source: the method of order 8 of Dormand and Prince, by diffrax, as in `dynamics`.
    """
    name = "gradient_descent"
    require_rate(name, learning_rate)
    _require_momentum(name, momentum)
    k_train_train = as_array(name, "k_train_train", k_train_train)
    y_train = as_array(name, "y_train", y_train, k_train_train.dtype)
    axes = output_axes(name, y_train.shape, trace_axes)
    gram = TrainingGram(name, "k_train_train", axes.gram("k_train_train", k_train_train))
    _require_number(name, loss, y_train)
    # A step of descent with momentum is a step of length sqrt(eta) of the second-order equation.
    pace = learning_rate if momentum is None else learning_rate**0.5
    friction = 0.0 if momentum is None else (1 - momentum) / pace

    def loss_of_columns(columns):
        return loss(axes.outputs(columns, axes.kept), y_train)

    # One function object for all calls, so that a second call with the same shapes does not compile again.
    @jax.jit
    def solved(matrix, start, times):
        velocity = _velocity(matrix, loss_of_columns, friction)
        rtol, atol = tolerances(start, None, None)
        if times is None:
            return _at_rest(velocity, start, rtol, atol, max_steps)
        return integrate(velocity, start, times, rtol, atol, max_steps)

    def predict_fn(t=None, fx_train_or_state_0=0.0, fx_test_0=None, k_test_train=None):
        """Outputs at time t, as `gradient_descent` documents them."""
        state = _as_state(name, fx_train_or_state_0, fx_test_0, momentum)
        require_some_outputs(name, state.fx_train, state.fx_test, k_test_train)
        lead, times = _increasing(name, t, pace, gram.matrix.dtype)
        matrix, kept = gram.matrix, None
        if state.fx_test is not None:
            cross, kept = axes.cross("k_test_train", k_test_train, matrix.dtype)
            matrix = jnp.concatenate([matrix, cross])

        def stacked(train, test):
            parts = [axes.start("fx_train_0", 0.0 if train is None else train, axes.kept, matrix.dtype)]
            if kept is not None:
                parts.append(axes.start("fx_test_0", 0.0 if test is None else test, kept, matrix.dtype))
            return jnp.concatenate(parts)

        start = [stacked(state.fx_train, state.fx_test)]
        if momentum is not None:
            start.append(stacked(state.qx_train, state.qx_test))
        path, arrived = solved(matrix, tuple(start), times)
        _check_arrived(name, arrived, times is None, max_steps)
        split = [_split(axes, part, lead, kept) for part in path]
        if isinstance(fx_train_or_state_0, ODEState):
            return ODEState(*split[0], *(split[1] if momentum is not None else ()))
        fx_train, fx_test = split[0]
        return fx_train if fx_test is None else fx_test if fx_train_or_state_0 is None else (fx_train, fx_test)

    return predict_fn


def _require_momentum(name, momentum):
    if momentum is not None and not 0 <= momentum < 1:
        raise ValueError(f"{name}: momentum must be at least 0 and below 1, or None, got {momentum}.")


def _require_number(name, loss, y_train):
    shape = jax.eval_shape(lambda f: loss(f, y_train), y_train).shape
    if shape:
        raise ValueError(f"{name}: loss must return one number, got shape {shape}. Take its mean or sum.")


def _as_state(name, fx_train_or_state_0, fx_test_0, momentum):
    if not isinstance(fx_train_or_state_0, ODEState):
        return ODEState(fx_train_or_state_0, fx_test_0)
    if fx_test_0 is not None:
        raise ValueError(f"{name}: an ODEState holds fx_test itself; pass fx_test_0=None beside it.")
    state = fx_train_or_state_0
    if momentum is None and not (state.qx_train is None and state.qx_test is None):
        raise ValueError(f"{name}: the ODEState holds velocities, but momentum is None. Pass momentum.")
    return state


def _increasing(name, t, pace, dtype):
    """The shape of t, and the times as an increasing vector in the clock of the equation; None at infinity."""
    lead, times = as_tau(name, t, pace, dtype)
    if times is not None and is_known(times):
        entries = np.asarray(times)
        if not np.isfinite(entries).all():
            raise ValueError(f"{name}: t must be finite numbers, or None for where the flow comes to rest, got {t}.")
        if not (np.diff(entries) > 0).all():
            raise ValueError(f"{name}: t must increase strictly. Sort the times, and name each once.")
    return lead, times


def _velocity(matrix, loss_of_columns, friction):
    """The time derivative of (outputs,), or of (outputs, velocities), of the training points and then the test ones."""
    train = slice(0, matrix.shape[1])

    def velocity(state):
        force = -(matrix @ jax.grad(loss_of_columns)(state[0][train]))
        return (force,) if len(state) == 1 else (state[1], force - friction * state[1])

    return velocity


def _check_arrived(name, arrived, at_rest, max_steps):
    if is_known(arrived) and not arrived:
        raise RuntimeError(
            f"{name}: the flow did not {'come to rest' if at_rest else 'reach the last time'} within "
            f"max_steps={max_steps}. Ask for earlier times or allow more steps, and look for a loss without minimum "
            "(as the logistic loss) or one that runs away."
        )


def _at_rest(velocity, start, rtol, atol, max_steps):
    import diffrax  # takes a second, which not every page needs

    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, state, args: velocity(state)),
        diffrax.Dopri8(),
        t0=0.0,
        t1=jnp.inf,
        dt0=None,
        y0=start,
        stepsize_controller=diffrax.PIDController(rtol=rtol, atol=atol),
        event=diffrax.Event(diffrax.steady_state_event(rtol=rtol, atol=atol)),
        max_steps=max_steps,
        throw=False,
    )
    return solution.ys, solution.result == diffrax.RESULTS.event_occurred


def _split(axes, path, lead, kept_test):
    """Columns (T, n + m, r) as outputs at the training points and at the test points, with the axes of t in front."""
    path = path.reshape((*lead, *path.shape[1:]))
    n = math.prod(axes.kept)
    fx_train = axes.outputs(path[..., :n, :], axes.kept)
    return fx_train, None if kept_test is None else axes.outputs(path[..., n:, :], kept_test)
