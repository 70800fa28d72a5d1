"""`gradient_descent_mse_ensemble` at N = 1000: mean and covariance of 200 test outputs at a finite time.

"From the data" begins with a new `predict_fn`: kernels, factorization, prediction. "Again" asks a `predict_fn` that
has answered before. The kernel is that of a ReLU network of depth 3, compiled in both libraries;
neural-tangents is timed as it stands, and with the whole prediction under `jax.jit` where that is possible.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.fully_connected import compiled, network
from benchmarks.libraries import OURS, THEIRS
from benchmarks.workload import Workload

TARGET = "from the data, covariance"


def workload(again: bool, covariance: bool) -> Workload:
    name = f"{'again' if again else 'from the data'}, {'covariance' if covariance else 'mean only'}"
    settings = {"again": again, "covariance": covariance, "n": 1000, "tests": 200, "dtype": "float64"}
    contestants = {OURS: {}, THEIRS: {}}
    # Under jit the cache of an earlier answer would hold tracers.
    if not again:
        contestants[f"{THEIRS} jit"] = {"whole": True}
    return Workload(name, settings, contestants, target=name == TARGET, quick=name == TARGET)


WORKLOADS = [workload(again, covariance) for again in (False, True) for covariance in (True, False)]


def prepare(library, *, again, covariance, n, tests, dtype, whole=False) -> Callable:
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    x, y, x_test = (jnp.asarray(rng.normal(size=shape), dtype) for shape in ((n, 64), (n, 1), (tests, 64)))
    kernel_fn = compiled(library, network(library.stax, "Relu", 3)[2])

    def learn(x, y):
        return library.predict.gradient_descent_mse_ensemble(kernel_fn, x, y, diag_reg=1e-4)

    def answer(predict_fn, x_test):
        return predict_fn(t=100.0, x_test=x_test, get="ntk", compute_cov=covariance)

    if again:
        predict_fn = learn(x, y)
        return lambda: answer(predict_fn, x_test)
    both = jax.jit(lambda x, y, x_test: answer(learn(x, y), x_test)) if whole else None
    return lambda: both(x, y, x_test) if whole else answer(learn(x, y), x_test)


if __name__ == "__main__":
    from benchmarks.command import main

    main("benchmarks.prediction", "Closed-form training of an infinite ensemble", WORKLOADS)
