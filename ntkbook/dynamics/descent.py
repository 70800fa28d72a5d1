"""Full-batch gradient descent in finite steps."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ntkbook.dynamics.path import Loss, Params, Path, record
from ntkbook.dynamics.velocity import parameter_velocity, training_data
from ntkbook.losses import mse

__all__ = ["gradient_descent"]


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
    x, y = training_data("gradient_descent", apply_fn, params, x, y, learning_rate, loss)
    if steps < 1 or record_every < 1 or steps % record_every:
        raise ValueError(
            f"gradient_descent: steps must be a positive multiple of record_every, got steps={steps} and "
            f"record_every={record_every}."
        )
    return _descent(apply_fn, loss, steps // record_every, record_every, params, x, y, learning_rate)


@partial(jax.jit, static_argnames=("apply_fn", "loss", "blocks", "record_every"))
def _descent(apply_fn, loss, blocks, record_every, params, x, y, learning_rate):
    def step(theta, _):
        return jax.tree.map(jnp.add, theta, parameter_velocity(apply_fn, loss, theta, x, y, learning_rate)), None

    def block(theta, _):
        theta, _ = jax.lax.scan(step, theta, length=record_every)
        return theta, theta

    _, later = jax.lax.scan(block, params, length=blocks)
    theta = jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), params, later)
    times = record_every * learning_rate * jnp.arange(blocks + 1).astype(y.dtype)
    return record(times, theta, jax.lax.map(lambda p: apply_fn(p, x), theta), y, loss)
