"""The kernels that an ensemble needs, out of one kernel function; those of the training points are taken once."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax import Array

from ntkbook.preconditions import is_known, require_finite
from ntkbook.predict.records import field

__all__ = ["EnsembleKernels"]


class EnsembleKernels:
    """Calls `kernel_fn(x1, x2, get, **kwargs)` for the training points, and between them and test points.

    Args:
      name: the function in whose name errors speak.
      kernel_fn, x_train, train_kwargs: as for `gradient_descent_mse_ensemble`.
      prepare: what is done once to a train-train kernel: it is checked, and made a matrix.
    Raises: TypeError: kernel_fn is no function. ValueError: NaN or infinity in x_train.
    """

    def __init__(
        self,
        name: str,
        kernel_fn: Callable[..., Any],
        x_train: Any,
        train_kwargs: dict[str, Any],
        prepare: Callable[[Any], Array],
    ):
        if not callable(kernel_fn):
            hint = " Pass net.kernel_fn, not net." if hasattr(kernel_fn, "kernel_fn") else ""
            raise TypeError(
                f"{name}: expected a function kernel_fn(x1, x2, get), got a {type(kernel_fn).__name__}.{hint}"
            )
        require_finite(name, "x_train", x_train)
        self._name, self._kernel_fn, self._x_train, self._train_kwargs = name, kernel_fn, x_train, train_kwargs
        self._prepare, self._kept = prepare, {}

    def of_training_points(self, needed: tuple[str, ...]) -> dict[str, Array]:
        """Train-train kernels, prepared. Numbers that are known are kept for later calls."""
        missing = tuple(kernel for kernel in needed if kernel not in self._kept)
        taken = {}
        if missing:
            # Known inputs give known kernels, also where the call stands under jit, unless kernel_fn itself varies.
            with jax.ensure_compile_time_eval():
                taken = self._take(self._x_train, None, missing, self._train_kwargs, "kernel_fn(x_train, None)")
                taken = {kernel: self._prepare(array) for kernel, array in taken.items()}
        self._kept.update({kernel: array for kernel, array in taken.items() if is_known(array)})
        return {kernel: taken[kernel] if kernel in taken else self._kept[kernel] for kernel in needed}

    def of_test_points(self, x_test: Any, needed: tuple[str, ...], test_kwargs: dict[str, Any]) -> dict[str, Array]:
        """Test-train kernels."""
        require_finite(self._name, "x_test", x_test)
        kwargs = self._merged(test_kwargs, self._crossed)
        return self._take(x_test, self._x_train, needed, kwargs, "kernel_fn(x_test, x_train)")

    def spread_of_test_points(self, x_test: Any, test_kwargs: dict[str, Any]) -> Array:
        """Test-test NNGP."""
        kwargs = self._merged(test_kwargs, lambda of_test, of_train: of_test)
        return self._take(x_test, None, ("nngp",), kwargs, "kernel_fn(x_test, None)")["nngp"]

    def _take(self, x1, x2, needed, kwargs, label):
        if len(needed) == 1:
            return {needed[0]: field(self._name, label, self._kernel_fn(x1, x2, needed[0], **kwargs), needed[0])}
        record = self._kernel_fn(x1, x2, needed, **kwargs)
        if not hasattr(record, "nngp") and not hasattr(record, "ntk"):
            raise ValueError(
                f"{self._name}: kernel_fn(x1, x2, {needed!r}) must return a record with these fields, got a "
                f"{type(record).__name__}. An empirical ntk has no nngp: pass a kernel_fn that knows both."
            )
        return {kernel: field(self._name, label, record, kernel) for kernel in needed}

    def _merged(self, test_kwargs, merge):
        merged = dict(self._train_kwargs)
        for key, of_test in test_kwargs.items():
            if key not in merged:
                raise ValueError(
                    f"{self._name}: the keyword {key!r} was given for test points, but not for training points. Give "
                    "it to gradient_descent_mse_ensemble too."
                )
            if not _holds_arrays(of_test) and of_test != merged[key]:
                raise ValueError(
                    f"{self._name}: the keyword {key!r} is {merged[key]!r} for training points and {of_test!r} for "
                    "test points; only arrays may differ."
                )
            merged[key] = merge(of_test, merged[key])
        return merged

    @staticmethod
    def _crossed(of_test, of_train):
        """A pair holds what belongs to x1 and to x2: the test points come first, then the training points."""
        if isinstance(of_test, tuple) and isinstance(of_train, tuple) and len(of_test) == len(of_train) == 2:
            return of_test[0], of_train[0]
        return of_test


def _holds_arrays(value):
    return all(isinstance(leaf, jax.Array | np.ndarray) for leaf in jax.tree.leaves(value))
