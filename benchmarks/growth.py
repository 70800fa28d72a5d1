"""How the time of `ntkbook` grows with N, depth, image side and width: sizes, seconds and the fitted exponent.

The exponent is the slope of log time on log size; its 95 % interval comes from the scatter about the line, so a
bend (overhead at small sizes) widens it. "Last" is the slope between the two largest sizes.
"""

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.libraries import OURS
from benchmarks.workload import Workload


@dataclass(frozen=True)
class Series:
    """One parameter that grows while the rest of the settings stay; `expected` is what counting operations gives."""

    name: str
    parameter: str
    sizes: tuple[int, ...]
    expected: str
    script: str
    settings: dict

    def workload(self, size: int) -> Workload:
        """The point of the series at one size."""
        settings = self.settings | {"script": self.script, self.parameter: size, "dtype": "float64"}
        quick = self.parameter == "n" and size <= 1000
        return Workload(f"{self.name} {size}", settings, {OURS: {}}, quick=quick)


FULLY_CONNECTED = {"activation": "Relu", "depth": 3, "n": 1000}
POOLED = {"readout": "GlobalAvgPool", "channels": 3, "depth": 3, "n": 4}
FLAT = {"readout": "Flatten", "channels": 3, "depth": 3, "n": 60}
FINITE = {"outputs": 10, "traced": True}

SERIES = [
    Series("fully connected, N", "n", (500, 1000, 2000, 3000, 4000), "2", "fully_connected", FULLY_CONNECTED),
    Series("fully connected, depth", "depth", (2, 4, 8, 16, 32), "1", "fully_connected", FULLY_CONNECTED),
    Series("GlobalAvgPool, side", "side", (8, 12, 16, 20, 24), "4", "convolutional", POOLED),
    Series("Flatten, side", "side", (8, 16, 24, 32, 48), "2", "convolutional", FLAT),
    Series("empirical, width", "width", (256, 512, 1024, 1536, 2048), "1 to 2", "empirical", FINITE),
]
WORKLOADS = [series.workload(size) for series in SERIES for size in series.sizes]


def exponent(sizes: list[float], seconds: list[float]) -> dict[str, float]:
    """Slope of log seconds on log size, half the width of its 95 % interval, and the slope at the end."""
    from scipy import stats  # a second that the workers need not spend

    x, y = [[math.log(value) for value in values] for values in (sizes, seconds)]
    line = stats.linregress(x, y)
    half = float(line.stderr * stats.t.ppf(0.975, len(x) - 2))
    return {"exponent": float(line.slope), "half_width": half, "last": (y[-1] - y[-2]) / (x[-1] - x[-2])}


def fits(records: list[dict]) -> dict:
    """The fit of each series that has at least three points, for the file of results."""
    medians = {record["name"]: record["contestants"][OURS].get("median_s") for record in records}
    found = {}
    for series in SERIES:
        points = [(size, seconds) for size in series.sizes if (seconds := medians.get(f"{series.name} {size}"))]
        if len(points) >= 3:
            sizes, seconds = map(list, zip(*points, strict=True))
            fit = {"expected": series.expected, "sizes": sizes, "median_s": seconds} | exponent(sizes, seconds)
            found[series.name] = fit
    return {"fits": found}


def prepare(library, *, script: str, **settings) -> Callable:
    return importlib.import_module(f"benchmarks.{script}").prepare(library, **settings)


if __name__ == "__main__":
    from benchmarks.command import main

    main("benchmarks.growth", "How the time grows", WORKLOADS, conclude=fits)
