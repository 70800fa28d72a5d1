"""The networks of chapter 4, and draws of their kernels at all depths up to a given one."""

import math
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook import stax
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

HE = 2**0.5
"""He's standard deviation of a weight, before the root of the fan-in."""

PAIR = np.eye(2)
"""Two orthogonal inputs with Sigma^1(x, x) = 1."""


def relu_network(width: int, depth: int, b_std: float | None = None, outputs: int = 1) -> stax.Layer:
    """A ReLU network with He's weights; `depth` counts hidden layers."""
    hidden = [layer for _ in range(depth) for layer in (stax.Dense(width, W_std=HE, b_std=b_std), stax.Relu())]
    return stax.serial(*hidden, stax.Dense(outputs, W_std=HE, b_std=b_std))


def draw_like(key: Array, shapes) -> Array:
    """Independent standard normal numbers in a tree of arrays, as in `shapes`: what `init_fn` of a network draws.

    All in one draw, since XLA takes most of a second to compile a random hash.
    """
    leaves, tree = jax.tree.flatten(shapes)
    ends = np.cumsum([math.prod(leaf.shape) for leaf in leaves])
    parts = jnp.split(jax.random.normal(key, (int(ends[-1]),)), ends[:-1].tolist())
    return tree.unflatten(part.reshape(leaf.shape) for part, leaf in zip(parts, leaves, strict=True))


def draw_params(key: Array, net: stax.Layer, input_shape: tuple[int, int]):
    """Parameters of a network in the NTK parametrization, as from its `init_fn`."""
    return draw_like(key, jax.eval_shape(lambda: net.init_fn(jax.random.key(0), input_shape)[1]))


def draw_weights(key: Array, width: int, depth: int) -> tuple[Array, Array, Array]:
    """First weights (2, width), hidden ones (depth - 1, width, width), and a readout (width,) behind each layer."""
    shapes = (2, width), (depth - 1, width, width), (depth, width)
    return draw_like(key, tuple(jax.ShapeDtypeStruct(shape, float) for shape in shapes))


def kernels_of(weights: tuple[Array, Array, Array]) -> Float[Array, "3 depth"]:
    r"""Kernels at (x, x), (x, x') and (x', x') for the inputs of `PAIR`, of the ReLU networks of depth 1, 2, ....

    One pass forward, and one back from all readouts together. The gradient of a matrix is an outer product, so that the
    share of a layer is a product of two inner products:

    $$\hat\Theta(x, x') = \sum_l \frac{2}{n_l}\, (a^l \cdot a'^l)\, (\delta^{l+1} \cdot \delta'^{l+1})$$

    Args:
      weights: as from `draw_weights`; those of the network of depth d are the first d matrices and readout d.
    Accuracy: agrees with `empirical.ntk` to 1e-13 of the largest entry.
    """
    first, hidden, heads = weights
    depth, width = heads.shape
    scale = HE / width**0.5
    x = jnp.asarray(PAIR)
    lowest = jax.nn.relu((HE / x.shape[1] ** 0.5) * x @ first)

    def up(below, matrix):
        above = jax.nn.relu(scale * below @ matrix)
        return above, above

    values = jnp.concatenate([lowest[None], jax.lax.scan(up, lowest, hidden)[1]])
    grams = scale**2 * jax.vmap(_gram)(values)

    def enter(back, layer, head, value):
        # Gradients of all readouts by the units of a layer, (readouts, 2, width); those below it are still zero.
        return jnp.where(value > 0, back.at[layer].set(scale * head[None]), 0)

    def down(carry, level):
        back, kernels = carry
        layer, head, value, gram, matrix = level
        back = enter(back, layer, head, value)
        return (scale * back @ matrix.T, kernels + gram[None] * jax.vmap(_gram)(back)), None

    levels = (jnp.arange(1, depth), heads[1:], values[1:], grams[:-1], hidden)
    start = (jnp.zeros((depth, 2, width)), grams)
    (back, kernels), _ = jax.lax.scan(down, start, levels, reverse=True)
    back = enter(back, 0, heads[0], values[0])
    kernels = kernels + HE**2 / x.shape[1] * _gram(x)[None] * jax.vmap(_gram)(back)
    return jnp.stack([kernels[:, 0, 0], kernels[:, 0, 1], kernels[:, 1, 1]])


def _gram(rows):
    return rows @ rows.T


def kernels_by_depth(key: Array, width: int, depth: int) -> Float[Array, "3 depth"]:
    """A draw of `kernels_of`."""
    return kernels_of(draw_weights(key, width, depth))


@cache
def _at_depth(depth):
    """The statistic of a sweep: one function for each depth, so that JAX compiles it once."""
    return partial(kernels_by_depth, depth=depth)


def kernel_draws(widths: tuple[int, ...], seeds: int, depth: int) -> Sweep:
    """Draws of `kernels_by_depth`, samples of shape (widths, seeds, 3, depth)."""
    return sweep(_at_depth(depth), widths, seeds)


def limit_kernels(depth: int) -> Float[np.ndarray, "3 depth"]:
    """The limits of `kernels_by_depth`, from the kernels of `ntkbook.stax`."""
    kernels = [np.asarray(relu_network(1, d).kernel_fn(PAIR, None, "ntk")) for d in range(1, depth + 1)]
    return np.stack([[k[0, 0] for k in kernels], [k[0, 1] for k in kernels], [k[1, 1] for k in kernels]])
