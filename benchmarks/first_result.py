"""The first result with its compilation, at depth 10: the first call of `kernel_fn`, each time in a fresh process.

Importing the library is left out on both sides. Inputs are small enough that the time is mostly tracing and
compiling.
"""

import importlib
from collections.abc import Callable

from benchmarks.libraries import OURS, THEIRS
from benchmarks.workload import Workload

FULLY_CONNECTED = {"script": "fully_connected", "depth": 10, "n": 100, "dtype": "float64"}
CONVOLUTIONAL = {"script": "convolutional", "side": 8, "channels": 1, "depth": 10, "n": 4, "dtype": "float64"}


def workload(name: str, settings: dict) -> Workload:
    return Workload(name, settings, {OURS: {}, f"{THEIRS} jit": {}}, target=True, quick=True, fresh=5)


WORKLOADS = [
    workload("fully connected Relu", FULLY_CONNECTED | {"activation": "Relu"}),
    workload("convolutional GlobalAvgPool", CONVOLUTIONAL | {"readout": "GlobalAvgPool"}),
]


def prepare(library, *, script: str, **settings) -> Callable:
    return importlib.import_module(f"benchmarks.{script}").prepare(library, **settings)


if __name__ == "__main__":
    from benchmarks.command import main

    main("benchmarks.first_result", "First result with compilation, depth 10", WORKLOADS)
