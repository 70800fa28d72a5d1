import numpy as np
import pytest

from ntkbook import plotting
from tests.plotting.drawn import check_page, holds

TIMES = np.linspace(0.0, 3.0, 13)


def test_kernel_row():
    angles = np.linspace(-np.pi, np.pi, 50)
    row, few = np.cos(angles), slice(0, 50, 7)
    figure = plotting.plot_kernel_row(angles, row, 0.0, angles[few], row[few] + 0.01)
    (axes,) = figure.axes
    assert holds(axes, angles, row)
    assert holds(axes, angles[few], row[few] + 0.01)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["−180°", "−90°", "0°", "90°", "180°"]
    check_page(figure)
    check_page(plotting.plot_kernel_row(angles, row, 0.0))


def test_two_paths():
    outputs = np.column_stack([np.exp(-TIMES), np.exp(-3 * TIMES)])
    parameters = np.column_stack([TIMES, TIMES**2])
    grid = np.linspace(-0.5, 1.5, 12)
    figure = plotting.plot_two_paths(
        outputs,
        parameters,
        np.zeros(2),
        linear_output_path=1.1 * outputs,
        contour_grid=(grid, grid, grid[None, :] ** 2 + grid[:, None] ** 2),
    )
    assert holds(figure.axes[0], *outputs.T)
    assert holds(figure.axes[0], *(1.1 * outputs).T)
    assert holds(figure.axes[1], *parameters.T)
    check_page(figure)
    check_page(plotting.plot_two_paths(outputs, parameters, np.zeros(2)))


def test_prediction_band():
    x = np.linspace(-2.0, 2.0, 21)
    mean, std, networks = np.sin(x), 0.1 + x**2 / 20, np.stack([np.sin(x) + 0.1, np.cos(x)])
    figure = plotting.plot_prediction_band(x, mean, std, x[::5], mean[::5], networks=networks)
    (axes,) = figure.axes
    for line in (mean, *networks):
        assert holds(axes, x, line)
    assert holds(axes, x[::5], mean[::5])
    band = axes.collections[0].get_datalim(axes.transData)
    np.testing.assert_allclose(
        [band.y0, band.y1], [(mean - 2 * std).min(), (mean + 2 * std).max()], rtol=1e-12, atol=1e-12
    )
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["mean ± 2 std", "a trained network", "mean", "data"]
    check_page(figure)
    check_page(plotting.plot_prediction_band(x, mean, std, x[::5], mean[::5]))


def test_single_neuron():
    steps = np.linspace(0.0, 1.0, 11)
    slopes = np.array([0.5, 0.0, -0.5])
    figure = plotting.plot_single_neuron(steps, np.tanh(steps), slopes[:, None] * steps, slopes)
    for axes, slope in zip(figure.axes, slopes, strict=True):
        assert holds(axes, steps, np.tanh(steps))
        assert holds(axes, steps, slope * steps)
        assert f"{slope:.2f}" in axes.get_title(loc="left")
    check_page(figure)


def test_velocity_agreement():
    velocity = np.column_stack([np.exp(-TIMES), -np.exp(-2 * TIMES)])
    figure = plotting.plot_velocity_agreement(TIMES, velocity, velocity + 1e-12, np.full(13, 1e-12))
    for output in range(2):
        assert holds(figure.axes[0], TIMES, velocity[:, output])
        assert holds(figure.axes[0], TIMES, velocity[:, output] + 1e-12)
    assert holds(figure.axes[1], TIMES, np.full(13, 1e-12))
    check_page(figure)


def test_figures_take_jax_arrays():
    jnp = pytest.importorskip("jax.numpy")
    angles = jnp.linspace(0.0, 6.0, 20)
    check_page(plotting.plot_kernel_row(angles, jnp.sin(angles), 1.0, angles[::5], jnp.sin(angles[::5])))
    velocity = jnp.stack([angles, -angles], axis=1)
    check_page(plotting.plot_velocity_agreement(angles, velocity, velocity, jnp.full(20, 1e-15)))
    check_page(plotting.plot_two_paths(velocity, velocity, jnp.zeros(2)))
