"""The processes of one workload, and what became of each."""

import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.libraries import interpreter
from benchmarks.process import Failure, Process
from benchmarks.workload import Limits, Workload


class Contestants:
    """The processes of a workload, started together (imports take longest), and what became of each."""

    def __init__(self, module: str, workload: Workload, limits: Limits) -> None:
        self.limits, self.processes, self.failures, self.first = limits, {}, {}, {}
        self.answers: dict[str, dict] = {}
        pythons = {label: interpreter(workload.library(label)) for label in workload.contestants}
        for label, python in pythons.items():
            self.processes[label] = Process(python, workload.library(label), limits.memory_bytes)
        # All are told before one is listened to: the imports go side by side.
        for label, process in self.processes.items():
            settings = workload.settings | workload.contestants[label]
            self._try(label, lambda p=process, s=settings: p.tell_prepare(module, s))
        for label, process in self.processes.items():
            self._try(label, lambda p=process: p.listen(limits.call_s))

    def _try(self, label: str, action: Callable[[], dict | None]) -> dict | None:
        if label in self.failures:
            return None
        try:
            answer = action()
        except Failure as failure:
            self.failures[label] = str(failure)
            self.processes[label].kill()
            return None
        self.answers[label] = self.answers.get(label, {}) | (answer or {})
        return answer

    def run(self, label: str, *, first: bool = False) -> float | None:
        """Seconds of one call, or None where the contestant has failed, now or before."""
        answer = self._try(label, lambda: self.processes[label].ask({"do": "run"}, self.limits.call_s))
        if answer is None:
            return None
        if first:
            self.first[label] = answer["seconds"]
        return answer["seconds"]

    def finish(self, label: str, taken: list[float], work: float | None, folder: Path) -> dict:
        """What goes into the record; the last result goes into the folder."""
        result = {"do": "finish", "result": str(folder / result_name(label))}
        last = self._try(label, lambda: self.processes[label].ask(result, self.limits.call_s))
        record = {"versions": self.answers.get(label, {}).get("versions"), "first_result_s": self.first.get(label)}
        if taken:
            record |= {"median_s": statistics.median(taken), "min_s": min(taken), "max_s": max(taken)}
            record |= {"runs_s": [round(run, 6) for run in taken]}
            record |= {"cores_in_last_run": round(self.answers[label]["cores"], 2)}
            record |= {"work_per_s": work / record["median_s"]} if work else {}
        if last:
            record |= {"peak_bytes": last["peak_bytes"], "start_bytes": last["start_bytes"]}
        return record | ({"failure": self.failures[label]} if label in self.failures else {})

    def __enter__(self) -> "Contestants":
        return self

    def __exit__(self, *_) -> None:
        for process in self.processes.values():
            process.kill()


def result_name(label: str) -> str:
    """The file of a contestant's result."""
    return "".join(letter if letter.isalnum() else "-" for letter in label) + ".npz"
