"""One velocity, by two roads."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_velocity_agreement(
    times: Float[Array, " T"],
    autodiff_velocity: Float[Array, "T N"],
    kernel_velocity: Float[Array, "T N"],
    residual: Float[Array, " T"],
    *,
    labels: tuple[str, ...] | None = None,
) -> Figure:
    """Velocity of N outputs along training by the chain rule (lines) and by the kernel (dots).

    Args:
      times: training times.
      autodiff_velocity, kernel_velocity: df/dt of each output at each time. At most seven outputs have
        colours of their own.
      residual: size of the difference at each time; shown on a logarithmic axis, where an exact 0 has no
        place.
      labels: one for each output; default f(x_1), f(x_2), ...
    """
    figure, (velocities, residuals) = plt.subplots(
        2, 1, sharex=True, figsize=(7.0, 4.6), gridspec_kw={"height_ratios": [2.6, 1.0]}
    )
    velocities.axhline(0.0, color=COLORS["grey"], linewidth=0.9)
    for output, color in zip(range(autodiff_velocity.shape[1]), list(COLORS.values()) * 9, strict=False):
        name = rf"$f(x_{{{output + 1}}})$" if labels is None else labels[output]
        velocities.plot(times, autodiff_velocity[:, output], color=color, linewidth=1.6, label=name)
        velocities.plot(
            times,
            kernel_velocity[:, output],
            linestyle="none",
            marker="o",
            markersize=4.5,
            markerfacecolor=velocities.get_facecolor(),
            markeredgecolor=color,
        )
    velocities.set_ylabel(r"velocity  $df/dt$")
    velocities.set_title("Lines: chain rule through the parameters.  Dots: tangent kernel.")
    velocities.legend(loc="upper right", ncols=2)
    residuals.semilogy(times, residual, color=COLORS["grey"], marker=".", linewidth=1.0)
    residuals.yaxis.set_minor_formatter(NullFormatter())
    residuals.set(xlabel=r"training time $t$", ylabel="difference")
    return figure
