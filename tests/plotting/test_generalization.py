"""Figures of the page on generalization show what they are given."""

import numpy as np

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds


def test_learning_curves():
    n = np.array([10.0, 20.0, 40.0])
    figure = plotting.plot_learning_curves({"a": (n, 1 / n, 0.01 / n, 1.1 / n), "b": (n, 2 / n, 0.01 / n, 2.1 / n)})
    for axes, factor in zip(figure.axes, (1, 2), strict=True):
        assert holds(axes, n, factor / n)
        assert holds(axes, n, (factor + 0.1) / n)
        assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "20", "40"]
    check_page(figure)


def test_double_descent():
    p = np.array([5.0, 10.0, 40.0])
    figure = plotting.plot_double_descent(
        (p, 1 / p, 0.1 / p), [(p[:2], 2 / p[:2]), (p[2:], 3 / p[2:])], (p, 4 / p, 5 / p), (20.0, 30.0)
    )
    left, right = figure.axes
    assert holds(left, p[:2], 2 / p[:2])
    assert holds(left, p, 1 / p)
    assert holds(right, p, 4 / p)
    assert holds(right, p, 5 / p)
    assert holds(left, [20.0, 20.0], [0, 1])
    check_page(figure)
