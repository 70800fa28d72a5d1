"""The process that runs one workload in one library: it answers requests on its standard input, a line of JSON each.

    {"do": "prepare", "library": ..., "module": ..., "settings": {...}, "memory_limit": bytes}
    {"do": "run"}        -> {"seconds": ..., "cores": how many it kept busy}
    {"do": "finish", "result": path}   -> {"peak_bytes": ..., "start_bytes": ...}, and the result as an .npz file

Every answer has "ok"; where that is false, "reason" says what happened. Runs in both environments.
"""

import importlib
import json
import os
import platform
import re
import resource
import sys
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

# Where the worker stands under a limit on its addresses: threads reserve more of them than they ever touch.
_RESERVED = 3 * 10**9
EXHAUSTED = re.compile("RESOURCE_EXHAUSTED|MemoryError|out of memory|bad_alloc|failed to allocate", re.IGNORECASE)


def memory(field: str, pid: int | str = "self") -> int:
    """Bytes in use: field "VmRSS" now, "VmHWM" at the peak, "VmSize" reserved."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        found = re.search(rf"{field}:\s+(\d+) kB", status.read_text("utf8"))
        return int(found[1]) * 1024 if found else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if pid == "self" else 0
    return peak if sys.platform == "darwin" else peak * 1024


def versions() -> dict[str, str]:
    """The versions of what takes part, of the packages that this environment has."""
    found = {"python": platform.python_version()}
    for package in ("ntkbook", "neural-tangents", "jax", "jaxlib", "numpy", "scipy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def leaves(result) -> list[np.ndarray]:
    """The arrays of a result in their order: of a tuple, a named tuple or one array."""
    return [leaf for part in result for leaf in leaves(part)] if isinstance(result, tuple) else [np.asarray(result)]


class Worker:
    """The state between requests: the prepared function and its last result."""

    def prepare(self, library: str, module: str, settings: dict, memory_limit: int) -> dict:
        """Imports, makes the inputs, and from then on keeps the process under its limit."""
        from benchmarks.libraries import Library

        if settings.get("dtype") is not None:
            import jax

            jax.config.update("jax_enable_x64", settings["dtype"] == "float64")
            jax.block_until_ready(jax.numpy.zeros(1) + 1)  # starts the device, which is no part of a workload
        self.function = importlib.import_module(module).prepare(Library(library), **settings)
        self.start_bytes = memory("VmRSS")
        if hasattr(resource, "RLIMIT_AS") and sys.platform == "linux":
            bound = memory("VmSize") + memory_limit + _RESERVED
            resource.setrlimit(resource.RLIMIT_AS, (bound, resource.getrlimit(resource.RLIMIT_AS)[1]))
        return {"versions": versions()}

    def run(self) -> dict:
        """One timed call, until its arrays are there."""
        self.result = None
        start, processor = time.perf_counter(), time.process_time()
        self.result = self.function()
        if "jax" in sys.modules:
            sys.modules["jax"].block_until_ready(self.result)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "cores": (time.process_time() - processor) / seconds}

    def finish(self, result: str) -> dict:
        """Stores the last result; the peak is read before its copy is made."""
        peak = memory("VmHWM")
        np.savez(result, *leaves(self.result))
        return {"peak_bytes": peak, "start_bytes": self.start_bytes}


def end_with_parent(parent: int) -> None:
    """A worker whose parent was killed would go on, at 13 GB for all that it knows."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def main() -> None:
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    # Libraries may print: the answers get the standard output for themselves.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    # The package `benchmarks` is reached from the root, and its modules never shadow others.
    sys.path[0:1] = []
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    worker = Worker()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": True} | getattr(worker, request.pop("do"))(**request)
        except Exception as error:
            # The record is published: of a path it keeps the file's name.
            text = re.sub(r"(/[\w.+-]+)+/(?=[\w.+-])", "", str(error).strip())
            answer = {"ok": False, "reason": f"{type(error).__name__}: {text}"[:300]}
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
