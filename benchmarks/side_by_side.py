"""Times the same workload in several processes that take turns, run by run, and compares what they return.

A benchmark script holds `WORKLOADS`, a function `prepare(library, **settings)` that returns what is timed, and ends
in `command.main(...)`. Each workload gets a fresh process per contestant, so that its peak memory is its own.
In a process the first call, with its compilation, is recorded apart; one more warms up; then the counted runs go
A B A B. A contestant that fails, or passes a limit, stays in the record with the reason.
"""

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.contestants import Contestants, result_name
from benchmarks.libraries import OURS
from benchmarks.workload import Limits, Workload


def compare(module: str, workload: Workload, limits: Limits = Limits()) -> dict:  # noqa: B008 (frozen)
    """The record of one workload: per contestant the seconds, the memory or the failure; their ratio; their agreement.

    Args:
      module: importable name of the script that has `prepare`.
    Returns: plain data for JSON. "ratio" is the median of the fastest other contestant over ours, and
      "first_result_ratio" the same for the first call of that contestant; None where either side failed.
    """
    busy = busy_cores()
    with tempfile.TemporaryDirectory() as folder:
        measure = _first_calls if workload.fresh else _turns
        records = measure(module, workload, limits, Path(folder))
        differences = _differences(Path(folder), workload, records)
    versions = {workload.library(label): record.pop("versions", None) for label, record in records.items()}
    fastest, ratio, first_ratio = _ratios(records)
    return {
        "name": workload.name,
        "settings": workload.settings,
        "work": workload.work,
        "target": workload.target,
        "date": datetime.now(UTC).date().isoformat(),
        "busy_before": busy,
        "contestants": records,
        "fastest_other": fastest,
        "ratio": ratio,
        "first_result_ratio": first_ratio,
        "relative_difference": differences,
        "versions": versions,
    }


def busy_cores(seconds: float = 0.3) -> float | None:
    """How many cores others keep busy, before a workload starts: noise that the record should show."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None

    def idle() -> int:
        fields = stat.read_text("utf8").split("\n", 1)[0].split()
        return int(fields[4]) + int(fields[5])

    before, start = idle(), time.perf_counter()
    time.sleep(seconds)
    ticks = os.sysconf("SC_CLK_TCK") * (time.perf_counter() - start)
    return round(max(0.0, os.cpu_count() - (idle() - before) / ticks), 2)


def _turns(module, workload, limits, folder) -> dict[str, dict]:
    """First calls, a warm-up, then the counted runs in turn."""
    with Contestants(module, workload, limits) as contestants:
        seconds = {label: [] for label in workload.contestants}
        going = set()
        for label in workload.contestants:
            first = contestants.run(label, first=True)
            if first is not None:
                going.add(label)
                if first < limits.brief_s:
                    contestants.run(label)
        while going:
            for label in sorted(going):
                run = contestants.run(label)
                seconds[label] += [] if run is None else [run]
                if run is None or _enough(seconds[label], limits):
                    going.discard(label)
        return {label: contestants.finish(label, taken, workload.work, folder) for label, taken in seconds.items()}


def _enough(taken: list[float], limits: Limits) -> bool:
    return taken[0] > limits.long_s or len(taken) >= limits.runs * (2 if sum(taken) < limits.brief_s else 1)


def _first_calls(module, workload, limits, folder) -> dict[str, dict]:
    """Only the first call, each time in a fresh process; the seconds of a record are those."""
    seconds = {label: [] for label in workload.contestants}
    for _ in range(workload.fresh):
        with Contestants(module, workload, limits) as contestants:
            for label, taken in seconds.items():
                first = contestants.run(label, first=True)
                taken += [] if first is None else [first]
            done = {label: contestants.finish(label, taken, workload.work, folder) for label, taken in seconds.items()}
    return {label: record | {"first_result_s": record.get("median_s")} for label, record in done.items()}


def _ratios(records: dict[str, dict]) -> tuple[str | None, float | None, float | None]:
    """The fastest other contestant that succeeded, and how many times longer it takes than ours."""
    good = {label: record for label, record in records.items() if "failure" not in record and "median_s" in record}
    others = {label: record for label, record in good.items() if label != OURS}
    if not others:
        return None, None, None
    fastest = min(others, key=lambda label: others[label]["median_s"])
    if OURS not in good:
        return fastest, None, None
    ratio = others[fastest]["median_s"] / good[OURS]["median_s"]
    return fastest, ratio, others[fastest]["first_result_s"] / good[OURS]["first_result_s"]


def _differences(folder: Path, workload: Workload, records: dict[str, dict]) -> dict[str, float | str]:
    """Per other contestant: the largest difference from ours over ours' largest entry, the worst of the results."""
    files = {label: folder / result_name(label) for label in records}
    if OURS not in files or not files[OURS].exists():
        return {}
    ours = np.load(files[OURS])
    found: dict[str, float | str] = {}
    for label, path in files.items():
        if label != OURS and path.exists():
            theirs = np.load(path)
            found[label] = _largest(ours, theirs)
    return found


def _largest(ours, theirs) -> float | str:
    shapes = [[loaded[name].shape for name in loaded.files] for loaded in (ours, theirs)]
    if shapes[0] != shapes[1]:
        return f"shapes {shapes[0]} and {shapes[1]}"
    pairs = [(ours[name].astype(float), theirs[name].astype(float)) for name in ours.files]
    largest = [float(np.max(np.abs(a - b)) / np.max(np.abs(a))) for a, b in pairs]
    return max(largest) if np.all(np.isfinite(largest)) else "NaN or infinity in a result"
