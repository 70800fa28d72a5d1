"""The solver behind the flows, by diffrax: its method, its tolerances, and what it says when it gives up."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ntkbook.preconditions import is_known

__all__ = ["check_reached", "common_dtype", "integrate", "tolerances"]


def integrate(
    velocity: Callable[[Any], Any], start: Any, times: Float[Array, " T"], rtol: float, atol: float, max_steps: int
) -> tuple[Any, Array]:
    """The state at each of the increasing times, and whether the last was reached within max_steps.

    Args:
      velocity: the time derivative of a state, from the state; both are pytrees like `start`.
      start: the state at t = 0.
    Source: the method of order 8 of Dormand and Prince (Hairer et al. 1993), stepping exactly onto `times`.
    """
    import diffrax  # takes a second, which not every page needs

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


def common_dtype(tree: Any) -> Any:
    """The dtype of all leaves of a pytree."""
    return jnp.result_type(*jax.tree.leaves(tree))


def tolerances(state: Any, rtol: float | None, atol: float | None) -> tuple[float, float]:
    """Tolerances of a step: what was given, or what suits the precision of the state."""
    double = common_dtype(state) == jnp.float64
    return (1e-10 if double else 1e-5) if rtol is None else rtol, (1e-12 if double else 1e-6) if atol is None else atol


def check_reached(name: str, reached: Any, max_steps: int) -> None:
    """Raises RuntimeError where the solver is known to have given up."""
    if is_known(reached) and not reached:
        raise RuntimeError(
            f"{name}: the solver did not reach the last time within max_steps={max_steps}. Ask for earlier "
            "times, allow more steps or a larger rtol, and look for a loss that runs away."
        )
