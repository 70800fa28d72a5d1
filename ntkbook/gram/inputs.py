"""What `gram` asks of its arguments."""

import hashlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh

from ntkbook.preconditions import is_known, require_finite


def checked_inputs(x1: Any, x2: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """The inputs on the host: finite numbers, with rows of one shape and dtype."""
    x1 = _rows("x1", x1)
    if x2 is None:
        return x1, None
    x2 = _rows("x2", x2)
    if (x1.shape[1:], x1.dtype) != (x2.shape[1:], x2.dtype):
        raise ValueError(
            f"gram: x1 and x2 must have rows of one shape and one dtype, got {x1.shape} {x1.dtype} and {x2.shape} "
            f"{x2.dtype}."
        )
    return x1, x2


def _rows(label, x):
    if not is_known(x):
        raise TypeError(
            f"gram: {label} has no values yet, because gram was called under jit, grad or vmap. It works on the host: "
            "call it outside, or call kernel_fn itself."
        )
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise TypeError(f"gram: {label} cannot be made an array ({error}). Pass rows of one length.") from None
    if not (jnp.issubdtype(x.dtype, jnp.number) or x.dtype == bool):
        raise TypeError(f"gram: {label} must hold numbers, got dtype {x.dtype}.")
    if x.ndim == 0 or x.shape[0] == 0:
        raise ValueError(f"gram: {label} has no rows: shape {x.shape}. Pass one input per row.")
    require_finite("gram", label, x)
    return x.astype(jax.dtypes.canonicalize_dtype(x.dtype), copy=False)


def checked_mesh(mesh: Any) -> Mesh:
    """The mesh, or for None that of the default device alone."""
    if mesh is None:
        return Mesh(np.array(list(jnp.zeros(()).devices())), "rows")
    if not isinstance(mesh, Mesh):
        raise TypeError(
            f"gram: mesh must be a jax.sharding.Mesh, got a {type(mesh).__name__}. For all devices pass "
            'jax.sharding.Mesh(jax.devices(), "rows").'
        )
    return mesh


def checked_result(kernel_fn: Any, get: Any, x1: np.ndarray, x2: np.ndarray | None) -> tuple[list, Any]:
    """Shapes and dtypes of the fields for 2 and 3 rows, and the record that holds them.

    Raises: ValueError: a field that is no matrix; for x2 = None, one with axes that cannot be mirrored.
    """
    rows1, rows2 = (jax.ShapeDtypeStruct((n, *x1.shape[1:]), x1.dtype) for n in (2, 3))
    record = jax.eval_shape(lambda rows1, rows2: kernel_fn(rows1, rows2, get), rows1, rows2)
    fields, structure = jax.tree.flatten(record)
    for path, field in jax.tree_util.tree_leaves_with_path(record):
        label = "its result" if not path else f"its field {jax.tree_util.keystr(path)}"
        if field.shape[:2] != (2, 3):
            raise ValueError(
                f"gram: kernel_fn must return matrices (n1, n2, ...), but for 2 and 3 rows {label} has shape "
                f'{field.shape}. Ask for get="nngp", "ntk" or both; for anything else call kernel_fn itself.'
            )
        if x2 is None and field.shape[2::2] != field.shape[3::2]:
            raise ValueError(
                f"gram: {label} has the axes {field.shape[2:]} behind its rows and columns. To mirror it, each axis of "
                "x1 must be followed by one of x2. Pass x2=x1 to compute all of it."
            )
    if not fields:
        raise ValueError(f"gram: kernel_fn returned no arrays, but {record!r}.")
    return fields, structure


def require_same_job(mesh: Mesh, x1: np.ndarray, x2: np.ndarray | None, get: Any, memory: int) -> None:
    """Raises ValueError unless the processes of the mesh were called with the same inputs, `get` and memory."""
    if not mesh.is_multi_process:
        return
    digest = hashlib.sha256(repr((x1.shape, x1.dtype, x2 is None or x2.shape, get, memory)).encode())
    for x in (x1, x2):
        if x is not None:
            digest.update(np.ascontiguousarray(x).tobytes())
    digests = multihost_utils.process_allgather(np.frombuffer(digest.digest(), np.uint8))
    different = np.flatnonzero((digests != digests[0]).any(1))
    if different.size:
        raise ValueError(
            f"gram: process {different[0]} was called with other inputs, get or memory than process 0. Every process "
            "must pass the same: draw data from one key, or load one file."
        )
