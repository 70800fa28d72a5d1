"""A program for `test_devices.py`: Gram matrices over devices and processes, in an interpreter of their own.

    jobs.py devices
    jobs.py process PORT PROCESS_ID

It prints one JSON object on the last line.
"""

import json
import sys

import jax
import jax.numpy as jnp
import numpy as np

from ntkbook import stax
from ntkbook.empirical import ntk
from ntkbook.gram import gram
from ntkbook.gram.matrix import _computed
from ntkbook.gram.plan import plan

for option, value in {
    "jax_enable_x64": True,
    "jax_default_matmul_precision": "highest",
    "jax_numpy_dtype_promotion": "strict",
    "jax_numpy_rank_promotion": "raise",
}.items():
    jax.config.update(option, value)

X1 = np.random.default_rng(0).normal(size=(11, 3))
X2 = np.random.default_rng(1).normal(size=(7, 3))
INIT_FN, APPLY_FN, KERNEL_FN = stax.serial(stax.Dense(8, W_std=1.5, b_std=0.1), stax.Relu(), stax.Dense(2))


def largest_difference(found, expected):
    pairs = zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True)
    return max(float(np.abs(one - np.asarray(other)).max() / np.abs(other).max()) for one, other in pairs)


def empirical(x1, x2, get):
    params = INIT_FN(jax.random.key(0), X1.shape)[1]
    return ntk(APPLY_FN, params, x1, x2, trace_axes=())


def cosines(x1, x2=None, get=None):
    """A kernel that compiles fast."""
    return jnp.cos(jnp.matmul(x1, (x1 if x2 is None else x2).T))


def devices():
    devices = np.array(jax.devices())
    mesh = jax.sharding.Mesh(devices, "rows")
    symmetric = gram(KERNEL_FN, X1, mesh=mesh)
    blocks = gram(empirical, X1, X2, "ntk", mesh=jax.sharding.Mesh(devices[:3], "rows"))
    two_axes = jax.sharding.Mesh(devices.reshape(2, 4), ("hosts", "cores"))
    return {
        "devices": len(devices),
        "symmetric": largest_difference(symmetric, KERNEL_FN(X1)),
        "asymmetry": float(np.abs(symmetric.ntk - symmetric.ntk.T).max()),
        "two axes": largest_difference(gram(KERNEL_FN, X1, X2, mesh=two_axes), KERNEL_FN(X1, X2)),
        "empirical": largest_difference(blocks, empirical(X1, X2, "ntk")),
        "at work": at_work(two_axes),
    }


def at_work(mesh):
    """How many devices compute tiles of their own in the first batch of the matrix of X1 and X2."""
    fields = [jax.ShapeDtypeStruct((2, 3), X1.dtype)] * 2
    blocks, programs = plan(KERNEL_FN, ("nngp", "ntk"), fields, X1, X2, mesh, 2**28)
    seen = {}
    run = programs[False].run
    watched = programs[False]._replace(run=lambda *rows: seen.setdefault("values", run(*rows)))
    next(_computed(blocks, {False: watched}, X1, X2, mesh))
    return len({shard.index[0].start for shard in seen["values"][0][0].addressable_shards})


def process(port, process_id):
    jax.distributed.initialize(f"localhost:{port}", num_processes=2, process_id=process_id, initialization_timeout=60)
    mesh = jax.sharding.Mesh(jax.devices(), "rows")
    report = {"devices": jax.device_count(), "of this process": jax.local_device_count()}
    found = gram(cosines, X1, mesh=mesh, progress=True), gram(cosines, X1, X2, mesh=mesh)
    report["difference"] = largest_difference(found, (cosines(X1), cosines(X1, X2)))
    try:
        gram(cosines, X1 + process_id, mesh=mesh)
    except ValueError as error:
        report["error"] = str(error)
    jax.distributed.shutdown()
    return report


if __name__ == "__main__":
    print(json.dumps(devices() if sys.argv[1] == "devices" else process(sys.argv[2], int(sys.argv[3]))))
