"""Draws of a statistic at several widths, and their summaries."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ntkbook.experiments.estimate import Estimate


@dataclass(frozen=True)
class Sweep:
    r"""Independent draws of a statistic at each width.

    Each summary is an `Estimate` of shape (widths, ...). One that is no plain mean is a function of means, and the
    jackknife, which leaves out each seed once, gives its standard error and takes off its bias of order 1 / seeds:

    $$\hat g = m\, g(\bar h) - \tfrac{m - 1}{m} \sum_i g(\bar h_{-i}), \qquad
    \mathrm{se}^2 = \tfrac{m - 1}{m} \sum_i \big( g(\bar h_{-i}) - \overline{g(\bar h_{-\cdot})} \big)^2.$$

    Fields:
      widths: as swept, increasing.
      samples: the draws, shape (widths, seeds, ...), in float64.
    Accuracy: standard errors are right as the number of seeds grows; those of a variance or a kurtosis with heavy
      tails need hundreds.
    Source: Efron 1982, chapters 2 and 3.
    """

    widths: tuple[int, ...]
    samples: Float[np.ndarray, "widths seeds ..."]

    def mean(self) -> Estimate:
        """The mean over seeds, with standard error s / sqrt(seeds)."""
        seeds = self.samples.shape[1]
        return Estimate(self.samples.mean(1), self.samples.std(1, ddof=1) / seeds**0.5, seeds - 1)

    def variance(self) -> Estimate:
        """The variance over seeds, without bias (divided by seeds - 1)."""
        return jackknife(self._centred(), lambda x: (x, x**2), lambda mean, square: square - mean**2)

    def relative_variance(self) -> Estimate:
        """The variance over seeds, divided by the squared mean."""
        centre = self.samples.mean(1, keepdims=True)
        # The shift appears as a moment of its own, so that it has the shape of the means.
        return jackknife(
            self._centred(),
            lambda x: (x, x**2, np.broadcast_to(centre, x.shape)),
            lambda mean, square, shift: (square - mean**2) / (shift + mean) ** 2,
        )

    def excess_kurtosis(self) -> Estimate:
        """E (x - mean)^4 / variance^2 - 3: 0 for a Gaussian."""

        def kurtosis(m1, m2, m3, m4):
            return (m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4) / (m2 - m1**2) ** 2 - 3

        return jackknife(self._centred(), lambda x: (x, x**2, x**3, x**4), kurtosis)

    def rms(self, predicted: Float[np.ndarray, "..."] | float = 0.0) -> Estimate:
        """The root of the mean squared deviation from `predicted`, entry by entry.

        Args:
          predicted: a number, or an array of the shape of the statistic, the same for all widths.
        """
        predicted = np.asarray(predicted, np.float64)
        if predicted.ndim and predicted.shape != self.samples.shape[2:]:
            raise ValueError(
                f"Sweep.rms: the statistic has shape {self.samples.shape[2:]}, the prediction {predicted.shape}. Pass "
                "a number, or an array of the statistic's shape."
            )
        # Leaving out the only draw off the prediction may leave -1e-30.
        return jackknife(self.samples - predicted, lambda x: (x**2,), lambda square: np.sqrt(np.maximum(square, 0)))

    def summary(self, moments: Callable, combine: Callable) -> Estimate:
        """Any function of means: `combine(*means)` of the means over seeds of `moments(samples)`.

        The correlation of two entries, say, is a function of five means. For E z^4 / (E z^2)^2, where the statistic
        is the pair of z^2 and z^4 averaged over units:

            measured.summary(lambda s: (s[..., 0], s[..., 1]), lambda square, fourth: fourth / square**2)

        Args:
          moments: samples (widths, seeds, ...) -> tuple of arrays (widths, seeds, ...), draw by draw.
          combine: the means -> the summary, by formulas that act entry by entry: it is also called with the means
            that leave out a seed, which have an axis more.
        Raises: ValueError: a summary that is not finite, or arrays of other shapes.
        """
        return jackknife(self.samples, moments, combine)

    def _centred(self):
        """Samples less their mean over seeds: squares then keep their digits where the mean is large."""
        return self.samples - self.samples.mean(1, keepdims=True)


def jackknife(samples: Float[np.ndarray, "widths seeds ..."], moments: Callable, combine: Callable) -> Estimate:
    """See `Sweep` and `Sweep.summary`."""
    seeds = samples.shape[1]
    parts = [np.asarray(part) for part in moments(samples)]
    for part in parts:
        if part.shape[:2] != samples.shape[:2]:
            raise ValueError(
                f"Sweep.summary: moments made shape {part.shape} of samples {samples.shape}; expected the axes of "
                "widths and seeds in front, which it must not sum over."
            )
    means = [part.mean(1, keepdims=True) for part in parts]
    without = [(seeds * mean - part) / (seeds - 1) for mean, part in zip(means, parts, strict=True)]
    # What is not finite is reported by Estimate.
    with np.errstate(all="ignore"):
        whole, left_out = combine(*means), combine(*without)
        middle = left_out.mean(1, keepdims=True)
        value = seeds * whole - (seeds - 1) * middle
        variance = (seeds - 1) / seeds * ((left_out - middle) ** 2).sum(1)
    return Estimate(value[:, 0], np.sqrt(variance), seeds - 1)
