"""The two libraries under their common names, so that one workload serves both.

`ntkbook` has the names of neural-tangents; what differs (how a kernel function is compiled, how an empirical
kernel is asked for) stands in the workloads, where one can see what was timed.
"""

import importlib
import os
import sys
import types
from functools import cached_property
from pathlib import Path

OURS = "ntkbook"
THEIRS = "neural-tangents"
ROOT = Path(__file__).resolve().parents[1]


class Library:
    """One of the two libraries; its modules are imported when they are first asked for."""

    def __init__(self, name: str) -> None:
        if name not in (OURS, THEIRS):
            raise ValueError(f"Library: the libraries are {OURS!r} and {THEIRS!r}, got {name!r}.")
        self.name = name
        self.ours = name == OURS

    @cached_property
    def root(self):
        """The package itself."""
        if not self.ours:
            # Its TensorFlow converters take 15 seconds and 1 GB to import, and nothing here uses them.
            converters = "neural_tangents.experimental"
            sys.modules.setdefault(converters, types.ModuleType(converters))
        return importlib.import_module("ntkbook" if self.ours else "neural_tangents")

    @cached_property
    def stax(self):
        """Networks and their kernels."""
        return importlib.import_module(f"{self.root.__name__}.stax")

    @cached_property
    def predict(self):
        """Closed-form training."""
        return importlib.import_module(f"{self.root.__name__}.predict")

    @cached_property
    def empirical(self):
        """`ntkbook.empirical`; neural-tangents has these functions at its root."""
        return importlib.import_module("ntkbook.empirical") if self.ours else self.root


def interpreter(name: str) -> str:
    """The Python that has the library: this one for ours, `.venv-neural-tangents` for theirs.

    The environment variable NEURAL_TANGENTS_PYTHON names another interpreter for theirs.
    """
    if name == OURS:
        return sys.executable
    path = os.environ.get("NEURAL_TANGENTS_PYTHON", str(ROOT / ".venv-neural-tangents" / "bin" / "python"))
    if not Path(path).exists():
        raise FileNotFoundError(
            f"{THEIRS}: there is no Python at {path}. `make bench` makes that environment from "
            "benchmarks/neural_tangents.txt; or set NEURAL_TANGENTS_PYTHON."
        )
    return path
