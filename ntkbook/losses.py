"""Losses as functions of the vector of outputs: `loss(outputs, targets) -> scalar`.

Any function with this signature will do wherever `ntkbook` asks for a loss.
"""

import jax.numpy as jnp
import numpy as np
from jax.nn import softplus
from jaxtyping import Array, Float

from ntkbook.preconditions import is_known

__all__ = ["half_sum_of_squares", "logistic", "mse"]


def mse(outputs: Float[Array, "N ..."], targets: Float[Array, "N ..."]) -> Float[Array, ""]:
    r"""The book's squared error, with mean over the N samples and sum over outputs.

    $$L = \frac{1}{2N} \sum_{i=1}^N |f(x_i) - y_i|^2, \qquad \partial L/\partial f_i = (f_i - y_i)/N$$

    Convention: the ½ and the 1/N are both there. `half_sum_of_squares` lacks the 1/N.
    """
    return half_sum_of_squares(outputs, targets) / outputs.shape[0]


def half_sum_of_squares(outputs: Float[Array, "N ..."], targets: Float[Array, "N ..."]) -> Float[Array, ""]:
    r"""Squared error summed over samples: $\tfrac12 \sum_i |f(x_i) - y_i|^2$, as in Arora et al. 2019."""
    return 0.5 * jnp.sum((outputs - targets) ** 2)


def logistic(outputs: Float[Array, "N ..."], targets: Float[Array, "N ..."]) -> Float[Array, ""]:
    r"""Logistic loss of labels ±1, with mean over the N samples.

    $$L = \frac{1}{N} \sum_i \log\left(1 + e^{-y_i f_i}\right)$$

    Stable for large margins of either sign.

    Raises: ValueError: a label other than ±1, where JAX knows the labels (not under jit). `dynamics` asks
      before it compiles, so its functions raise.
    """
    if is_known(targets):
        wrong = np.argwhere(np.abs(np.asarray(targets)) != 1)
        if wrong.size:
            index = tuple(wrong[0].tolist())
            raise ValueError(
                f"logistic: labels are -1 or 1, got {np.asarray(targets)[index]} at index {index}. "
                "Map labels 0/1 by 2*y - 1."
            )
    return jnp.sum(softplus(-(targets * outputs))) / outputs.shape[0]
