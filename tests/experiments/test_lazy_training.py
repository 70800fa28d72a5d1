"""Chapter 6, lazy training: what the page measures, at smaller sizes, and false predictions refused."""

import numpy as np

from ntkbook import stax
from ntkbook.experiments import Sweep, fit_rate
from ntkbook.experiments import lazy_training as experiments


def test_the_curvature_of_both_readouts_is_as_predicted():
    widths = (64, 256, 1024)
    measured = experiments.curvature(widths, 8).mean()
    signs = fit_rate(widths, measured[:, 0, 1])
    assert signs.agrees(-1 / 2)
    assert not signs.agrees(-0.4)
    assert measured[:, 1, 0].agrees(experiments.expected_norm(widths))
    assert not measured[:, 1, 0].agrees(1.24)


def test_a_smooth_kernel_drifts_like_one_over_n_and_mean_field_does_not():
    widths = (128, 512, 2048)
    lazy = experiments.kernel_drift(stax.Erf, widths, 12)
    drift = fit_rate(widths, Sweep(widths, lazy.samples[:, :, 1].max(-1)).mean())
    assert drift.agrees(-1)
    assert not drift.agrees(-1 / 2)
    rich = experiments.kernel_drift(stax.Erf, widths[:2], 6, mean_field=True)
    assert (rich.samples[:, :, 0].max(-1).mean(-1) > 0.1).all()


def test_the_layers_move_as_predicted():
    widths = (128, 256)
    measured = experiments.layer_movement(widths, 8).mean()
    for k in (0, 1, 4):
        predicted = np.array([experiments.predicted_movement(n)[k] for n in widths])
        assert measured[:, k].agrees(predicted)
        assert not measured[:, k].agrees(1.5 * predicted)


def test_a_small_scale_learns_features_and_a_large_one_is_the_kernel_machine():
    dial = experiments.lazy_rich_dial((1 / 4, 16.0), 2).mean().value
    movement, error, kernel_error = dial[:, 0], dial[:, 2], dial[:, 6]
    assert movement[0] > 0.3
    assert movement[1] < 0.02
    assert error[0] < 0.6 * kernel_error[0]
    assert abs(error[1] - kernel_error[1]) < 0.02
