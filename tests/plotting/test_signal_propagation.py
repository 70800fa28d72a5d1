"""Figures of the chapter on signal propagation show what they are given."""

from types import SimpleNamespace

import numpy as np

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds


def estimate(values):
    return SimpleNamespace(value=values, standard_error=0.01 + 0 * values)


def test_phase_diagram():
    W_std, b_std = np.linspace(0.5, 3, 6), np.linspace(0, 1, 5)
    log_gain = np.log(W_std)[None, :] - b_std[:, None]
    line = (np.linspace(1, 3, 9), np.linspace(0, 0.8, 9))
    figure = plotting.plot_phase_diagram(W_std, b_std, log_gain, line, {"here": (2.0, 0.3)})
    axes = figure.axes[0]
    assert holds(axes, *line)
    assert holds(axes, [2.0], [0.3])
    np.testing.assert_array_equal(axes.collections[0].get_array().reshape(5, 6), log_gain)
    low, high = axes.collections[0].norm.vmin, axes.collections[0].norm.vmax
    assert (low, high) == (log_gain.min(), log_gain.max())
    assert axes.collections[0].norm(0.0) == 0.5
    check_page(figure)


def test_correlation_maps():
    rho = np.linspace(-1, 1, 11)
    maps = {"a": rho**2, "b": rho**3}
    measured = {"b": (rho[::5], estimate(rho[::5] ** 3))}
    figure = plotting.plot_correlation_maps(rho, maps, measured)
    for axes, start in zip(figure.axes, (0, 1), strict=True):
        assert holds(axes, rho, rho - start * rho)
        assert all(holds(axes, rho, after - start * rho) for after in maps.values())
        assert holds(axes, rho[::5], rho[::5] ** 3 - start * rho[::5])
        assert not holds(axes, rho[::5], rho[::5] ** 2 - start * rho[::5])
    check_page(figure)


def test_correlation_gap():
    layers = np.arange(1, 9)
    gaps = {"one": 1.0 / layers, "two": 2.0 / layers**2}
    figure = plotting.plot_correlation_gap(
        layers, gaps, 3.0 / layers**2, (layers[:4], estimate(1.5 / layers[:4])), "nets"
    )
    (axes,) = figure.axes
    assert all(holds(axes, layers, line) for line in gaps.values())
    assert holds(axes, layers, 3.0 / layers**2)
    assert holds(axes, layers[:4], 1.5 / layers[:4])
    assert axes.get_xscale() == axes.get_yscale() == "log"
    check_page(figure)


def test_gradient_depth():
    depths, widths = np.arange(5), (8, 16)
    slopes = -np.array([[0.1, 0.2], [0.05, 0.1]])
    predicted = slopes[:, :, None] * depths
    measured = [estimate(1.1 * predicted[:, kind]) for kind in range(2)]
    figure = plotting.plot_gradient_depth(depths, widths, measured, predicted, ("linear", "ReLU"))
    for kind, axes in enumerate(figure.axes):
        for width in range(2):
            assert holds(axes, depths, predicted[width, kind])
            assert holds(axes, depths, 1.1 * predicted[width, kind])
        assert axes.get_title(loc="left") or axes.get_title()
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["$n = 8$", "$n = 16$"]
    check_page(figure)
