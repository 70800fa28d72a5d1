"""Estimates and summaries against distributions whose moments are known."""

import math

import numpy as np
import pytest
from scipy import stats

from ntkbook.experiments import Estimate, Sweep

RNG = np.random.default_rng(7)


def gaussian_sweep(repetitions, seeds, mean=0.0, scale=1.0):
    """Many experiments at once: a statistic with `repetitions` independent entries, at one width."""
    return Sweep((4,), RNG.normal(mean, scale, size=(1, seeds, repetitions)))


def test_an_interval_is_students():
    low, high = Estimate(2.0, 0.5, dof=3).interval(0.9)
    assert (low, high) == pytest.approx(stats.t.interval(0.9, 3, loc=2.0, scale=0.5), rel=1e-12)
    low, high = Estimate(2.0, 0.5).interval()
    assert (low, high) == pytest.approx(stats.norm.interval(0.95, loc=2.0, scale=0.5), rel=1e-12)


def test_a_wrong_prediction_is_refused():
    measured = Estimate([1.0, 2.0], [0.1, 0.1])
    assert measured.agrees([1.3, 2.0])
    assert not measured.agrees([1.5, 2.0])
    assert not measured.agrees([0.5, 2.0])
    np.testing.assert_allclose(measured.z([1.3, 2.0]), [-3.0, 0.0], atol=1e-12)


def test_an_entry_of_an_estimate_keeps_its_error():
    entry = Estimate([[1.0, 2.0], [3.0, 4.0]], [[0.1, 0.2], [0.3, 0.4]], dof=7)[:, 1]
    assert (entry.value.tolist(), entry.standard_error.tolist(), entry.dof) == ([2.0, 4.0], [0.2, 0.4], 7)


def test_a_statistic_without_spread_agrees_only_with_itself():
    measured = Estimate([0.3, 0.0], [0.0, 0.0])
    assert measured.agrees([0.1 + 0.2, 0.0])
    assert not measured.agrees([0.3 + 1e-10, 0.0])
    assert not measured.agrees([0.3, 1e-10])


def test_the_error_of_a_mean_and_of_a_variance_is_that_of_repetitions():
    seeds, repetitions, scale = 50, 4000, 3.0
    measured = gaussian_sweep(repetitions, seeds, mean=100.0, scale=scale)
    truths = {"mean": (100.0, scale / seeds**0.5), "variance": (scale**2, scale**2 * math.sqrt(2 / (seeds - 1)))}
    for name, (value, error) in truths.items():
        estimate = getattr(measured, name)()
        assert abs(estimate.value.mean() - value) < 4 * error / repetitions**0.5
        # The spread of 4000 repetitions has a relative error of 1 / sqrt(8000), and somewhat more for a variance.
        assert estimate.value.std() == pytest.approx(error, rel=0.06)
        assert np.sqrt((estimate.standard_error**2).mean()) == pytest.approx(error, rel=0.06)


def test_the_interval_of_a_mean_covers_with_five_seeds():
    low, high = gaussian_sweep(10_000, 5).mean().interval(0.95)
    covered = ((low < 0) & (high > 0)).mean()
    assert abs(covered - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 10_000)


def test_the_jackknife_of_a_variance_is_the_unbiased_one():
    measured = gaussian_sweep(3, 20, mean=1e6)
    np.testing.assert_allclose(measured.variance().value, measured.samples.var(1, ddof=1), rtol=1e-9)


def test_ratios_are_freed_of_their_bias():
    seeds, repetitions = 30, 20_000
    measured = gaussian_sweep(repetitions, seeds, mean=2.0)
    ratio = measured.relative_variance()
    assert abs(ratio.value.mean() - 0.25) < 4 * ratio.value.std() / repetitions**0.5
    plain = measured.samples.var(1, ddof=1) / measured.samples.mean(1) ** 2
    assert plain.mean() - 0.25 > 4 * plain.std() / repetitions**0.5


def test_rms_and_kurtosis_of_known_distributions():
    flat = Sweep((4, 8), RNG.uniform(-1, 1, size=(2, 20_000)))
    assert flat.rms().agrees(3**-0.5)
    assert flat.rms(1.0).agrees((1 / 3 + 1) ** 0.5)
    assert flat.excess_kurtosis().agrees(-6 / 5)
    assert not flat.excess_kurtosis().agrees(0.0)
    normal = Sweep((4,), RNG.normal(5.0, 2.0, size=(1, 20_000)))
    assert normal.excess_kurtosis().agrees(0.0)


def test_a_summary_of_ones_own_is_the_built_in_one():
    measured = gaussian_sweep(2, 40)
    own = measured.summary(lambda s: (s**2,), np.sqrt)
    np.testing.assert_allclose(own.value, measured.rms().value, rtol=1e-13)
    np.testing.assert_allclose(own.standard_error, measured.rms().standard_error, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Estimate([1.0, 2.0], [0.1]), "shape"),
        (lambda: Estimate([1.0, math.nan], [0.1, 0.1]), r"nan at index \(1,\)"),
        (lambda: Estimate(1.0, -0.1), "at least 0"),
        (lambda: Estimate(1.0, 0.1, dof=0), "dof"),
        (lambda: Estimate(1.0, 0.1).interval(95), "0.95"),
        (lambda: Estimate(np.ones((3, 3)), np.ones((3, 3))).z(np.ones(3)), r"predicted\[None\]"),
        (lambda: Estimate([1.0], [0.1]).z(math.nan), "prediction holds NaN"),
        (lambda: Sweep((4,), np.zeros((1, 5))).relative_variance(), "denominator"),
        (lambda: Sweep((4,), np.zeros((1, 5, 2))).rms(np.ones(3)), "statistic's shape"),
        (lambda: Sweep((4,), np.ones((1, 5))).summary(lambda s: (s.mean(1),), np.sqrt), "widths and seeds in front"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
