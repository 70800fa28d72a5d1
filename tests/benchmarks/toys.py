"""Workloads for the tests of the harness: they import no library, so that a process starts quickly."""

import time

import numpy as np

# Chosen so that a limit of 1 GB is passed, whatever NumPy itself takes.
_TOO_MANY = 3 * 10**8


def prepare(library, *, act: str = "sum", seconds: float = 0.0, scale: float = 1.0):
    def function():
        time.sleep(seconds)
        if act == "raise":
            raise ValueError("of /some/where/deep/file.py: no such thing")
        if act == "swell":
            return np.ones(_TOO_MANY)
        if act == "exit":
            raise SystemExit(3)
        return np.full(3, scale), np.full((2, 2), np.nan if act == "nan" else 1.0)

    return function
