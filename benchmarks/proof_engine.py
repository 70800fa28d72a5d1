"""How long the engine takes to settle the book's derivations, and for a mutant.

Claims: a mutant takes about 0.2 s or less; the derivations of a chapter are settled within half a minute from a
cold start. Writes results/proof_engine.json: medians of five runs, each in a process of its own.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

RUNS = 5
RESULTS = Path(__file__).parent / "results" / "proof_engine.json"


def one_run() -> dict[str, float]:
    """Seconds of one process: imports, all derivations once, and per mutant of the mean derivation."""
    start = time.perf_counter()
    from ntkbook.derivations import registered
    from ntkbook.proof import mutate, verify

    imported = time.perf_counter()
    statements = sum(len(verify(derivation)) for derivation in registered())
    settled = time.perf_counter()
    mutants = sum(len(mutate(derivation).mutants) for derivation in registered())
    done = time.perf_counter()
    return {
        "statements": statements,
        "mutants": mutants,
        "import_s": imported - start,
        "settle_all_cold_s": settled - imported,
        "per_mutant_s": (done - settled) / mutants,
    }


def main() -> None:
    """Runs `one_run` in fresh processes and stores the medians."""
    runs = []
    for number in range(RUNS):
        command = [sys.executable, __file__, "--one"]
        runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        print(f"run {number + 1} of {RUNS}: {runs[-1]}")
    result = {
        "machine": {"cores": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("jax", "numpy", "sympy")},
        "runs": RUNS,
        "median": {key: round(statistics.median(run[key] for run in runs), 4) for key in runs[0]},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", "utf8")
    print(f"medians: {result['median']}\nwritten to {RESULTS.name}")


if __name__ == "__main__":
    print(json.dumps(one_run())) if "--one" in sys.argv else main()
