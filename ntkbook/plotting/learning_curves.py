"""Learning curves: measured and predicted."""

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from numpy import ndarray as Array

from ntkbook.plotting.style import COLORS


def plot_learning_curves(
    curves: dict[str, tuple[Float[Array, " m"], Float[Array, " m"], Float[Array, " m"], Float[Array, " m"]]],
) -> Figure:
    """Test error against the number of samples, one panel for each experiment.

    Args:
      curves: name: (samples, measured, standard errors, predicted). Bars show two standard errors.
    """
    figure, panels = plt.subplots(1, len(curves), figsize=(8.4, 3.4), squeeze=False)
    for axes, (name, (samples, measured, errors, predicted)) in zip(panels[0], curves.items(), strict=True):
        axes.loglog(samples, predicted, color=COLORS["blue"], label="predicted")
        axes.errorbar(
            samples,
            measured,
            [2 * e for e in errors],
            linestyle="none",
            marker="o",
            markersize=5,
            capsize=3,
            color=COLORS["vermilion"],
            label="measured",
        )
        axes.set_xticks(list(samples), [str(int(n)) for n in samples])
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.set(xlabel="samples $n$", title=name)
    panels[0][0].set_ylabel("test error")
    panels[0][0].legend(loc="lower left")
    return figure
