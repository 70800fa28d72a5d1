"""The command line that the benchmark scripts share: choose workloads, run them, store their records."""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.libraries import ROOT
from benchmarks.side_by_side import compare
from benchmarks.workload import Limits, Workload

RESULTS = ROOT / "benchmarks" / "results"


def machine() -> dict:
    """What the numbers depend on: the processor, its cores, its memory."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf8").splitlines() if cpuinfo.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cpu": model, "cores": os.cpu_count(), "memory_gb": round(memory / 2**30), "system": platform.system()}


def main(
    module: str,
    claim: str,
    workloads: list[Workload],
    arguments: list[str] | None = None,
    *,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    conclude: Callable[[list[dict]], dict] = lambda records: {},
) -> None:
    """The command line of a script: runs the workloads that were asked for and stores their records.

    `conclude(records)` returns further entries for the file, computed from all its records.
    """
    parser = argparse.ArgumentParser(description=claim)
    parser.add_argument("--quick", action="store_true", help="a small subset; writes nothing unless --output is given")
    parser.add_argument("--targets", action="store_true", help="only the rows that must be reached")
    parser.add_argument("--only", metavar="TEXT", help="only workloads whose name contains TEXT")
    parser.add_argument("--list", action="store_true", help="list the workloads and stop")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="default: benchmarks/results")
    chosen = parser.parse_args(arguments)
    kept = [w for w in workloads if (w.quick or not chosen.quick) and (w.target or not chosen.targets)]
    kept = [w for w in kept if not chosen.only or chosen.only in w.name]
    if chosen.list or not kept:
        print("\n".join(w.name for w in kept) or "No workload fits.")
        return
    folder = chosen.output or (None if chosen.quick else RESULTS)
    start = time.perf_counter()
    for workload in kept:
        try:
            record = compare(module, workload, limits)
        except FileNotFoundError as error:
            parser.exit(2, f"{error}\n")
        print(summary(record), flush=True)
        if folder is not None:
            store(folder / f"{module.rsplit('.')[-1]}.json", claim, record, [w.name for w in workloads], conclude)
    print(f"{len(kept)} workloads in {time.perf_counter() - start:.0f} s")


def store(path: Path, claim: str, record: dict, names: list[str], conclude: Callable) -> None:
    """Puts a record into a script's file, in the order of its table; records of another machine are dropped."""
    held = json.loads(path.read_text("utf8")) if path.exists() else {}
    earlier = held.get("workloads", []) if held.get("machine") == machine() else []
    by_name = {old["name"]: old for old in earlier} | {record["name"]: record}
    kept = [by_name[name] for name in names if name in by_name]
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"claim": claim, "machine": machine(), "workloads": kept} | conclude(kept)
    path.write_text(json.dumps(content, indent=1) + "\n", "utf8")


def summary(record: dict) -> str:
    """One line per contestant, for the one who watches."""
    busy = record["busy_before"] or 0.0
    lines = [record["name"] + (f"   (others keep {busy:.1f} cores busy: expect noise)" if busy > 0.2 else "")]
    for label, one in record["contestants"].items():
        text = one.get("failure", "")
        if "median_s" in one:
            text = f"{one['median_s']:9.4f} s ({len(one['runs_s'])} runs), first {one['first_result_s']:.2f} s {text}"
        peak = f", {one['peak_bytes'] / 1e9:.2f} GB" if "peak_bytes" in one else ""
        difference = record["relative_difference"].get(label)
        agreement = (
            ""
            if difference is None
            else f", differs by {difference if isinstance(difference, str) else f'{difference:.0e}'}"
        )
        lines.append(f"  {label:40s} {text}{peak}{agreement}")
    ratio = record["ratio"]
    return "\n".join(lines) + ("" if ratio is None else f"\n  ratio {ratio:.2f}")
