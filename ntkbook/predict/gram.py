"""The kernel matrix of the training points: checked once, factorized once, and honest when it is singular."""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.linalg import cho_solve

from ntkbook.preconditions import is_known
from ntkbook.predict.spectral import Spectrum, gain, spectrum
from ntkbook.predict.tridiagonal import gain_by_series, gain_series, tridiagonal

__all__ = ["TrainingGram", "require_symmetric"]

# Up to this size an eigendecomposition takes milliseconds.
_SMALL = 256


class TrainingGram:
    """A symmetric positive semidefinite matrix (n, n), regularized, with its factorizations kept for later calls.

    A factorization is kept where the numbers are known. Under a transformation of the matrix itself each call makes
    it again, because it belongs to that transformation.

    Args:
      name: the function in whose name errors speak.
      label: its argument that holds the matrix.
      matrix: the kernel, without regularizer.
      diag_reg, absolute: adds diag_reg on the diagonal, times the mean of the diagonal unless absolute.
      regularizer: the name of that argument.
      block: how many consecutive rows belong to one training point.
    """

    def __init__(
        self,
        name: str,
        label: str,
        matrix: Array,
        diag_reg: float = 0.0,
        absolute: bool = True,
        *,
        regularizer: str = "diag_reg",
        block: int = 1,
    ):
        if is_known(matrix):
            require_symmetric(name, label, matrix)
        if is_known(diag_reg) and not 0 <= diag_reg < float("inf"):
            raise ValueError(f"{name}: {regularizer} must be finite and not negative, got {diag_reg}.")
        self.matrix = _regularized(matrix, jnp.asarray(diag_reg, matrix.dtype), absolute)
        self._name, self._label, self._regularizer, self._block = name, label, regularizer, block
        self._kept: dict[str, Any] = {}
        self._answered = False

    def largest(self, needed_below: Any = 0.0) -> Any:
        """The largest eigenvalue; or, where that settles the question, an upper bound that is below `needed_below`."""
        if "spectrum" not in self._kept and is_known(self.matrix):
            with jax.ensure_compile_time_eval():
                bound = float(_largest_row_sum(self.matrix))
            if is_known(needed_below) and bound < needed_below:
                return bound
        return self.spectrum().eigenvalues[-1]

    def spectrum(self) -> Spectrum:
        """Eigendecomposition. Raises ValueError: an eigenvalue that is negative beyond rounding."""
        return self._keep("spectrum", self._checked_spectrum)

    def solve(self, columns: Array) -> Array:
        """Θ⁻¹ columns by Cholesky. Raises ValueError where Θ is known to be singular, and names the rows."""
        factor, regular = self._cholesky()
        if is_known(regular) and not regular:
            cause = _why_singular(np.asarray(self.matrix), self._block)
            raise ValueError(f"{self._name}: {cause}, or pass {self._regularizer} > 0.")
        return cho_solve((factor, True), columns)

    def settle(self, columns: Array) -> Array:
        """Where gradient flow ends: Θ⁻¹ columns, or Θ⁺ columns for a singular Θ, whose null modes never move."""
        if self.is_regular():
            return cho_solve((self._cholesky()[0], True), columns)
        return gain(self.spectrum(), jnp.asarray(jnp.inf, columns.dtype), columns)

    def gains(self, *requests: tuple[Array | None, Array]) -> list[Array]:
        """For each (τ, columns) what the columns add up to by then, `spectral.gain`; τ = None stands for infinity.

        The first answer takes a shorter way than an eigendecomposition where there is one. Later answers have the
        eigendecomposition, which serves every τ.
        """
        if any(tau is None for tau, _ in requests):
            return [self.settle(columns) for _, columns in requests]
        results = None if self._answered else self._gains_in_short(requests)
        self._answered = True
        return [gain(self.spectrum(), *request) for request in requests] if results is None else results

    def _gains_in_short(self, requests):
        """The gains by a tridiagonal form; None where numbers are not known, or another way is better."""
        matrix = self.matrix
        if not all(is_known(array) for array in (matrix, *itertools.chain(*requests))) or "spectrum" in self._kept:
            return None
        if matrix.shape[0] < _SMALL or {device.platform for device in matrix.devices()} != {"cpu"}:
            return None
        with jax.ensure_compile_time_eval():
            of = tridiagonal(matrix)
            bound = of.upper_bound()
            all_series = [gain_series(float(tau), bound) for tau, _ in requests]
            # What may not be positive semidefinite is for the eigenvalues to judge; the bound is at most 3 of them.
            doubtful = of.reaches_below(-(float(jnp.finfo(matrix.dtype).eps) ** 0.5) * bound / 3)
            if doubtful or any(series is None for series in all_series):
                return None
            return [
                gain_by_series(of, bound, series, columns)
                for series, (_, columns) in zip(all_series, requests, strict=True)
            ]

    def is_regular(self) -> bool:
        """Whether Θ is known to be invertible up to rounding."""
        return is_known(self.matrix) and bool(self._cholesky()[1])

    def _keep(self, key: str, make: Callable) -> Any:
        if not is_known(self.matrix):
            return make()
        if key not in self._kept:
            # Outside of any trace around this call, so that what is kept outlives it.
            with jax.ensure_compile_time_eval():
                self._kept[key] = make()
        return self._kept[key]

    def _checked_spectrum(self):
        found, smallest = spectrum(self.matrix)
        if is_known(smallest):
            _require_positive(self._name, self._label, float(smallest), float(found.eigenvalues[-1]), self.matrix.dtype)
        return found

    def _cholesky(self):
        return self._keep("cholesky", lambda: _cholesky(self.matrix))


@jax.jit
def _cholesky(matrix):
    """The factor, and whether its smallest pivot stands above rounding."""
    factor = jnp.linalg.cholesky(matrix)
    diagonal = jnp.diagonal(matrix)
    pivots = jnp.diagonal(factor) ** 2
    cutoff = diagonal.size * jnp.finfo(matrix.dtype).eps * jnp.max(diagonal)
    # False for NaN too, which is what a negative pivot leaves.
    return factor, jnp.all(pivots > cutoff)


@partial(jax.jit, static_argnames="absolute")
def _regularized(matrix, diag_reg, absolute):
    scale = jnp.ones_like(diag_reg) if absolute else jnp.trace(matrix) / matrix.shape[0]
    return matrix + diag_reg * scale * jnp.eye(matrix.shape[0], dtype=matrix.dtype)


@jax.jit
def _largest_row_sum(matrix):
    return jnp.max(jnp.sum(jnp.abs(matrix), axis=1))


@jax.jit
def _asymmetry(matrix):
    return jnp.max(jnp.abs(matrix - matrix.T)), jnp.max(jnp.abs(matrix))


def require_symmetric(name: str, label: str, matrix: Array) -> None:
    """Raises ValueError unless a known matrix is symmetric up to rounding."""
    with jax.ensure_compile_time_eval():
        asymmetry, largest = map(float, _asymmetry(matrix))
    if not asymmetry <= 1e3 * float(jnp.finfo(matrix.dtype).eps) * largest:
        raise ValueError(
            f"{name}: {label} is not symmetric (off by {asymmetry:.2g}). Was it made with two sets of inputs? Take "
            "kernel_fn(x_train, None)."
        )


def _require_positive(name, label, smallest, largest, dtype):
    eps = float(jnp.finfo(dtype).eps)
    if smallest < -(eps**0.5) * max(largest, -smallest):
        raise ValueError(
            f"{name}: {label} has the negative eigenvalue {smallest:.3g} (the largest is {largest:.3g}), so the loss "
            "would rise. A kernel matrix is positive semidefinite, as every J @ J.T is."
        )


def _why_singular(matrix, block):
    """What makes a matrix singular: a row without variance, two rows in step, or eigenvalues too far apart."""
    eps = np.finfo(matrix.dtype).eps
    diagonal = np.diagonal(matrix).astype(float)
    empty = np.flatnonzero(diagonal <= len(diagonal) * eps * diagonal.max(initial=0.0))
    if empty.size:
        row = empty[0] // block
        return (
            f"the kernel of row {row} of x_train with itself is {diagonal[empty[0]]:.3g}, so the Gram matrix is "
            "singular. Drop this row (is it zero?), use biases"
        )
    rho = matrix / np.sqrt(diagonal[:, None] * diagonal[None, :])
    point = np.arange(len(diagonal)) // block
    closeness = np.where(point[:, None] == point[None, :], 0.0, np.abs(rho))
    i, j = np.unravel_index(closeness.argmax(), rho.shape)
    if closeness[i, j] > 1 - 1e3 * eps:
        equal = rho[i, j] > 0 and abs(diagonal[i] - diagonal[j]) <= 1e3 * eps * diagonal[i]
        relation = "equal" if equal else "parallel" if rho[i, j] > 0 else "opposite"
        return (
            f"rows {point[i]} and {point[j]} of x_train are {relation} up to rounding (|rho| = 1), so the Gram matrix "
            "is singular. Drop one"
        )
    return (
        "the Gram matrix is singular up to rounding, although no two rows of x_train are parallel: its eigenvalues "
        f"span more than the {-np.log10(eps):.0f} digits of {matrix.dtype}. Use fewer or more distant points, a "
        "rougher kernel (Relu rather than Erf)"
    )
