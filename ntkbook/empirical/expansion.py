"""A network as a function of one vector, and its Taylor expansions in the parameters."""

import operator
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from ntkbook.empirical.checks import ApplyFn, Params
from ntkbook.preconditions import require_function


def flatten(apply_fn: ApplyFn, params: Params) -> tuple[ApplyFn, Float[Array, " P"]]:
    """The same function of one parameter vector theta.

    Args:
      apply_fn: `apply_fn(params, x)`.
      params: pytree with P numbers in all.
    Returns: `flat_apply_fn(theta, x)` and theta, of shape (P,), such that
      `flat_apply_fn(theta, x)` equals `apply_fn(params, x)`.
    """
    require_function("flatten", apply_fn)
    theta, unravel = ravel_pytree(params)
    return lambda flat, x: apply_fn(unravel(flat), x), theta


def linearize(apply_fn: ApplyFn, params0: Params) -> ApplyFn:
    r"""First-order Taylor expansion of a network in its parameters.

    $$f^{\mathrm{lin}}(x; \theta) = f(x; \theta_0) + \nabla_\theta f(x; \theta_0)^\top (\theta - \theta_0)$$

    Returns: `f_lin(params, x)`, affine in params, with the value and the tangent kernel of the network at
      params0, and the same tangent kernel everywhere else.
    Source: Lee et al. 2019; the calling convention of neural-tangents' `linearize`.
    """
    require_function("linearize", apply_fn)

    def f_lin(params, x):
        value, change = jax.jvp(lambda p: apply_fn(p, x), (params0,), (_step(params, params0),))
        return value + change

    return f_lin


def taylor_expand(apply_fn: ApplyFn, params0: Params, degree: int) -> ApplyFn:
    r"""Taylor expansion of a network in its parameters, to any degree.

    $$f^{(d)}(x; \theta) = \sum_{m=0}^{d} \frac{1}{m!} \left.\frac{d^m}{ds^m}\right|_{s=0}
    f(x; \theta_0 + s (\theta - \theta_0))$$

    Degree 1 is `linearize`. Piecewise linear activations expand on the piece where params0 puts each unit. The
    derivatives are nested forward-mode ones, so time and compilation grow about as 2^degree.

    Args:
      apply_fn, params0: the network, and the point of expansion.
      degree: d, at least 0.
    Returns: `f_taylor(params, x)`, a polynomial of the given degree in params.
    Raises: TypeError: degree is no whole number; apply_fn is no function. ValueError: degree below 0.
    Accuracy: 1e-13 of the largest term of the sum in float64, for low degrees.
    Source: the calling convention of neural-tangents' `taylor_expand`.
    """
    require_function("taylor_expand", apply_fn)
    degree = _checked_degree(degree)

    def f_taylor(params, x):
        step = _step(params, params0)

        def derivatives(order, p):
            """d^m/ds^m for m = 0, ..., order."""
            if order == 0:
                return [apply_fn(p, x)]
            lower, moved = jax.jvp(lambda q: derivatives(order - 1, q), (p,), (step,))
            return [*lower, moved[-1]]

        total, weight = None, 1.0
        for m, term in enumerate(derivatives(degree, params0)):
            weight /= max(m, 1)
            total = term if m == 0 else total + weight * term
        return total

    return f_taylor


def _step(params, params0):
    return jax.tree.map(jnp.subtract, params, params0)


def _checked_degree(degree: Any) -> int:
    try:
        whole = operator.index(degree)
    except TypeError:
        raise TypeError(f"taylor_expand: degree is a whole number, got {degree!r}. Pass for example 2.") from None
    if whole < 0:
        raise ValueError(f"taylor_expand: degree must be at least 0, got {whole}. Degree 0 is the network at params0.")
    return whole
