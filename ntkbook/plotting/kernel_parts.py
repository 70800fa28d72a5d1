"""The three parts of the kernel of random networks against the width, in the colours that the text gives them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS

PARTS = {"last weights": "blue", "last biases": "green", "earlier parameters": "vermilion"}


def plot_kernel_parts(
    widths: Sequence[int],
    mean: Float[Array, "W 3"],
    spread: Float[Array, "W 3"],
    limit: Float[Array, " 3"],
    between: Float[Array, " W"],
) -> Figure:
    """Left: each part, for one output with itself. Right: what is left between two outputs.

    Args:
      widths: of the hidden layers.
      mean, spread: of each part over the networks; the bars show one standard deviation to either side.
      limit: of each part, at infinite width.
      between: root mean square of the part of the earlier parameters between two outputs; the others have none.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.5))
    # Side by side, so that no bar hides another.
    for k, ((name, color), shift) in enumerate(zip(PARTS.items(), (0.95, 1.0, 1.05), strict=True)):
        left.errorbar(
            [shift * n for n in widths], mean[:, k], spread[:, k], color=COLORS[color], linestyle="none", marker="o",
            capsize=3, label=name,
        )  # fmt: skip
        left.axhline(limit[k], color=COLORS[color], linewidth=1.0, linestyle=(0, (4, 3)))
    left.set(xlabel="width $n$", ylabel="part of the kernel", title="An output with itself")
    left.legend(loc="best")
    right.plot(widths, between, color=COLORS["vermilion"], marker="o", label="earlier parameters")
    scale = between[0] * widths[0] ** 0.5
    right.plot(
        widths, [scale / n**0.5 for n in widths], color=COLORS["grey"], linewidth=1.0, linestyle=(0, (4, 3)),
        label="$n^{-1/2}$",
    )  # fmt: skip
    right.set(xlabel="width $n$", ylabel="root mean square", title="Two outputs")
    right.set_yscale("log", base=2)
    right.legend(loc="best")
    for axes in (left, right):
        axes.set_xscale("log", base=2)
    return figure
