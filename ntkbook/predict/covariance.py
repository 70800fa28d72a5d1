r"""How the spread of an ensemble follows its mean: two covariances, each from the response of the test points.

The response $G$, shape (n, m), holds what each test point has taken up from each training point; at infinite time
$G = K^{-1} k_*^\top$.
"""

import jax
from jaxtyping import Array, Float

__all__ = ["carried", "conditioned"]


@jax.jit
def conditioned(
    start: Float[Array, "m m"], cross: Float[Array, "m n"], response: Float[Array, "n m"]
) -> Float[Array, "m m"]:
    """Conditioning: start - cross G, symmetric to the last bit.

    Accuracy: positive semidefinite up to eps times the largest entry times the condition number.
    """
    left = start - cross @ response
    return 0.5 * (left + left.T)


@jax.jit
def carried(
    start: Float[Array, "m m"],
    spread_cross: Float[Array, "m n"],
    spread: Float[Array, "n n"],
    response: Float[Array, "n m"],
) -> Float[Array, "m m"]:
    """The spread at initialization carried along: the covariance of f_* - G^T f, symmetric to the last bit.

    Accuracy: as for `conditioned`.
    """
    # With V = Σ G / 2 - Σ_*^T the three terms that change are G^T V and its transpose.
    change = response.T @ (0.5 * (spread @ response) - spread_cross.T)
    return 0.5 * (start + start.T) + (change + change.T)
