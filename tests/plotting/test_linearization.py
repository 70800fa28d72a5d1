"""Figures of the chapter on linearization show what they are given."""

from types import SimpleNamespace

import numpy as np

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds


def test_training_bands():
    x, times = np.linspace(-1, 1, 7), np.arange(3.0)[:, None]
    mean, networks = times * x, np.stack([times + x, times - x])
    figure = plotting.plot_training_bands(x, (0, 2), ("a", "b"), mean, 0.1 + 0 * mean, networks, x[::3], x[::3])
    first, last = figure.axes
    assert holds(first, x, mean[0])
    assert holds(last, x, mean[2])
    assert all(holds(last, x, network[2]) for network in networks)
    assert holds(last, x[::3], x[::3])
    check_page(figure)


def test_rates():
    widths = np.array([4, 16, 64])
    estimate = SimpleNamespace(value=1 / widths, standard_error=0.01 / widths)

    class Rate:
        slope = SimpleNamespace(value=-1.0)

        def __call__(self, n):
            return 1 / n

    figure = plotting.plot_rates({"smooth": (widths, estimate, Rate())}, ylabel="gap")
    (axes,) = figure.axes
    assert holds(axes, widths, 1 / widths)
    assert axes.get_legend().get_texts()[0].get_text() == "smooth: $n^{-1.00}$"
    assert (axes.get_xscale(), axes.get_yscale(), axes.get_ylabel()) == ("log", "log", "gap")
    check_page(figure)
