"""Figures of the chapter on lazy training show what they are given."""

import numpy as np

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds, lines


def test_kernel_drift():
    steps = np.arange(1.0, 6.0)
    changes = np.outer([0.1, 0.01], 1 - np.exp(-steps))
    figure = plotting.plot_kernel_drift(steps, (64, 256), changes, 3 * changes)
    left, right = figure.axes
    for row in changes:
        assert holds(left, steps, row)
        assert holds(right, steps, 3 * row)
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["$n = 64$", "$n = 256$"]
    assert left.get_yscale() == "log"
    check_page(figure)


def test_lazy_rich_dial():
    scales = np.array([0.25, 1.0, 4.0])
    rows = [np.column_stack([values, 0.01 + 0 * scales]) for values in (1 / scales, 0.2 / scales, 0.1 * scales)]
    figure = plotting.plot_lazy_rich_dial(scales, *rows, start_alignment=0.05, kernel_error=0.5)
    for axes, row in zip(figure.axes, rows, strict=True):
        assert holds(axes, scales, row[:, 0])
        assert axes.get_xscale() == "log"
    assert figure.axes[0].get_yscale() == "log"
    assert {0.05, 0.5} == {lines(axes)[-1][0, 1] for axes in figure.axes[1:]}
    check_page(figure)
