"""Means of independent draws, measured: how large their error is, and how far from Gaussian it is.

The laws have mean 0 and variance 1, so that the mean of n draws, times sqrt(n), is the rescaled mean Z.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
from jax import Array

from ntkbook.experiments.estimate import Estimate
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep


@dataclass(frozen=True)
class Law:
    """A law of mean 0 and variance 1.

    Fields:
      draw: (key, n) -> n independent draws.
      skewness, kurtosis: third moment, and fourth moment less 3.
    """

    draw: Callable[[Array, int], Array]
    skewness: float
    kurtosis: float


LAWS = {
    "exponential": Law(lambda key, n: jax.random.exponential(key, (n,)) - 1, 2.0, 6.0),
    "uniform": Law(lambda key, n: jax.random.uniform(key, (n,), minval=-(3**0.5), maxval=3**0.5), 0.0, -1.2),
    "coin": Law(lambda key, n: 2.0 * jax.random.bernoulli(key, 0.5, (n,)) - 1, 0.0, -2.0),
}
"""Waiting times, skewed; numbers of an interval; heads or tails."""


def mean_error(law: str, counts: Sequence[int], seeds: int) -> Sweep:
    """The error of the mean of n draws, for each n of `counts`; predicted rms: n^(-1/2) exactly.

    Args:
      law: one of `LAWS`.
      counts: numbers of draws, increasing.
      seeds: repetitions at each.
    """
    return sweep(_mean_of(law), counts, seeds)


def rescaled_mean(law: str, counts: Sequence[int], seeds: int) -> Sweep:
    """Z = sqrt(n) times the error; predicted variance 1, skewness gamma/sqrt(n), excess kurtosis kappa/n."""
    errors = mean_error(law, counts, seeds)
    scale = jnp.sqrt(jnp.asarray(errors.widths, float))[:, None]
    return Sweep(errors.widths, errors.samples * jax.device_get(scale))


def distance_from_gaussian(law: str, counts: Sequence[int], seeds: int) -> Estimate:
    """|E sin(Z)| for each n: 0 for a Gaussian, of order n^(-1/2) for a skewed law."""
    measured = rescaled_mean(law, counts, seeds)
    means = Sweep(measured.widths, jax.device_get(jnp.sin(measured.samples))).mean()
    return Estimate(abs(means.value), means.standard_error, means.dof)


@cache
def _mean_of(law):
    if law not in LAWS:
        raise ValueError(f"there is no law {law!r}; choose from {', '.join(LAWS)}.")
    return lambda key, n: LAWS[law].draw(key, n).mean()
