"""A measured number with its standard error."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import special

# Below this part of the value a standard error is rounding: a statistic that is the same for every seed.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Estimate:
    """Numbers measured with standard errors, for example one for each width; `estimate[:, 0]` is one entry of each.

    Fields:
      value: what was measured, of any shape.
      standard_error: the standard deviation of `value` over repetitions of the experiment, of the same shape.
      dof: degrees of freedom from which the standard error was estimated; infinite where it is known.
    Raises: ValueError: shapes that differ, numbers that are not finite, a negative standard error, dof not positive.
    """

    value: Float[np.ndarray, "..."]
    standard_error: Float[np.ndarray, "..."]
    dof: float = math.inf

    def __post_init__(self):
        value, error = (np.asarray(field, np.float64) for field in (self.value, self.standard_error))
        if value.shape != error.shape:
            raise ValueError(f"Estimate: the value has shape {value.shape}, its standard error {error.shape}.")
        for name, field in (("value", value), ("standard_error", error)):
            if not np.isfinite(field).all():
                index = tuple(np.argwhere(~np.isfinite(field))[0].tolist())
                raise ValueError(
                    f"Estimate: {name} is {field[index]} at index {index}; expected finite numbers. A ratio may have "
                    "a denominator of 0 for some samples."
                )
        if (error < 0).any() or not self.dof > 0:
            raise ValueError(
                f"Estimate: expected standard errors at least 0 and dof above 0, got {error.min()} and {self.dof}."
            )
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "standard_error", error)

    def __getitem__(self, index) -> "Estimate":
        return Estimate(self.value[index], self.standard_error[index], self.dof)

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends of the confidence interval, by Student's distribution with `dof` degrees of freedom."""
        reach = self.standard_error * special.stdtrit(self.dof, (1 + checked_level("Estimate.interval", level)) / 2)
        return self.value - reach, self.value + reach

    def z(self, predicted: Float[np.ndarray, "..."] | float) -> np.ndarray:
        """(value - predicted) / standard error, entry by entry.

        Args:
          predicted: one number for all entries, or an array with as many axes as `value`, where an axis may have
            length 1: a kernel (n, n) predicted for all widths is `theta[None]`.
        Raises: ValueError: another shape; NaN in `predicted`.
        """
        predicted = np.asarray(predicted, np.float64)
        if predicted.ndim and (
            predicted.ndim != self.value.ndim
            or any(n not in (1, m) for n, m in zip(predicted.shape, self.value.shape, strict=True))
        ):
            raise ValueError(
                f"Estimate.z: the measured values have shape {self.value.shape}, the prediction {predicted.shape}. "
                "Pass a number, or one axis for each, of equal length or of length 1: for one prediction at all "
                "widths, predicted[None]."
            )
        if not np.isfinite(predicted).all():
            raise ValueError("Estimate.z: the prediction holds NaN or infinity; expected finite numbers.")
        size = np.maximum(np.abs(self.value), np.abs(predicted))
        error = np.maximum(self.standard_error, _ROUNDING * size)
        return (self.value - predicted) / np.where(error > 0, error, 1)

    def agrees(self, predicted: Float[np.ndarray, "..."] | float, limit: float = 4.0) -> bool:
        """Whether |z| < limit for every entry. At 4, chance alone refuses a true number in 1 of 16,000 cases."""
        return bool((np.abs(self.z(predicted)) < limit).all())


def checked_level(name: str, level: float) -> float:
    """A level of confidence, between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"{name}: level lies between 0 and 1, for example 0.95, got {level}.")
    return level
