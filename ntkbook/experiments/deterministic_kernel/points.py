"""Kernels on many points: rows along a circle, and the smallest eigenvalue of kernel matrices."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook import empirical
from ntkbook.experiments.deterministic_kernel.networks import draw_params, relu_network
from ntkbook.experiments.gaussian_process import on_circle


@partial(jax.jit, static_argnums=(1, 2))
def _row(key, width, depth, points):
    net = relu_network(width, depth)
    params = draw_params(key, net, points.shape)
    return empirical.ntk(net.apply_fn, params, points[:1], points)[0]


def kernel_over_angles(
    angles: Float[np.ndarray, " M"], width: int, depth: int, draws: int
) -> Float[np.ndarray, "draws M"]:
    """Kernels between the point at angle 0 and those at `angles`, of `draws` networks, over the limit of the diagonal.

    Args:
      angles: the first is 0.
    """
    points = jnp.asarray(on_circle(angles))
    keys: Array = jax.random.split(jax.random.key(width), draws)
    rows = jax.vmap(lambda key: _row(key, width, depth, points))(keys)
    return np.asarray(rows) / (depth + 1)


def limit_over_angles(angles: Float[np.ndarray, " M"], depth: int) -> Float[np.ndarray, " M"]:
    """The limit of `kernel_over_angles`, from the kernels of `ntkbook.stax`."""
    points = jnp.asarray(on_circle(angles))
    return np.asarray(relu_network(1, depth).kernel_fn(points[:1], points, "ntk"))[0] / (depth + 1)


def sphere_points(count: int, dimension: int, seed: int = 0) -> Float[np.ndarray, "count dimension"]:
    """Points drawn uniformly from the unit sphere."""
    points = np.random.default_rng(seed).normal(size=(count, dimension))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def antipodal_pairs(count: int, dimension: int, seed: int = 0) -> Float[np.ndarray, "twice dimension"]:
    """`count` points of the unit sphere, and the points opposite to them."""
    points = sphere_points(count, dimension, seed)
    return np.concatenate([points, -points])


def smallest_eigenvalue(x: Float[np.ndarray, "N d"], depth: int, b_std: float | None = None) -> float:
    """Smallest eigenvalue of the limit kernel matrix of a ReLU network, over its largest."""
    net = relu_network(1, depth, b_std)
    eigenvalues = np.linalg.eigvalsh(np.asarray(net.kernel_fn(jnp.asarray(x), None, "ntk")))
    return float(eigenvalues[0] / eigenvalues[-1])
