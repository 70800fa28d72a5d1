"""Figures of the chapter on spectra show what they are given."""

import matplotlib.pyplot as plt
import numpy as np

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds


def test_mode_decay():
    times = np.arange(5.0)
    predicted = np.exp(-np.outer(times, [1.0, 0.2]))
    figure = plotting.plot_mode_decay(times, predicted, -0.9 * predicted[None], np.array([0.7, 3.5]), ("a", "b"))
    (axes,) = figure.axes
    for mode in range(2):
        assert holds(axes, times, predicted[:, mode])
        assert holds(axes, times, 0.9 * predicted[:, mode])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert axes.get_yscale() == "log"
    check_page(figure)


def test_kernel_spectra():
    k = np.arange(1.0, 6.0)
    figure = plotting.plot_kernel_spectra(
        {"one": (k, k**-2), "two": (k, k**-4)}, {"data": k[::-1]}, guides={"slope": (k, 2 * k**-2)}
    )
    left, right = figure.axes
    assert holds(left, k, k**-4)
    assert holds(left, k, 2 * k**-2)
    assert holds(right, np.arange(1, 6), k[::-1])
    figure.draw_without_rendering()
    labels = [label.get_text() for label in left.get_xticklabels(which="both")]
    assert {"1", "2", "4"} <= set(labels) <= {"0.5", "1", "2", "4", "8"}
    check_page(figure)


def test_cluster_spread():
    spreads = np.array([0.1, 0.2, 0.4])
    values = np.outer(spreads, [3.0, 2.0, 1.0, 0.5])
    figure = plotting.plot_cluster_spread(spreads, {"a": values, "b": 2 * values})
    assert [axes.get_title(loc=plt.rcParams["axes.titlelocation"]) for axes in figure.axes] == ["a", "b"]
    assert all(holds(figure.axes[1], spreads, column) for column in 2 * values.T)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels(which="both")] == ["0.1", "0.4"]
    check_page(figure)
