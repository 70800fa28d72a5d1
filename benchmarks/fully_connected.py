"""NNGP and NTK of fully connected networks, N x N: the time of `kernel_fn(x, None, ("nngp", "ntk"))`.

neural-tangents is timed under `jax.jit`, which makes it about twice as fast as a plain call. `kernel_fn` of
`ntkbook` compiles by itself.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.workload import Workload


def workload(activation: str, depth: int, n: int, dtype: str) -> Workload:
    settings = {"activation": activation, "depth": depth, "n": n, "dtype": dtype}
    name = f"{activation} depth {depth} N {n} {dtype}"
    target = name == "Relu depth 10 N 1000 float64"
    return Workload(name, settings, target=target, quick=target or (n, depth, dtype) == (500, 3, "float32"))


SIZES = {"Relu": (500, 1000, 2000), "Erf": (500, 2000), "Gelu": (500, 2000)}
WORKLOADS = [
    workload(activation, depth, n, dtype)
    for activation, sizes in SIZES.items()
    for depth in (3, 10)
    for n in sizes
    for dtype in ("float32", "float64")
]


def network(stax, activation: str, depth: int):
    """`depth` hidden layers; weights and biases at which the kernel of no activation dies out or blows up."""
    hidden = (stax.Dense(512, 2**0.5, 0.1), getattr(stax, activation)())
    return stax.serial(*hidden * depth, stax.Dense(1, 2**0.5, 0.1))


def inputs(n: int, dtype: str) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 64)).astype(dtype)


def compiled(library, kernel_fn: Callable) -> Callable:
    import jax

    return kernel_fn if library.ours else jax.jit(kernel_fn, static_argnums=2)


def prepare(library, *, activation: str, depth: int, n: int, dtype: str) -> Callable:
    import jax.numpy as jnp

    kernel_fn = compiled(library, network(library.stax, activation, depth)[2])
    x = jnp.asarray(inputs(n, dtype))
    return lambda: kernel_fn(x, None, ("nngp", "ntk"))


if __name__ == "__main__":
    from benchmarks.command import main

    main("benchmarks.fully_connected", "NNGP and NTK of fully connected networks", WORKLOADS)
