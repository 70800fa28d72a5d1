"""NNGP and NTK of convolutional networks: 3 x 3, SAME, with Flatten and with global average pooling.

One unit of work is a pair of images, that is an entry of the N x N matrix; a library that uses the symmetry of
the matrix is free to. neural-tangents is timed under `jax.jit` (a plain call is slower), and for Flatten at
depth 10 also in batches, which can be faster because a batch stays in the cache. For pooling, batches were slower.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.fully_connected import compiled
from benchmarks.libraries import OURS, THEIRS
from benchmarks.workload import Workload

# Images per run (Flatten, GlobalAvgPool), so that neural-tangents takes about a second where it can.
IMAGES = {
    (8, 1): {3: (300, 20), 10: (160, 10)},
    (16, 3): {3: (200, 6), 10: (100, 4)},
    (32, 3): {3: (100, 3), 10: (60, 4)},
}
# At 0.7 pairs per second four images would take minutes.
FEW = {("GlobalAvgPool", 32, 10, "float32"): 2}

TARGETS = (
    "GlobalAvgPool 32x32x3 depth 10 float32",
    "GlobalAvgPool 32x32x3 depth 10 float64",
    "Flatten 16x16x3 depth 10 float64",
)


def workload(readout: str, side: int, channels: int, depth: int, dtype: str) -> Workload:
    name = f"{readout} {side}x{side}x{channels} depth {depth} {dtype}"
    n = FEW.get((readout, side, depth, dtype), IMAGES[side, channels][depth][readout == "GlobalAvgPool"])
    settings = {"readout": readout, "side": side, "channels": channels, "depth": depth, "n": n, "dtype": dtype}
    contestants = {OURS: {}, f"{THEIRS} jit": {"way": "jit"}}
    if readout == "Flatten" and depth == 10:
        contestants[f"{THEIRS} batch"] = {"way": "batch", "batch_size": n // 4}
    quick = (side, depth) == (8, 3)
    return Workload(name, settings, contestants, work=n**2, target=name in TARGETS, quick=quick)


WORKLOADS = [
    workload(readout, side, channels, depth, dtype)
    for readout in ("Flatten", "GlobalAvgPool")
    for side, channels in IMAGES
    for depth in (3, 10)
    for dtype in ("float32", "float64")
]


def network(stax, readout: str, depth: int):
    hidden = (stax.Conv(64, (3, 3), padding="SAME", W_std=2**0.5, b_std=0.1), stax.Relu())
    return stax.serial(*hidden * depth, getattr(stax, readout)(), stax.Dense(1, 2**0.5, 0.1))


def inputs(n: int, side: int, channels: int, dtype: str) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, side, side, channels)).astype(dtype)


def prepare(library, *, readout, side, channels, depth, n, dtype, way="jit", batch_size=0) -> Callable:
    import jax.numpy as jnp

    kernel_fn = network(library.stax, readout, depth)[2]
    if way == "batch":
        kernel_fn = library.root.batch(kernel_fn, batch_size=batch_size, device_count=0)
    else:
        kernel_fn = compiled(library, kernel_fn)
    x = jnp.asarray(inputs(n, side, channels, dtype))
    return lambda: kernel_fn(x, None, ("nngp", "ntk"))


if __name__ == "__main__":
    from benchmarks.command import main

    main("benchmarks.convolutional", "NNGP and NTK of convolutional networks", WORKLOADS)
