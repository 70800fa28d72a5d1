"""Figures of the preliminaries show what they are given."""

import numpy as np

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds


def test_gaussian_draws():
    x = np.linspace(-1, 1, 9)
    prior, posterior = np.stack([x, x**2]), np.stack([np.sin(x), np.cos(x)])
    figure = plotting.plot_gaussian_draws(x, prior, 1 + 0 * x, posterior, x / 2, 0.1 + x**2, x[::4], x[::4])
    left, right = figure.axes
    assert all(holds(left, x, draw) for draw in prior)
    assert all(holds(right, x, draw) for draw in (*posterior, x / 2))
    assert holds(right, x[::4], x[::4])
    assert "3 values" in right.get_title(loc="left")
    check_page(figure)


def test_central_limit():
    edges, counts = np.linspace(-2, 2, 5), np.array([1.0, 2.0, 4.0])
    density = {"a": np.ones(4), "b": np.arange(4.0), "c": np.arange(4.0)[::-1]}
    kurtosis = {"skewed": (6 / counts, 0.1 / counts, 6 / counts), "flat": (1 / counts, 0.1 / counts, 1.2 / counts)}
    figure = plotting.plot_central_limit(edges, density, (edges, np.exp(-(edges**2))), counts, kurtosis)
    left, right = figure.axes
    assert [np.array_equal(p.get_data().values, v) for p, v in zip(left.patches, density.values(), strict=True)] == [
        True
    ] * 3
    assert holds(left, edges, np.exp(-(edges**2)))
    assert holds(right, counts, 1.2 / counts)
    assert right.get_yscale() == "log"
    check_page(figure)
