"""The state before the first layer: products and distances of the inputs."""

import jax
import jax.numpy as jnp

from ntkbook.stax.angle import sqrt
from ntkbook.stax.image_kernel import ImageKernel
from ntkbook.stax.kernel import Kernel

# A pair is near if 1 - |rho| is below this: then products cost two digits of the angle or more.
_NEAR = 0.01


def kernel_of_inputs(x1, x2, same=None, all_positions: bool = False, own: bool = True) -> Kernel | ImageKernel:
    """Products x1 x2^T / n of inputs (n1, n) and (n2, n), with their distances; the tangent kernel is 0.

    Args:
      x1, x2: inputs (n1, n), (n1, length, n) or (n1, height, width, n).
      same: (n1, n2) booleans, true where the two inputs are one and need no look: their distance is 0. Or None.
      all_positions: the layout, for inputs with positions.
      own: whether to carry, with `all_positions`, what gives the variances behind a pooling.
    """
    of = _kernel_of_vectors if x1.ndim == 2 else _kernel_of_images
    zero, width = jnp.zeros((), x1.dtype), jnp.asarray(x1.shape[-1], x1.dtype)
    return of(x1, x2, same, all_positions, own and all_positions, truncation=zero, width=width)


def _kernel_of_vectors(x1, x2, same, *_, **fields):
    """Distances from a matrix product, or, if a pair is nearly parallel, from the differences, which are exact."""
    n = x1.shape[1]
    q1, q2 = (x1 * x1).sum(1) / n, (x2 * x2).sum(1) / n
    r1, r2 = sqrt(q1)[:, None], sqrt(q2)[None, :]
    m, middle = r1 * r2, (q1[:, None] + q2[None, :]) / 2
    k = jnp.matmul(x1, x2.T, precision="highest") / n
    same = jnp.zeros(k.shape, bool) if same is None else same

    def apart(distance, gap):
        return jnp.where(same, 0, distance), jnp.where(same, 0, gap)

    def by_products():
        return apart(middle - jnp.abs(k), m - jnp.abs(k))

    def by_differences():
        return apart(*jax.lax.map(lambda row: _from_differences(*row, x2, r2[0]), (x1, r1[:, 0], k)))

    near = jnp.where(same, 0, jnp.abs(k) - (1 - _NEAR) * m).max() > 0
    distance, gap = jax.lax.cond(near, by_differences, by_products)
    return Kernel((k >= 0) | same, jnp.zeros_like(k), q1, q2, distance, gap, **fields)


def _from_differences(x, r1, k, y, r2):
    """Distance and gap of one input x (n,) with each row of y (n2, n), with x turned to where k >= 0."""
    x = jnp.where(k >= 0, 1, -1).astype(x.dtype)[:, None] * x[None, :]
    difference = x - y  # (n2, n)
    d = (difference**2).mean(1) / 2
    r_sum, m = r1 + r2, r1 * r2
    r_difference = (difference * (x + y)).mean(1) / jnp.where(r_sum > 0, r_sum, 1)
    # x r2 - y r1, whose length is that of the two inputs times 2 sin(theta / 2), from small terms.
    chord = difference * r2[:, None] - y * r_difference[:, None]
    chord2 = (chord**2).mean(1)
    # What is below its own rounding error is 0: multiples of one vector are exactly parallel.
    noise = chord2 < (8 * jnp.finfo(d.dtype).eps * r2) ** 2 * 2 * d
    chord2 = chord2 - jax.lax.stop_gradient(jnp.where(noise, chord2, 0))
    # Beside an input of zeros nothing is lost, and the derivative is that of the product.
    return d, jnp.where(m > 0, chord2 / (2 * jnp.where(m > 0, m, 1)), m - jnp.abs(k))


def _kernel_of_images(x1, x2, same, all_positions, own, **fields):
    """Distances of pixels, from their differences: few channels, so this is cheap."""
    distance = _pixel_distances(x1, x2, all_positions, paired=False)
    if same is not None and not all_positions:
        distance = jnp.where(same.reshape(same.shape + (1,) * (distance.ndim - 2)), 0, distance)
    owns = [_pixel_distances(x, x, True, paired=True) if own else None for x in (x1, x2)]
    cov1, cov2 = (x1**2).mean(-1), (x2**2).mean(-1)
    return ImageKernel(distance, jnp.zeros_like(distance), cov1, cov2, *owns, all_positions=all_positions, **fields)


def _pixel_distances(x1, x2, all_positions, paired):
    """Half the mean squared difference over channels: (n1, n2, ...), or (n, ...) for inputs that are paired."""
    positions = x1.ndim - 2
    if all_positions:
        x1 = jnp.expand_dims(x1, tuple(range(2, 2 * positions + 1, 2)))
        x2 = jnp.expand_dims(x2, tuple(range(1, 2 * positions, 2)))
    if not paired:
        x1, x2 = x1[:, None], x2[None, :]

    def add(total, channel):
        return total + (channel[0] - channel[1]) ** 2, None

    shape = jnp.broadcast_shapes(x1.shape[:-1], x2.shape[:-1])
    channels = jnp.moveaxis(x1, -1, 0), jnp.moveaxis(x2, -1, 0)
    return jax.lax.scan(add, jnp.zeros(shape, x1.dtype), channels)[0] / (2 * x1.shape[-1])
