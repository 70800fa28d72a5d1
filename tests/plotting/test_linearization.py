"""Figures of the chapter on linearization show what they are given."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ntkbook import plotting


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def holds(axes, x, y):
    return any(np.array_equal(np.column_stack(line.get_data()), np.column_stack([x, y])) for line in axes.get_lines())


def test_training_bands():
    x, times = np.linspace(-1, 1, 7), np.arange(3.0)[:, None]
    mean, networks = times * x, np.stack([times + x, times - x])
    figure = plotting.plot_training_bands(x, (0, 2), ("a", "b"), mean, 0.1 + 0 * mean, networks, x[::3], x[::3])
    first, last = figure.axes
    assert holds(first, x, mean[0])
    assert holds(last, x, mean[2])
    assert all(holds(last, x, network[2]) for network in networks)
    assert holds(last, x[::3], x[::3])


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
