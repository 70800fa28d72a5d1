"""Figures of the chapter on Gaussian processes show what they are given."""

import numpy as np

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds


def test_duals():
    rho = np.linspace(-1, 1, 9)
    figure = plotting.plot_duals(rho, {"square": rho**2, "cube": rho**3})
    (axes,) = figure.axes
    for values in (rho, rho**2, rho**3):
        assert holds(axes, rho, values)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["square", "cube"]
    check_page(figure)


def test_prior_draws():
    x = np.linspace(0, 1, 5)
    one, other = np.outer([1.0, 2.0], x), np.outer([3.0, 4.0], x)
    figure = plotting.plot_prior_draws(x, {"shallow": (one, other), "deep": (other, one)})
    above, below = figure.axes[:2], figure.axes[2:]
    for axes, rows in zip((*above, *below), (one, other, other, one), strict=True):
        assert all(holds(axes, x, row) for row in rows)
    assert [axes.get_title("left") for axes in above] == ["shallow", "deep"]
    check_page(figure)


def test_tails():
    widths, line = np.array([2.0, 8.0, 32.0]), np.geomspace(2, 32, 7)
    measured = np.stack([15 / widths, 0.1 / widths])
    figure = plotting.plot_tails(widths, measured, 0.1 * measured, line, 15 / line, 1.5 / line)
    left, right = figure.axes
    assert holds(left, line, 15 / line)
    assert holds(left, widths, measured[0])
    assert holds(right, line, 1.5 / line)
    assert left.get_xscale() == right.get_yscale() == "log"
    check_page(figure)
