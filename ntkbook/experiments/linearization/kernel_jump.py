r"""The kernel at a training point after one linearized jump to the end of training: measured, and as predicted."""

from functools import cache

import jax.numpy as jnp
import numpy as np

from ntkbook import stax
from ntkbook.experiments import Estimate, Sweep, sweep
from ntkbook.experiments.linearization.setting import LABELS, TEST_DEGREES, TRAIN_DEGREES, circle

ROOT = 2**0.5


def coefficients() -> np.ndarray:
    """C = Theta^{-1} y, with the kernel of infinite width and the function at the start subtracted."""
    x = circle(TRAIN_DEGREES)
    kernel_fn = stax.serial(stax.Dense(1, W_std=ROOT), stax.Relu(), stax.Dense(1, W_std=ROOT)).kernel_fn
    return np.linalg.solve(np.asarray(kernel_fn(x, None, "ntk")), LABELS)


def predicted_jump(degree: float, own: float) -> float:
    """The limit of sqrt(n) times the mean change of the kernel at an input, for the rectified linear unit.

    Args:
      degree: the input on the circle.
      own: its own coefficient c, 0 for an input that is not trained on.
    """
    x = np.asarray(circle(TRAIN_DEGREES))
    here = np.asarray(circle([degree]))[0]
    across = np.array([-here[1], here[0]])
    others = np.where(np.isclose(x @ here, 1.0), 0.0, coefficients())
    change = 0.0
    for side in (across, -across):
        pushed = (others * (x @ side > 0) * (x @ here)).sum()
        change += (abs(pushed) - abs(pushed + own)) / 2
    return 2 * ROOT / np.pi * change


def predicted_jumps() -> np.ndarray:
    """At the four training inputs, then at the four others."""
    train = [predicted_jump(degree, own) for degree, own in zip(TRAIN_DEGREES, coefficients(), strict=True)]
    return np.array(train + [predicted_jump(degree, 0.0) for degree in TEST_DEGREES])


@cache
def jump_statistic():
    """(key, width) -> sqrt(n) times the change of Theta(x, x) by units that pass a kink, (8,)."""
    c = jnp.asarray(coefficients())

    def statistic(key, width):
        (W, _), _, (a, _) = stax.serial(stax.Dense(width), stax.Relu(), stax.Dense(1)).init_fn(key, (-1, 2))[1]
        x, watched = circle(TRAIN_DEGREES), circle(TRAIN_DEGREES + TEST_DEGREES)
        readout = a[:, 0]
        # With W_std = sqrt(2) and two inputs the factor of the first layer is 1.
        pushes = ROOT / width**0.5 * readout[:, None] * ((W.T @ x.T > 0).astype(c.dtype) * c[None]) @ x
        before, after = W.T @ watched.T > 0, (W.T + pushes) @ watched.T > 0
        return (
            width**0.5 * 2.0 / width * (readout[:, None] ** 2 * (after.astype(c.dtype) - before.astype(c.dtype))).sum(0)
        )

    return statistic


def kernel_jump(widths=(4096,), seeds: int = 2000) -> Sweep:
    """Draws of sqrt(n) times the change of the kernel on its diagonal by passages of the kink."""
    return sweep(jump_statistic(), widths, seeds)


def extrapolated(means: Estimate) -> Estimate:
    """The value at infinite width from the last two widths, of which one is four times the other.

    It is assumed that the distance to the limit falls as n^(-1/2), so that it halves: 2 m(4n) - m(n).
    """
    wide, narrow = means[-1], means[-2]
    error = np.hypot(2 * wide.standard_error, narrow.standard_error)
    return Estimate(2 * wide.value - narrow.value, error, means.dof)
