"""Eigenvalues of kernels: on the circle by frequency, on data by rank."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_kernel_spectra(
    circle: dict[str, tuple[Float[Array, " k"], Float[Array, " k"]]],
    data: dict[str, Float[Array, " N"]],
    *,
    guides: dict[str, tuple[Float[Array, " m"], Float[Array, " m"]]] | None = None,
    data_title: str = "Digits",
) -> Figure:
    """Two panels with logarithmic axes.

    Args:
      circle: name: (frequencies, eigenvalues) on the circle.
      data: name: eigenvalues on data, decreasing.
      guides: name: (x, y), dashed lines of known slope in the left panel.
      data_title: of the right panel.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.7))
    for (name, (frequencies, eigenvalues)), color, marker in zip(
        circle.items(), COLORS.values(), "os^Dv", strict=False
    ):
        left.loglog(frequencies, eigenvalues, linestyle="none", marker=marker, markersize=4.5, color=color, label=name)
    for name, (x, y) in (guides or {}).items():
        left.loglog(x, y, color=COLORS["grey"], linewidth=1.0, linestyle=(0, (4, 3)))
        left.annotate(name, (x[-1], y[-1]), xytext=(-4, 8), textcoords="offset points", ha="right", fontsize=9)
    left.xaxis.set_major_locator(LogLocator(base=2))
    left.xaxis.set_major_formatter("{x:g}")
    left.xaxis.set_minor_locator(NullLocator())
    left.set(xlabel="frequency $k$", ylabel="eigenvalue", title="Circle")
    left.legend(loc="lower left")
    for (name, eigenvalues), color in zip(data.items(), COLORS.values(), strict=False):
        right.loglog(range(1, len(eigenvalues) + 1), eigenvalues, color=color, label=name)
    right.set(xlabel="rank of the eigenvalue", title=data_title)
    right.legend(loc="lower left")
    return figure
