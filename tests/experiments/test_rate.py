"""Fits of a power law: coverage, refusals, and what widens an interval."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from ntkbook.experiments import Estimate, fit_rate

WIDTHS = (16, 32, 64, 128, 256)
DOF = len(WIDTHS) - 2


def synthetic_fits(repetitions, relative=0.05, stated=0.05, errors=True):
    """Fits of 3 n^(-1/2), measured with Gaussian errors of size `relative` and said to be of size `stated`."""
    rng = np.random.default_rng(11)
    truth = 3 * np.asarray(WIDTHS, float) ** -0.5
    for noise in rng.normal(size=(repetitions, len(WIDTHS))):
        values = truth * np.exp(relative * noise)
        yield fit_rate(WIDTHS, values, stated * values if errors else None)


def coverage(fits, predicted=-0.5):
    return np.mean([fit.agrees(predicted) for fit in fits])


def expected_coverage():
    """Of an interval that is widened where chi2 / dof exceeds 1, for right errors: 96%."""

    def covered(chi2):
        reach = stats.norm.ppf(0.975) * math.sqrt(max(1.0, chi2 / DOF))
        return (2 * stats.norm.cdf(reach) - 1) * stats.chi2.pdf(chi2, DOF)

    return integrate.quad(covered, 0, 60, points=[DOF])[0]


def within_binomial(covered, probability, repetitions):
    return abs(covered - probability) < 4 * math.sqrt(probability * (1 - probability) / repetitions)


def test_a_power_law_is_found_exactly():
    values = 3 * np.asarray(WIDTHS, float) ** -0.5
    for fit in (fit_rate(WIDTHS, values), fit_rate(WIDTHS, Estimate(values, 0.1 * values))):
        assert float(fit.slope.value) == pytest.approx(-0.5, abs=1e-14)
        assert fit.coefficient == pytest.approx(3, rel=1e-13)
        np.testing.assert_allclose(fit(WIDTHS), values, rtol=1e-13)


def test_the_fit_is_that_of_numpy():
    values, errors = np.array([1.0, 0.6, 0.3, 0.2, 0.08]), np.array([0.02, 0.01, 0.03, 0.01, 0.01])
    fit = fit_rate(WIDTHS, values, errors)
    line, covariance = np.polyfit(np.log(WIDTHS), np.log(values), 1, w=values / errors, cov=True)
    assert float(fit.slope.value) == pytest.approx(line[0], rel=1e-12)
    assert fit.coefficient == pytest.approx(math.exp(line[1]), rel=1e-12)
    # NumPy scales its covariance by chi2 / dof whatever that is; here it is above 1.
    assert fit.chi2_per_dof > 1
    assert float(fit.slope.standard_error) == pytest.approx(covariance[0, 0] ** 0.5, rel=1e-12)


def test_intervals_with_right_errors_cover():
    assert 0.96 < expected_coverage() < 0.965
    assert within_binomial(coverage(synthetic_fits(400)), expected_coverage(), 400)


def test_intervals_from_the_scatter_cover():
    assert within_binomial(coverage(synthetic_fits(400, errors=False)), 0.95, 400)


def test_errors_that_are_too_small_are_widened():
    fits = list(synthetic_fits(400, relative=0.06, stated=0.02))
    uninflated = [abs(fit.slope.value + 0.5) < 1.96 * 0.02 / np.std(np.log(WIDTHS)) / 5**0.5 for fit in fits]
    assert np.mean(uninflated) < 0.6
    # With dof = 3 estimated and the normal quantile instead of Student's.
    assert within_binomial(coverage(fits), 1 - 2 * stats.t.sf(stats.norm.ppf(0.975), DOF), 400)


def test_a_wrong_rate_lies_outside():
    fits = list(synthetic_fits(100))
    assert coverage(fits, predicted=-0.6) < 0.4
    assert coverage(fits, predicted=-1.0) == 0
    assert coverage(fits, predicted=0.5) == 0


def test_a_curved_law_shows_in_chi2():
    values = np.asarray(WIDTHS, float) ** -0.5 + 0.2
    straight, curved = (fit_rate(WIDTHS, v, 0.01 * v) for v in (values - 0.2, values))
    assert straight.chi2_per_dof < 1e-20
    assert curved.chi2_per_dof > 4
    low, high = curved.interval()
    assert high - low > 2 * np.subtract(*straight.interval()[::-1])


GOOD = [0.25, 0.18, 0.125, 0.09, 0.0625]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((16, 32), GOOD[:2]), "at least 3"),
        (((16, 64, 32), GOOD[:3]), "increase"),
        ((WIDTHS, GOOD[:4]), "as many values"),
        ((WIDTHS, [*GOOD[:4], 0.0]), "at width 256 is 0.0"),
        ((WIDTHS, [GOOD[0], -0.1, *GOOD[2:]]), "at width 32 is -0.1"),
        ((WIDTHS, [math.nan, *GOOD[1:]]), "at width 16 is nan"),
        ((WIDTHS, GOOD, [0.01] * 4 + [0.0]), "positive standard errors"),
        ((WIDTHS, GOOD, [0.01] * 4 + [0.05]), "standard errors from 0"),
        ((WIDTHS, Estimate(GOOD, [0.01] * 5), [0.01] * 5), "brings its own"),
    ],
)
def test_what_is_no_power_law_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit_rate(*arguments)


def test_levels_are_probabilities():
    with pytest.raises(ValueError, match="0.95"):
        fit_rate(WIDTHS, GOOD).interval(95)
