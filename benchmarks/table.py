"""Writes results/README.md from the JSON files beside it: what had to be reached, then every measurement."""

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.libraries import OURS, ROOT, THEIRS

RESULTS = ROOT / "benchmarks" / "results"
SCRIPTS = ("fully_connected", "convolutional", "empirical", "prediction", "first_result")
_GB = 1e9


@dataclass(frozen=True)
class Target:
    """A row that has to be reached: so many times as fast as the other library, in so many bytes at most."""

    work: str
    script: str
    workload: str
    ratio: float
    most_bytes: float | None = None


TARGETS = (
    Target("fully connected, ReLU, depth 10, N = 1000, dim 64, float64", SCRIPTS[0], "Relu depth 10 N 1000 float64", 2),
    Target("CNTK, GlobalAvgPool, 32×32×3, depth 10, float32", SCRIPTS[1], "GlobalAvgPool 32x32x3 depth 10 float32", 20),
    Target(
        "CNTK, GlobalAvgPool, 32×32×3, depth 10, float64", SCRIPTS[1], "GlobalAvgPool 32x32x3 depth 10 float64", 6, _GB
    ),
    Target("CNTK, Flatten, 16×16×3, depth 10, float64", SCRIPTS[1], "Flatten 16x16x3 depth 10 float64", 2),
    Target(
        "empirical NTK, width 1024, N = 100, 10 outputs traced, float64",
        SCRIPTS[2],
        "width 1024 outputs 10 traced",
        1.5,
        _GB,
    ),
    Target(
        "empirical NTK, width 2048, N = 100, 10 outputs, full blocks, float64",
        SCRIPTS[2],
        "width 2048 outputs 10 full",
        1.5,
    ),
    Target(
        "`gradient_descent_mse_ensemble`, N = 1000, covariance, finite t, float64",
        SCRIPTS[3],
        "from the data, covariance",
        2,
    ),
    Target("first result with compilation, fully connected, depth 10", SCRIPTS[4], "fully connected Relu", 1.5),
    Target("first result with compilation, convolutional, depth 10", SCRIPTS[4], "convolutional GlobalAvgPool", 1.5),
)


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def header(cells: list[str]) -> list[str]:
    return [row(cells), row(["---"] * len(cells))]


def time_of(one: dict) -> str:
    """Median and range, as pairs per second where the work is counted in pairs; or why there is none."""
    if "failure" in one or "median_s" not in one:
        return one.get("failure", "nothing was timed")
    few = "" if len(one["runs_s"]) >= 5 else f", {len(one['runs_s'])} run"
    seconds = f"{one['median_s']:.3g} s ({one['min_s']:.3g} to {one['max_s']:.3g}{few})"
    return f"{one['work_per_s']:.3g} pairs/s, {seconds}" if "work_per_s" in one else seconds


def peak_of(one: dict) -> str:
    return f"{one['peak_bytes'] / _GB:.2f} GB" if "peak_bytes" in one else "–"


def others_of(record: dict) -> str:
    """The fastest contestant of the other library first, then what became of its others."""
    names = [label for label in record["contestants"] if label != OURS]
    names.sort(key=lambda label: label != record["fastest_other"])
    texts = []
    for label in names:
        way = label.removeprefix(THEIRS).strip()
        texts.append(
            f"{way}: {time_of(record['contestants'][label])}" if way else time_of(record["contestants"][label])
        )
    return "; ".join(texts)


def difference_of(record: dict) -> str:
    found = record["relative_difference"].get(record["fastest_other"])
    return "–" if found is None else found if isinstance(found, str) else f"{found:.0e}"


def reached(target: Target, record: dict | None) -> str:
    """Yes or no, computed: no also where one side gave no number."""
    if record is None:
        return "not measured"
    if record["ratio"] is None or record["ratio"] < target.ratio:
        return "no"
    peak = record["contestants"][OURS].get("peak_bytes", float("inf"))
    return "no" if target.most_bytes is not None and peak >= target.most_bytes else "yes"


def target_row(target: Target, record: dict | None) -> str:
    needed = f"{target.ratio:g} ×" + ("" if target.most_bytes is None else f", under {target.most_bytes / _GB:g} GB")
    if record is None:
        return row([target.work, "–", "–", "–", needed, reached(target, None), "–", "–"])
    ours, fastest = record["contestants"][OURS], record["contestants"].get(record["fastest_other"], {})
    ratio = "–" if record["ratio"] is None else f"{record['ratio']:.2f} ×"
    cells = [target.work, others_of(record), time_of(ours), ratio, needed, reached(target, record)]
    return row([*cells, peak_of(fastest), peak_of(ours)])


def workload_row(record: dict) -> str:
    ours, fastest = record["contestants"][OURS], record["contestants"].get(record["fastest_other"], {})
    ratios = ["–" if record[key] is None else f"{record[key]:.2f}" for key in ("ratio", "first_result_ratio")]
    memory = f"{peak_of(fastest)}, {peak_of(ours)}"
    return row([record["name"], others_of(record), time_of(ours), *ratios, difference_of(record), memory])


def growth_rows(fits: dict) -> list[str]:
    lines = header(["series", "sizes", "seconds", "exponent (95 %)", "between the last two", "counting operations"])
    for name, fit in fits.items():
        sizes, seconds = ", ".join(map(str, fit["sizes"])), ", ".join(f"{value:.3g}" for value in fit["median_s"])
        slope = f"{fit['exponent']:.2f} ± {fit['half_width']:.2f}"
        lines.append(row([name, sizes, seconds, slope, f"{fit['last']:.2f}", fit["expected"]]))
    return lines


def conditions(files: dict[str, dict]) -> str:
    """One line: the machine, the versions and the days of what is shown."""
    records = [record for content in files.values() for record in content["workloads"]]
    machines = sorted(
        {f"{m['cpu']}, {m['cores']} cores, {m['memory_gb']} GB" for m in (c["machine"] for c in files.values())}
    )
    dates = sorted({record["date"] for record in records})
    seen = {library: versions for record in records for library, versions in record["versions"].items() if versions}
    libraries = [
        f"{name} with jax {found.get('jax', '?')}, jaxlib {found.get('jaxlib', '?')}, Python {found['python']}"
        for name, found in ((f"{key} {value.get(key, '')}".strip(), value) for key, value in sorted(seen.items()))
    ]
    busy = max((record["busy_before"] or 0.0 for record in records), default=0.0)
    noise = f" Other programs kept up to {busy:.1f} cores busy." if busy > 0.2 else ""
    return f"{'; '.join(machines)}. {'; '.join(libraries)}. {' to '.join(dict.fromkeys((dates[0], dates[-1])))}.{noise}"


def render(folder: Path) -> str:
    """The whole page.

    Args:
      folder: where the JSON files are; a missing one leaves its rows out, and its targets "not measured".
    """
    paths = {name: folder / f"{name}.json" for name in (*SCRIPTS, "growth")}
    files = {name: json.loads(path.read_text("utf8")) for name, path in paths.items() if path.exists()}
    records = {(name, one["name"]): one for name, content in files.items() for one in content["workloads"]}
    lines = ["# Benchmarks", "", "Generated by `make bench` from the JSON files in this folder; do not edit."]
    lines += ["", conditions(files)] if records else []
    lines += [
        "",
        "Medians (and range) of at least five runs after a warm-up; both libraries on the CPU, in processes that take",
        "turns. Memory is the peak of the process, with the libraries. The ratio is that of the fastest way",
        f"of {THEIRS} to `{OURS}`. The difference is the largest between their results, over the largest entry.",
        "",
        "## What had to be reached",
        "",
    ]
    lines += header(["work", THEIRS, OURS, "ratio", "at least", "reached", f"memory, {THEIRS}", f"memory, {OURS}"])
    lines += [target_row(target, records.get((target.script, target.workload))) for target in TARGETS]
    for name in SCRIPTS:
        if name in files:
            lines += ["", f"## {files[name]['claim']}", ""]
            lines += header(
                ["workload", THEIRS, OURS, "ratio", "ratio of first results", "difference", "memory of both"]
            )
            lines += [workload_row(record) for record in files[name]["workloads"]]
    if files.get("growth", {}).get("fits"):
        lines += ["", f"## {files['growth']['claim']}", "", *growth_rows(files["growth"]["fits"])]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (RESULTS / "README.md").write_text(render(RESULTS), "utf8")
    print(f"written: {(RESULTS / 'README.md').relative_to(ROOT)}")
