"""The mean of the kernel between two orthogonal inputs: beyond one hidden layer it is not the limit at finite width.

For a given first layer the units of the second are exactly Gaussian, with the random covariances

    q = 2/n sum_i phi(z_i)^2,  q' = 2/n sum_i phi(z'_i)^2,  c = 2/n sum_i phi(z_i) phi(z'_i).

The kernel of the first layer is zero between orthogonal inputs. So the mean over all later weights is the kernel of one
hidden layer, in closed form, at these covariances. Their means are 1, 1 and 1/pi at every width; what the mean of a
function of them differs by from the function of the means is left to second order in their deviations.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook.experiments.deterministic_kernel.networks import PAIR
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

MEANS = np.array([1.0, 1.0, 1 / np.pi])
"""Of q, q' and c."""

COVARIANCE = np.array([[5, 0, 3 / np.pi], [0, 5, 3 / np.pi], [3 / np.pi, 3 / np.pi, 1 - 1 / np.pi**2]])
"""Of q, q' and c, times the width: E 4 phi^4 - 1 = 5, E 4 phi^3 phi' - 1/pi = 3/pi, E 4 phi^2 phi'^2 - 1/pi^2."""


def one_hidden_layer(moments: Float[Array, "3"]) -> Float[Array, ""]:
    """The kernel of one hidden ReLU layer above units of variances q and q' and covariance c."""
    length = jnp.sqrt(moments[0] * moments[1])
    # A layer that is off at one input passes nothing on.
    cosine = jnp.clip(moments[2] / jnp.where(length > 0, length, 1), 0, 1)
    angle = jnp.arccos(cosine)
    return length / jnp.pi * (jnp.sin(angle) + 2 * (jnp.pi - angle) * cosine)


@partial(jax.jit, static_argnums=1)
def _offset(key, width):
    z = (2 / PAIR.shape[1]) ** 0.5 * jnp.asarray(PAIR) @ jax.random.normal(key, (2, width))
    values = jax.nn.relu(z)
    gram = 2 / width * values @ values.T
    moments = jnp.stack([gram[0, 0], gram[1, 1], gram[0, 1]])
    limit, first_order = jax.jvp(one_hidden_layer, (jnp.asarray(MEANS),), (moments - MEANS,))
    return one_hidden_layer(moments) - limit - first_order


def mean_offset(widths: tuple[int, ...], seeds: int) -> Sweep:
    """Draws, over first layers, of the mean kernel between the inputs of `PAIR` less its limit; two hidden layers.

    The first order in the deviations of q, q' and c is taken off: it is zero on average, and would hide the rest.
    """
    return sweep(_offset, widths, seeds)


def predicted_offset() -> float:
    """The offset times the width, as the width grows: half the trace of the second derivatives with `COVARIANCE`."""
    bend = np.asarray(jax.jit(jax.hessian(one_hidden_layer))(jnp.asarray(MEANS)))
    return float((bend * COVARIANCE).sum() / 2)
