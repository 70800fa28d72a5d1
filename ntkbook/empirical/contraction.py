"""The kernel from the features of two batches, with the fewest operations.

A tap with one position, as in a dense layer, contributes the Hadamard product of two Gram matrices:
(features features^T) ∘ (slopes slopes^T). With T positions there are two ways, and the cheaper one is taken:
the same product for all pairs of positions, summed; or the gradient itself, formed for this tap alone.
"""

import jax.numpy as jnp
from jax import Array, lax

from ntkbook.empirical.features import Factors, RowFeatures


def contract(rows1: RowFeatures, rows2: RowFeatures, *, traced: bool) -> Array:
    """Σ_p J1 J2 over all parameters of the two: (n1, n2) if traced, else (n1, k, n2, k)."""
    terms = [_of_tap(f1, f2, traced) for f1, f2 in zip(rows1.factors, rows2.factors, strict=True)]
    terms += [_of_jacobians(j1, j2, traced) for j1, j2 in zip(rows1.direct, rows2.direct, strict=True)]
    return sum(terms[1:], terms[0])


def forms_gradient(T: int, D: int, W: int, k: int, n1: int, n2: int, *, traced: bool) -> bool:
    """Whether the gradient of a tap costs fewer multiplications than the Gram matrices of its positions."""
    pairs = n1 * n2 * (k if traced else k * k)
    by_positions = T * T * (n1 * n2 * D + pairs * W)
    by_gradient = (n1 + n2) * k * T * D * W + pairs * D * W
    return T > 1 and by_gradient < by_positions


def _of_tap(f1: Factors, f2: Factors, traced):
    (n1, T, D), (_, k, _, W) = f1.features.shape, f1.slopes.shape
    if forms_gradient(T, D, W, k, n1, f2.features.shape[0], traced=traced):
        return _of_jacobians(_gradient(f1), _gradient(f2), traced)
    if T == 1:
        across = _dot(f1.features[:, 0], f2.features[:, 0])  # (n1, n2)
        slopes = _of_jacobians(f1.slopes[:, :, 0], f2.slopes[:, :, 0], traced)
        return across * slopes if traced else across[:, None, :, None] * slopes
    across = _dot(f1.features, f2.features)  # (n1, T, n2, T)
    if traced:
        return jnp.sum(across * _dot(*(jnp.moveaxis(f.slopes, 1, 2).reshape(-1, T, k * W) for f in (f1, f2))), (1, 3))
    slopes = _dot(f1.slopes, f2.slopes)  # (n1, k, T, n2, k, T)
    return jnp.sum(across[:, None, :, :, None, :] * slopes, (2, 5))


def _gradient(factors):
    gradient = jnp.einsum("ntd,nktw->nkdw", *factors, precision=lax.Precision.HIGHEST)
    return gradient.reshape(*gradient.shape[:2], -1)


def _of_jacobians(jacobian1, jacobian2, traced):
    if traced:
        jacobian1, jacobian2 = (j.reshape(j.shape[0], -1) for j in (jacobian1, jacobian2))
    return _dot(jacobian1, jacobian2)


def _dot(left, right):
    """Contraction over the last axes."""
    # As one matrix product: with more axes XLA may choose a slower one.
    flat = lax.dot_general(
        left.reshape(-1, left.shape[-1]),
        right.reshape(-1, right.shape[-1]),
        (((1,), (1,)), ((), ())),
        precision=lax.Precision.HIGHEST,
    )
    return flat.reshape(*left.shape[:-1], *right.shape[:-1])
