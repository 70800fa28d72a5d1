"""Who moves when I push here."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_kernel_row(
    angles: Float[Array, " M"],
    kernel_row: Float[Array, " M"],
    pushed_angle: float,
    moved_angles: Float[Array, " m"] | None = None,
    moved: Float[Array, " m"] | None = None,
    *,
    title: str = "Who moves when I push here",
) -> Figure:
    """Kernel row of one input on the circle, with the movement that was measured.

    Args:
      angles: angles of the watched inputs in radians, increasing.
      kernel_row: Θ between each of them and the pushed input.
      pushed_angle: angle of the pushed input.
      moved_angles, moved: angles of the inputs that were measured, and the change of their output per unit
        of the step; both or neither.
      title: of the panel.
    """
    figure, axes = plt.subplots()
    axes.axhline(0.0, color=COLORS["grey"], linewidth=0.9)
    axes.axvline(pushed_angle, color=COLORS["vermilion"], linewidth=1.2, linestyle=(0, (4, 3)))
    axes.fill_between(angles, kernel_row, 0.0, color=COLORS["blue"], alpha=0.08, linewidth=0)
    axes.plot(angles, kernel_row, color=COLORS["blue"], label=r"kernel row  $\Theta(x_j, x_i)$")
    if moved is not None:
        axes.plot(
            moved_angles,
            moved,
            linestyle="none",
            marker="o",
            markerfacecolor=axes.get_facecolor(),
            markeredgecolor=COLORS["vermilion"],
            markeredgewidth=1.5,
            clip_on=False,
            zorder=3,
            label=r"measured  $\Delta f_j\,/\,$step",
        )
    axes.annotate(
        "pushed input",
        (pushed_angle, 0.0),
        xycoords=("data", "axes fraction"),
        xytext=(5, 6),
        textcoords="offset points",
        color=COLORS["vermilion"],
        fontsize=9,
    )
    axes.set_xlim(angles[0], angles[-1])
    axes.set_xticks(*_degree_ticks(angles[0], angles[-1]))
    axes.set_xlabel("angle of the input on the circle")
    axes.set_ylabel("movement of its output")
    axes.margins(y=0.12)
    axes.legend(loc="upper right")
    axes.set_title(title)
    return figure


def _degree_ticks(first: float, last: float) -> tuple[list[float], list[str]]:
    quarter = 1.5707963267948966
    turns = [n for n in range(-4, 9) if first - 1e-6 <= n * quarter <= last + 1e-6]
    return [n * quarter for n in turns], [f"{90 * n}°".replace("-", "−") for n in turns]
