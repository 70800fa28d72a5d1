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


def draw_weights(key: Array, width: int, depth: int) -> tuple[Array, Array, Array]:
    """First weights (2, width), hidden ones (depth - 1, width, width), and a readout (width,) behind each layer."""
    shapes = (2, width), (depth - 1, width, width), (depth, width)
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    # All in one draw: XLA takes most of a second to compile a random hash.
    numbers = jax.random.normal(key, (int(ends[-1]),))
    parts = jnp.split(numbers, ends[:-1].tolist())
    return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))


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
    fan_ins = [2] + depth * [width]
    values, slopes = [jnp.asarray(PAIR)], []
    for layer, matrix in enumerate((first, *hidden)):
        z = (HE / fan_ins[layer] ** 0.5) * values[-1] @ matrix
        values.append(jax.nn.relu(z))
        slopes.append((z > 0).astype(z.dtype))
    grams = [_gram(a) * 2 / n for a, n in zip(values, fan_ins, strict=True)]
    kernels = jnp.stack(grams[1:])
    back = jnp.zeros((0, 2, width))
    for layer in reversed(range(depth)):
        # Gradients of the readouts that lie at or above this layer, (readouts, 2, width).
        here = jnp.broadcast_to(heads[layer] * (HE / width**0.5), (1, 2, width))
        back = jnp.concatenate([here, back]) * slopes[layer][None]
        kernels = kernels.at[layer:].add(grams[layer][None] * jax.vmap(_gram)(back))
        if layer:
            back = (HE / width**0.5) * back @ hidden[layer - 1].T
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
