"""Figures of the chapter on the deterministic kernel show what they are given."""

import numpy as np

from ntkbook import plotting
from ntkbook.experiments import Estimate
from tests.plotting.drawn import check_page, holds, lines

ANGLES = np.linspace(0, np.pi, 9)
LIMIT = 1 - ANGLES / 4


def test_empirical_kernels():
    rows = {16: LIMIT + np.array([[0.3], [-0.2]]), 256: LIMIT + np.array([[0.05], [0.1]])}
    figure = plotting.plot_empirical_kernels(ANGLES, LIMIT, rows)
    assert [axes.get_title("left") for axes in figure.axes] == ["$n = 16$", "$n = 256$"]
    for axes, width in zip(figure.axes, rows, strict=True):
        assert holds(axes, ANGLES, LIMIT)
        for row in rows[width]:
            assert holds(axes, ANGLES, row)
    check_page(figure)


def test_kernel_parts():
    widths = (16, 64, 256)
    mean = np.array([[0.9, 0.25, 0.6], [0.92, 0.25, 0.61], [0.93, 0.25, 0.62]])
    between = np.array([0.2, 0.1, 0.05])
    figure = plotting.plot_kernel_parts(widths, mean, 0.1 * mean, mean[-1], between)
    left, right = figure.axes
    for column in mean.T:
        (shown,) = (line for line in lines(left) if len(line) == 3 and np.array_equal(line[:, 1], column))
        np.testing.assert_allclose(shown[:, 0].astype(float), widths, rtol=0.06)
    assert {line[0, 1] for line in lines(left) if len(line) == 2} >= set(mean[-1])
    assert holds(right, widths, between)
    assert holds(right, widths, 0.8 / np.sqrt(widths))
    check_page(figure)


def test_depth_over_width():
    ratios = np.array([0.1, 0.2, 0.4])
    measured = {16: (ratios, Estimate(4 * ratios, 0.1 * ratios)), 64: (ratios, Estimate(3 * ratios, 0.1 * ratios))}
    curves = {16: 4.1 * ratios, 64: 3.1 * ratios}
    figure = plotting.plot_depth_over_width(measured, curves, (ratios, 3.6 * ratios))
    (axes,) = figure.axes
    for factor in (4, 3, 4.1, 3.1, 3.6):
        assert holds(axes, ratios, factor * ratios)
    assert axes.get_xscale() == axes.get_yscale() == "log"
    check_page(figure)


def test_deep_kernel():
    layers = np.arange(1.0, 6.0)
    figure = plotting.plot_deep_kernel(ANGLES, {1: LIMIT, 3: LIMIT / 2}, layers, 0.25 + 0.1 / layers, 0 * layers + 0.25)
    left, right = figure.axes
    assert holds(left, ANGLES, LIMIT)
    assert holds(left, ANGLES, LIMIT / 2)
    assert holds(right, layers, 0.25 + 0.1 / layers)
    for axes in figure.axes:
        assert 0.25 in {line[0, 1] for line in lines(axes)}
    check_page(figure)
