"""One worker process, watched: a call ends in time and memory, or the process does."""

import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.worker import EXHAUSTED, memory

_WORKER = Path(__file__).with_name("worker.py")
# How often a running call is looked at.
_WATCH_S = 0.05
_GB = 1e9


class Failure(Exception):
    """A workload that did not end well; the text is the reason that goes into the record."""


class Process:
    """A worker in the interpreter of one library, both cores, on the CPU."""

    def __init__(self, python: str, library: str, memory_bytes: int) -> None:
        self.library, self.memory_bytes = library, memory_bytes
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XLA_", "JAX_", "OMP_"))}
        environment = kept | {"JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.errors = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen(
            [python, str(_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, env=environment
        )

    def tell_prepare(self, module: str, settings: dict) -> None:
        """Asks for the preparation; `listen` then waits until it is done."""
        request = {"do": "prepare", "library": self.library, "module": module, "settings": settings}
        self.tell(request | {"memory_limit": self.memory_bytes})

    def ask(self, request: dict, seconds: float) -> dict:
        """The answer to a request, as by `listen`."""
        self.tell(request)
        return self.listen(seconds)

    def tell(self, request: dict) -> None:
        """Sends a request and does not wait.

        Raises: Failure: the process has ended.
        """
        try:
            self.process.stdin.write((json.dumps(request) + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failure(self._ended()) from None

    def listen(self, seconds: float) -> dict:
        """The next answer.

        Raises: Failure: the worker says so, ends, or passes the limit of time or memory.
        """
        deadline = time.monotonic() + seconds
        while not select.select([self.process.stdout], [], [], _WATCH_S)[0]:
            if memory("VmRSS", self.process.pid) > self.memory_bytes:
                raise Failure(self._out_of_memory())
            if time.monotonic() > deadline:
                raise Failure(f"no result within {seconds:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            raise Failure(self._ended())
        answer = json.loads(line)
        if not answer.pop("ok"):
            raise Failure(self._out_of_memory() if EXHAUSTED.search(answer["reason"]) else answer["reason"])
        return answer

    def kill(self) -> None:
        """Ends the process; a process that has ended stays ended."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

    def _out_of_memory(self) -> str:
        return f"out of memory at {self.memory_bytes / _GB:g} GB"

    def _ended(self) -> str:
        """Where an allocation fails in compiled code, the process ends, and says why on its standard error."""
        code = self.process.wait()
        self.errors.seek(0)
        return self._out_of_memory() if EXHAUSTED.search(self.errors.read()) else f"the process ended with {code}"
