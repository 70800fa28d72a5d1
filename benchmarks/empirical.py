"""Empirical NTK of a fully connected ReLU network, N = 100, dim 784, 3 hidden layers, with equal parameters.

`ntkbook` chooses its method itself. neural-tangents is timed with each of its three implementations, under
`jax.jit` and with `vmap_axes=0`, which lets it use that the rows do not interact.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.libraries import OURS, THEIRS
from benchmarks.workload import Limits, Workload

IMPLEMENTATIONS = ("STRUCTURED_DERIVATIVES", "JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS")
TARGETS = ("width 1024 outputs 10 traced", "width 2048 outputs 10 full")
# NTK-vector products take minutes at the largest sizes: one run says it.
LIMITS = Limits(long_s=4.0, call_s=30.0)


def workload(width: int, outputs: int, traced: bool) -> Workload:
    name = f"width {width} outputs {outputs} {'traced' if traced else 'full'}"
    settings = {"width": width, "outputs": outputs, "traced": traced, "dtype": "float64"}
    contestants = {OURS: {}} | {f"{THEIRS} {way}": {"implementation": way} for way in IMPLEMENTATIONS}
    return Workload(name, settings, contestants, target=name in TARGETS, quick=(width, outputs) == (512, 1))


# With one output there is nothing to trace: both forms are the same numbers.
WORKLOADS = [
    workload(width, outputs, traced)
    for width in (512, 1024, 2048)
    for outputs, traced in ((1, True), (10, True), (10, False))
]


def parameters(init_fn: Callable, dtype: str):
    """The library's own form of the parameters, with the same numbers in both."""
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(1)
    _, params = init_fn(jax.random.PRNGKey(0), (1, 784))
    return jax.tree_util.tree_map(
        lambda leaf: jnp.asarray(rng.normal(size=leaf.size).reshape(leaf.shape), dtype), params
    )


def prepare(library, *, width, outputs, traced, dtype, n=100, implementation=None) -> Callable:
    import jax
    import jax.numpy as jnp

    stax = library.stax
    hidden = (stax.Dense(width, 2**0.5, 0.1), stax.Relu())
    init_fn, apply_fn, _ = stax.serial(*hidden * 3, stax.Dense(outputs, 1.0, 0.1))
    params = parameters(init_fn, dtype)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(n, 784)), dtype)
    trace_axes = (-1,) if traced else ()
    if library.ours:
        return lambda: library.empirical.ntk(apply_fn, params, x, trace_axes=trace_axes)
    way = library.root.NtkImplementation[implementation]
    ntk_fn = jax.jit(library.root.empirical_ntk_fn(apply_fn, trace_axes=trace_axes, vmap_axes=0, implementation=way))
    return lambda: ntk_fn(x, None, params)


if __name__ == "__main__":
    from benchmarks.command import main

    main("benchmarks.empirical", "Empirical NTK of finite networks", WORKLOADS, limits=LIMITS)
