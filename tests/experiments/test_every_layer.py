"""Every layer of `stax` against finite networks drawn at random: its limit is the mean of their kernels."""

import numpy as np
import pytest

from ntkbook import stax
from tests.experiments.every_layer import CASES, comparison, layers

# Where 3% of both kernels is 7 standard errors or more, and where 2% of the tangent kernel is.
SHARP = [
    "Dense without bias", "Relu", "Erf", "Tanh", "Conv, SAME", "Conv, CIRCULAR", "GlobalAvgPool", "AvgPool",
    "LayerNorm of channels", "FanOut, parallel, Identity, FanInSum", "FanInConcat",
]  # fmt: skip
SHARP_IN_THE_NTK = ["Dense without bias", "Sigmoid_like", "Erf", "Sin", "Gaussian", "Conv, CIRCULAR", "FanInConcat"]


@pytest.mark.parametrize("name", CASES)
def test_the_limit_is_the_mean_of_finite_networks(name):
    estimate, kernels = comparison(name)
    z = estimate.z(kernels)
    assert estimate.agrees(kernels), f"z of nngp and ntk at (0, 0), (0, 1), (1, 1): {np.round(z, 2).tolist()}"


@pytest.mark.parametrize("name", CASES)
def test_an_error_of_five_percent_would_be_seen(name):
    estimate, kernels = comparison(name)
    assert not estimate.agrees(1.05 * kernels)


@pytest.mark.parametrize("name", SHARP)
def test_an_error_of_three_percent_would_be_seen(name):
    estimate, kernels = comparison(name)
    assert not estimate.agrees(1.03 * kernels)
    assert not estimate.agrees(0.97 * kernels)


@pytest.mark.parametrize("name", SHARP_IN_THE_NTK)
def test_an_error_of_two_percent_in_the_ntk_alone_would_be_seen(name):
    estimate, kernels = comparison(name)
    assert not estimate.agrees(kernels * np.array([[1.0], [1.02]]))
    assert not estimate.agrees(kernels * np.array([[1.0], [0.98]]))


def test_the_errors_are_neither_too_small_nor_too_large():
    """The z scores of all layers together have the spread of a Gaussian."""
    z = np.concatenate([(m.z(k)[m.standard_error > 1e-9]) for m, k in map(comparison, CASES)])
    # Entries of one case are correlated: as if a third of the scores were independent.
    assert abs((z**2).mean() - 1) < 4 * (2 / (z.size / 3)) ** 0.5


def test_no_layer_is_missing():
    for case in CASES.values():
        case.net(4)
    assert set(stax.__all__) - {"Kernel", "Layer"} == layers.used
