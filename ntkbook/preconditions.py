"""What `empirical`, `losses` and `dynamics` ask of their arguments, with errors that name the argument.

Numbers are looked at where they are known. Under jit, vmap and grad only shapes are known; the checks of
numbers then let everything pass.
"""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

_ADVICE = {
    "params": "A run that diverged leaves such parameters: train with a smaller step, or draw new ones with init_fn.",
    "times": "Name the times at which to record, for example jnp.linspace(0.0, 10.0, 101).",
    "kernel_matrix": "Look for NaN or infinity in the inputs or parameters that it was made from.",
}


def is_known(array: Any) -> bool:
    """Whether the numbers can be looked at; under jit, vmap and grad only shapes can."""
    return not isinstance(array, jax.core.Tracer)


def require_function(name: str, apply_fn: Any) -> None:
    """Raises TypeError unless `apply_fn` can be called, as a `stax.Layer` cannot."""
    if callable(apply_fn):
        return
    hint = " Pass net.apply_fn, not net." if hasattr(apply_fn, "apply_fn") else ""
    raise TypeError(f"{name}: expected a function apply_fn(params, x), got a {type(apply_fn).__name__}.{hint}")


def require_finite(name: str, label: str, tree: Any) -> None:
    """Raises ValueError where a known array in `tree` holds NaN or infinity; says which array, and where."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
        if not is_known(leaf) or not jnp.issubdtype(jnp.result_type(leaf), np.inexact):
            continue
        entries = np.asarray(leaf)
        with np.errstate(over="ignore", invalid="ignore"):
            # A sum is four times as fast as a look at each entry, and it passes on every NaN and infinity.
            if np.isfinite(entries.sum()):
                continue
        bad = ~np.isfinite(entries)
        if bad.any():
            index = tuple(np.argwhere(bad)[0].tolist())
            advice = _ADVICE.get(label, "Drop such rows, or fill them, first.")
            raise ValueError(
                f"{name}: {label}{jax.tree_util.keystr(path)} holds {entries[index]} at index {index}; "
                f"expected finite numbers. {advice}"
            )


def as_inputs(name: str, label: str, value: Any) -> Array:
    """Inputs as an array: finite, and with one input per row; lists are converted."""
    array = _as_array(name, label, value)
    if array.ndim == 0:
        raise ValueError(f"{name}: {label} holds one input per row, got the number {value}. Pass jnp.array([...]).")
    require_finite(name, label, array)
    return array


def as_floating(name: str, label: str, value: Any, dtype: Any) -> Array:
    """A finite floating-point array; integers become `dtype`, floats keep their own."""
    array = _as_array(name, label, value)
    require_finite(name, label, array)
    return array if jnp.issubdtype(array.dtype, np.inexact) else array.astype(dtype)


def as_targets(name: str, y: Any, outputs: jax.ShapeDtypeStruct, loss: Callable, learning_rate: float) -> Array:
    """The targets as an array, once they fit the outputs and the loss, and learning_rate is positive."""
    y = _as_array(name, "y", y)
    if y.shape != outputs.shape:
        raise ValueError(
            f"{name}: targets y have shape {y.shape}, the outputs {outputs.shape}; they must be equal. "
            "For a network that ends in Dense(1), pass y[:, None]."
        )
    y = as_floating(name, "y", y, outputs.dtype)
    if is_known(learning_rate) and not (math.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"{name}: learning_rate must be positive and finite, got {learning_rate}.")
    # Out here y is known, so that a loss can refuse labels; the compiled run sees only their shape.
    shape = jax.eval_shape(lambda f: loss(f, y), outputs).shape
    if shape:
        raise ValueError(f"{name}: loss must return one number, got shape {shape}. Take its mean or sum.")
    return y


def as_times(name: str, times: Any, dtype: Any) -> Array:
    """Recording times as a floating-point vector that starts at 0 or later and increases."""
    times = as_floating(name, "times", times, dtype)
    if times.ndim != 1 or times.size == 0:
        raise ValueError(f"{name}: times must be a vector with at least one entry, got shape {times.shape}.")
    if is_known(times) and not (np.diff(np.asarray(times), prepend=-np.finfo(times.dtype).tiny) > 0).all():
        raise ValueError(f"{name}: times must start at 0 or later and increase strictly; the flow starts at t = 0.")
    return times


def as_kernel(name: str, kernel: Any, outputs: Array) -> Array:
    """A kernel matrix (N, N) or (N, N, k, k) that fits the outputs, symmetric and positive semidefinite."""
    kernel = _as_array(name, "kernel_matrix", kernel)
    n = outputs.shape[0]
    allowed = [(n, n)] + [(n, n, k, k) for k in outputs.shape[1:]]
    if kernel.shape not in allowed:
        raise ValueError(
            f"{name}: outputs of shape {outputs.shape} need a kernel matrix of shape "
            f"{' or '.join(map(str, allowed))}, got {kernel.shape}."
        )
    kernel = as_floating(name, "kernel_matrix", kernel, outputs.dtype)
    if is_known(kernel):
        entries = np.asarray(kernel)
        gram = entries if entries.ndim == 2 else entries.swapaxes(1, 2).reshape(outputs.size, outputs.size)
        _require_tangent_kernel(name, gram)
    return kernel


def _require_tangent_kernel(name, gram):
    eps = float(np.finfo(gram.dtype).eps)
    asymmetry = np.abs(gram - gram.T).max()
    if not asymmetry <= 1e3 * eps * np.abs(gram).max():
        raise ValueError(
            f"{name}: the kernel matrix is not symmetric (off by {float(asymmetry):.2g}). "
            "A tangent kernel is symmetric: was this one made with two sets of inputs?"
        )
    eigenvalues = np.linalg.eigvalsh(gram.astype(float))
    # Rounding may leave one this small. Its mode grows by a factor e only after the fastest mode has decayed
    # by 1/sqrt(eps) factors of e.
    if eigenvalues[0] < -(eps**0.5) * np.abs(eigenvalues).max():
        raise ValueError(
            f"{name}: the kernel matrix has the negative eigenvalue {eigenvalues[0]:.3g} (the largest is "
            f"{eigenvalues[-1]:.3g}), so the loss could rise. A tangent kernel is positive semidefinite, as every "
            "J @ J.T is: pass one of these, for example from empirical.ntk."
        )


def _as_array(name, label, value):
    try:
        return jnp.asarray(value)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name}: {label} cannot be made an array ({error}). Pass numbers in rows of one length."
        ) from None


def require_floating(name: str, label: str, tree: Any) -> None:
    """Raises TypeError where an array in `tree` holds integers, booleans or complex numbers; says which array."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
        dtype = jnp.result_type(leaf)
        if not jnp.issubdtype(dtype, np.floating):
            raise TypeError(
                f"{name}: {label}{jax.tree_util.keystr(path)} has dtype {dtype}; expected real floating-point "
                "numbers, which a gradient can change. Convert it with .astype(float), or close over it."
            )
