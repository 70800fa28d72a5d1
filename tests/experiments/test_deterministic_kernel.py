"""Chapter 4, the deterministic kernel: what the page measures, at smaller sizes, and false predictions refused."""

import jax
import numpy as np
import pytest

from ntkbook import empirical
from ntkbook.experiments import Estimate, sweep
from ntkbook.experiments import deterministic_kernel as experiments
from ntkbook.experiments.deterministic_kernel.networks import draw_weights, kernels_of


def test_the_kernels_of_all_depths_are_those_of_automatic_differentiation():
    first, hidden, heads = draw_weights(jax.random.key(1), 6, 3)
    kernels = kernels_of((first, hidden, heads))
    for depth in (1, 3):
        matrices = [first, *hidden[: depth - 1], heads[depth - 1][:, None]]
        params = [layer for matrix in matrices for layer in ((matrix, None), ())][:-1]
        net = experiments.relu_network(6, depth)
        ntk = empirical.ntk(net.apply_fn, params, jax.numpy.asarray(experiments.PAIR), method="jacobian")
        np.testing.assert_allclose(kernels[:, depth - 1], [ntk[0, 0], ntk[0, 1], ntk[1, 1]], rtol=1e-12, atol=1e-13)


def test_the_distance_falls_like_one_over_the_root_of_the_width():
    draws = experiments.kernel_draws((64, 128, 256), 60, 3)
    distance, rates = experiments.distance_to_limit(draws)
    for rate in rates:
        assert rate.agrees(-1 / 2)
        assert not rate.agrees(-1)
    assert (np.diff(distance.value, axis=1) > 0).all()


def test_only_earlier_parameters_couple_two_outputs():
    parts = sweep(experiments.three_parts, (32, 128), 60)
    limit = experiments.limit_parts()
    assert limit.sum() == pytest.approx(float(limit[:, 0].sum()))
    last = parts.samples[:, :, :2, 1]
    assert (last == 0).all()
    np.testing.assert_allclose(parts.samples[:, :, 1, 0], experiments.BIAS**2, rtol=1e-13)
    assert parts.mean()[:, 2, 1].agrees(0.0)
    assert parts.mean()[1:, :, 0].agrees(limit[None, :, 0])
    spread = parts.rms(limit).value
    assert (spread[1, [0, 2, 2], [0, 0, 1]] < 0.75 * spread[0, [0, 2, 2], [0, 0, 1]]).all()


def test_the_mean_is_the_limit_on_the_diagonal_alone():
    mean = experiments.kernel_draws((4, 16), 6000, 3).mean()
    limit = experiments.limit_kernels(3)
    assert mean[:, [0, 2]].agrees(limit[None, [0, 2]])
    assert mean[:, 1, 0].agrees(limit[1, 0])
    offset = experiments.mean_offset((4, 64, 128), 6000)
    measured = offset.mean()
    assert mean[0, 1, 1].agrees(limit[1, 1] + measured.value[0])
    assert not measured[:1].agrees(0.0)
    scaled = Estimate(measured.value * np.array(offset.widths), measured.standard_error * np.array(offset.widths))
    assert scaled[1:].agrees(experiments.predicted_offset())
    assert not scaled[1:].agrees(2 * experiments.predicted_offset())


def test_the_relative_variance_is_the_double_sum():
    draws = experiments.kernel_draws((32, 64), 1500, 4)
    measured = experiments.relative_variance(draws)
    assert measured[:, 0].agrees(3 / np.array(draws.widths))
    predicted = np.array([[experiments.double_sum(depth, width) for depth in range(1, 5)] for width in draws.widths])
    assert measured.agrees(predicted)
    assert not measured.agrees(1.5 * predicted)
    assert not measured[:, 3].agrees(predicted[:, 0])


def test_past_half_the_width_few_networks_underrate_the_variance():
    values = experiments.kernel_draws((8,), 4000, 8).samples[0, :, 0, 7]
    assert np.median(experiments.small_samples(values, 50)) < 0.5 * experiments.double_sum(8, 8)
    wide = experiments.kernel_draws((64,), 1000, 1).samples[0, :, 0, 0]
    assert np.median(experiments.small_samples(wide, 50)) == pytest.approx(3 / 64, rel=0.2)


def test_the_double_sum_has_the_printed_first_order_and_the_deep_limit():
    for depth in (1, 2, 7):
        assert experiments.double_sum(depth, 1e6) == pytest.approx(experiments.first_order(depth, 1e6), rel=1e-4)
    assert experiments.first_order(1, 10.0) == pytest.approx(3 / 10)
    assert experiments.double_sum_in_depth(0.5).slope.value == pytest.approx(-1, abs=0.1)
    assert experiments.deep_limit(1e-4) == pytest.approx(11 / 3 * 1e-4, rel=1e-3)


def test_angles_close_and_shares_come_to_a_quarter():
    assert experiments.angle_in_depth(np.pi / 2, 20000) == pytest.approx(1, abs=2e-3)
    share, slope = experiments.quarter_in_depth(np.pi / 2, 20000)
    assert share == pytest.approx(0.25, abs=1e-3)
    assert slope == pytest.approx(3 / 8, abs=0.01)
    shares = experiments.angles_and_shares(np.pi / 2, 4)[1]
    limits = experiments.limit_kernels(3)
    np.testing.assert_allclose(shares[1:], limits[1] / limits[0], rtol=1e-12)


def test_rows_over_angles_come_to_the_limit():
    angles = np.linspace(0, np.pi, 7)
    limit = experiments.limit_over_angles(angles, 2)
    far, near = (
        np.sqrt(np.mean((experiments.kernel_over_angles(angles, width, 2, 20) - limit) ** 2)) for width in (16, 256)
    )
    assert near < 0.5 * far
    assert limit[0] == pytest.approx(1)


def test_which_points_make_the_kernel_singular():
    """Without bias: d + 1 antipodal pairs at one hidden layer; parallel points at every depth."""
    pairs = experiments.antipodal_pairs(4, 3)
    assert abs(experiments.smallest_eigenvalue(pairs, 1)) < 1e-7
    assert experiments.smallest_eigenvalue(experiments.antipodal_pairs(3, 3), 1) > 1e-3
    assert experiments.smallest_eigenvalue(pairs, 2) > 1e-3
    assert experiments.smallest_eigenvalue(pairs, 1, 0.5) > 1e-4
    parallel = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    assert abs(experiments.smallest_eigenvalue(parallel, 3)) < 1e-7
    assert experiments.smallest_eigenvalue(parallel, 3, 0.5) > 1e-4
    assert experiments.smallest_eigenvalue(experiments.sphere_points(12, 3), 1) > 1e-3
