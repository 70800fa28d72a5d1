"""What the sign of the tangent kernel means for one neuron."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_single_neuron(
    steps: Float[Array, " S"],
    pushed_outputs: Float[Array, " S"],
    watched_outputs: Float[Array, "3 S"],
    kernel_values: Float[Array, " 3"],
    *,
    panel_titles: tuple[str, str, str] = (r"$x\cdot x' > 0$", r"$x\cdot x' = 0$", r"$x\cdot x' < 0$"),
) -> Figure:
    """Output of a neuron at x and at x' while its output at x is pushed, for three x'.

    Args:
      steps: length of the push along the gradient at x, from 0 on.
      pushed_outputs: change of f(x) after each push.
      watched_outputs: change of f(x') after each push, one row for each x'.
      kernel_values: Θ(x, x') at the start; drawn as the slope at 0.
      panel_titles: one for each x'.
    """
    figure, panels = plt.subplots(1, 3, figsize=(8.4, 3.1), sharey=True)
    for axes, watched, kernel_value, title in zip(panels, watched_outputs, kernel_values, panel_titles, strict=True):
        axes.axhline(0.0, color=COLORS["grey"], linewidth=0.9)
        axes.plot(steps, pushed_outputs, color=COLORS["grey"], linewidth=1.4, label=r"at $x$, pushed")
        axes.plot(steps, watched, color=COLORS["blue"], label=r"at $x'$")
        axes.axline(
            (0.0, 0.0),
            slope=float(kernel_value),
            color=COLORS["vermilion"],
            linewidth=1.4,
            linestyle=(0, (4, 3)),
            label=r"slope $\Theta(x, x')$",
        )
        axes.set_xlim(steps[0], steps[-1])
        axes.set_title(rf"{title},   $\Theta = {float(kernel_value):.2f}$")
    panels[1].set_xlabel(r"step along the gradient at $x$")
    panels[0].set_ylabel("change of the output")
    panels[0].legend(loc="best")
    return figure
