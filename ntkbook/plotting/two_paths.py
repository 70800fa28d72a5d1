"""The path of training, seen in function space and in parameter space."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_two_paths(
    output_path: Float[Array, "T 2"],
    parameter_path: Float[Array, "T 2"],
    targets: Float[Array, " 2"],
    *,
    linear_output_path: Float[Array, "T 2"] | None = None,
    contour_grid: tuple[Float[Array, " a"], Float[Array, " b"], Float[Array, "b a"]] | None = None,
) -> Figure:
    """Outputs at two training inputs along training, beside the parameters along two directions.

    Args:
      output_path: (f_1, f_2) at T times, from the start on.
      parameter_path: the parameters at the same times, as coordinates along two given directions.
      targets: (y_1, y_2).
      linear_output_path: the path that a constant kernel predicts, dotted.
      contour_grid: values of f_1, values of f_2 and the loss on their grid (rows are f_2); None draws no
        contours.
    """
    figure, (outputs, parameters) = plt.subplots(1, 2, figsize=(8.4, 3.9))
    if contour_grid is not None:
        outputs.contour(*contour_grid, levels=9, colors="#c9c4b6", linewidths=0.8, zorder=0.5)
    outputs.plot(
        [output_path[0][0], targets[0]],
        [output_path[0][1], targets[1]],
        color=COLORS["grey"],
        linewidth=1.2,
        linestyle=(0, (4, 3)),
        label="straight line",
    )
    if linear_output_path is not None:
        outputs.plot(
            linear_output_path[:, 0],
            linear_output_path[:, 1],
            color=COLORS["orange"],
            linestyle=(0, (1, 1.6)),
            linewidth=2.4,
            label="kernel held at its start",
        )
    _draw_path(outputs, output_path, COLORS["blue"], "training")
    outputs.plot(*targets, marker="*", markersize=14, color=COLORS["vermilion"], linestyle="none", label="target")
    outputs.set(xlabel=r"$f(x_1)$", ylabel=r"$f(x_2)$", title="Function space: two outputs")
    # Equal units: a straight angle on the page is a straight angle in function space.
    outputs.set_aspect("equal", adjustable="datalim" if contour_grid is None else "box")
    outputs.legend(loc="best")

    _draw_path(parameters, parameter_path, COLORS["green"], "training")
    parameters.plot(
        *parameter_path[-1], marker="s", markersize=6, color=COLORS["vermilion"], linestyle="none", label="end"
    )
    parameters.set(
        xlabel="along the first direction", ylabel="along the second direction", title="Parameter space: a projection"
    )
    parameters.margins(0.12)
    parameters.legend(loc="best")
    return figure


def _draw_path(axes, path, color, label):
    axes.plot(path[:, 0], path[:, 1], color=color, label=label)
    axes.plot(
        path[0][0], path[0][1], marker="o", markersize=7, markerfacecolor=axes.get_facecolor(), color=color, zorder=3
    )
    axes.annotate("start", path[0], xytext=(7, 7), textcoords="offset points", color=color, fontsize=9)
