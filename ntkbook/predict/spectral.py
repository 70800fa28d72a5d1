r"""Functions of a kernel matrix that solve gradient flow, with derivatives that survive equal eigenvalues.

With $\Theta = Q \Lambda Q^\top$ and a scaled time $\tau$, a residual obeys $dr/d\tau = -\Theta r$. Three functions
of the matrix tell everything:

  decay  $e^{-\Theta\tau}$                           what is left of a residual
  moved  $1 - e^{-\Theta\tau}$                       what is gone of it, without cancellation at small τ
  gain   $\int_0^\tau e^{-\Theta s} ds = \Theta^{-1}(1 - e^{-\Theta\tau})$   what other points have gathered

The derivative in the matrix is the formula of Daleckii and Krein: in the eigenbasis, the entries of the
perturbation times the divided differences of the function. These stay finite where eigenvalues agree, whereas the
derivative of eigenvectors does not.

Eigenvalues below N eps times the largest are rounding: they are taken as 0. Such a mode never moves; and past
τ = 1/(N eps λ_max), where it could bring nothing but rounding, it no longer reaches other points either, so that
`gain` tends to the pseudo-inverse.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

__all__ = ["Spectrum", "decay", "gain", "moved", "spectrum"]

# Terms of the series at arguments up to 1: 1/20! is below 1e-18.
_TERMS = 18


class Spectrum(NamedTuple):
    """A symmetric positive semidefinite matrix with its eigenvalues (increasing, cleared of rounding) and modes."""

    matrix: Float[Array, "n n"]
    eigenvalues: Float[Array, " n"]
    modes: Float[Array, "n n"]


@jax.jit
def spectrum(matrix: Float[Array, "n n"]) -> tuple[Spectrum, Float[Array, ""]]:
    """Eigendecomposition, with eigenvalues below n eps of the largest set to 0; and the smallest as it was found."""
    eigenvalues, modes = jnp.linalg.eigh(matrix)
    null = eigenvalues <= _cutoff(eigenvalues)
    return Spectrum(matrix, jnp.where(null, jnp.zeros_like(eigenvalues), eigenvalues), modes), eigenvalues[0]


@jax.jit
def decay(of: Spectrum, tau: Float[Array, ""], columns: Float[Array, "n r"]) -> Float[Array, "n r"]:
    """exp(-Θτ) times columns. Accuracy: n eps of the largest entry, as for `moved` and `gain`."""
    return _function("decay", *of, tau, columns)


@jax.jit
def moved(of: Spectrum, tau: Float[Array, ""], columns: Float[Array, "n r"]) -> Float[Array, "n r"]:
    """(1 - exp(-Θτ)) times columns; exactly 0 at τ = 0."""
    return _function("moved", *of, tau, columns)


@jax.jit
def gain(of: Spectrum, tau: Float[Array, ""], columns: Float[Array, "n r"]) -> Float[Array, "n r"]:
    """Θ⁻¹(1 - exp(-Θτ)) times columns, for singular Θ too; the pseudo-inverse at τ = inf."""
    return _function("gain", *of, tau, columns)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _function(kind, matrix, eigenvalues, modes, tau, columns):
    values, _ = _values(kind, eigenvalues, tau)
    return modes @ (values[:, None] * (modes.T @ columns))


@partial(_function.defjvp, symbolic_zeros=True)
def _function_jvp(kind, primals, tangents):
    """Only the matrix itself carries the derivative in Θ; what eigh says of modes and eigenvalues is left unused."""
    _, eigenvalues, modes, tau, columns = primals
    matrix_dot, _, _, tau_dot, columns_dot = tangents
    values, slopes = _values(kind, eigenvalues, tau)
    coefficients = modes.T @ columns
    change = jnp.zeros_like(coefficients)
    # What does not vary costs nothing: the first of these three takes two products of n³.
    if not isinstance(matrix_dot, SymbolicZero):
        perturbation = modes.T @ (0.5 * (matrix_dot + matrix_dot.T)) @ modes
        change += (_differences(kind, eigenvalues, tau) * perturbation) @ coefficients
    if not isinstance(tau_dot, SymbolicZero):
        change += (tau_dot * slopes)[:, None] * coefficients
    if not isinstance(columns_dot, SymbolicZero):
        change += values[:, None] * (modes.T @ columns_dot)
    return modes @ (values[:, None] * coefficients), modes @ change


def _values(kind, eigenvalues, tau):
    """The function at each eigenvalue, and its slope in τ."""
    tau, late = _clip(eigenvalues, tau)
    left = jnp.exp(-eigenvalues * tau)
    if kind == "decay":
        return left, -eigenvalues * left
    if kind == "moved":
        return -jnp.expm1(-eigenvalues * tau), eigenvalues * left
    settled = late & (eigenvalues == 0)
    zero = jnp.zeros_like(left)
    return jnp.where(settled, zero, _gain(eigenvalues, tau)), jnp.where(settled, zero, left)


def _differences(kind, eigenvalues, tau):
    """Divided differences (φ(a) - φ(b)) / (a - b) for every pair of eigenvalues, and φ' where they agree."""
    tau, late = _clip(eigenvalues, tau)
    a = jnp.minimum(eigenvalues[:, None], eigenvalues[None, :])
    b = jnp.maximum(eigenvalues[:, None], eigenvalues[None, :])
    # Two null modes that are settled stay so: τ times a perturbation that is but rounding between them is no change.
    both = late & (b == 0)
    of_moved = jnp.where(both, jnp.zeros_like(b), jnp.exp(-a * tau) * _gain(b - a, tau))
    if kind in ("decay", "moved"):
        return of_moved if kind == "moved" else -of_moved
    safe = jnp.where(b * tau > 1, b, jnp.ones_like(b))
    direct = (of_moved - _gain(a, tau)) / safe
    small = jnp.minimum(b * tau, jnp.ones_like(b))
    generic = jnp.where(b * tau > 1, direct, -(tau**2) * _series(jnp.minimum(a * tau, small), small))
    # Where the null mode is settled at 0, its difference with a mode at 1/b is 1/b².
    settled = jnp.where(b == 0, jnp.zeros_like(b), _gain(b, tau) / jnp.where(b == 0, jnp.ones_like(b), b))
    return jnp.where(late & (a == 0), settled, generic)


def _gain(eigenvalues, tau):
    positive = eigenvalues > 0
    safe = jnp.where(positive, eigenvalues, jnp.ones_like(eigenvalues))
    return jnp.where(positive, -jnp.expm1(-safe * tau) / safe, tau)


def _series(alpha, beta):
    """The second divided difference of exp(-x) at 0, alpha and beta, for arguments up to 1.

    Sum over n of (-1)^n h_{n-2}(alpha, beta) / n!, with h_m the sum of alpha^i beta^(m-i).
    """
    power, homogeneous, total, factorial = jnp.ones_like(alpha), jnp.ones_like(alpha), 0.5 * jnp.ones_like(alpha), 2.0
    for n in range(3, _TERMS + 3):
        power = power * alpha
        homogeneous = beta * homogeneous + power
        factorial *= n
        total = total + (-1) ** n / factorial * homogeneous
    return total


def _clip(eigenvalues, tau):
    """A finite τ at which every mode that is not null has settled; and whether τ is past what null modes allow."""
    limit = 1 / jnp.maximum(_cutoff(eigenvalues), 1e6 * jnp.finfo(eigenvalues.dtype).tiny)
    return jnp.minimum(tau, 1e3 * limit), tau > limit


def _cutoff(eigenvalues):
    return eigenvalues.size * jnp.finfo(eigenvalues.dtype).eps * jnp.max(jnp.abs(eigenvalues))
