"""Kernels of convolutional networks against matrices of shifts, and their finite forms against the definition."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import stax
from tests.stax import image_reference as reference

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(3, 5, 4, 2))
SEQUENCES = RNG.normal(size=(3, 6, 2))
W, B = 1.3, 0.2


def network(x, layers):
    """The layers on the state of x, in the reference."""
    state = reference.State(x)
    for name, *arguments in layers:
        if name in ("conv", "pool"):
            shape, strides, padding = arguments
        if name == "conv":
            reference.conv(state, shape, W**2, B**2, strides, padding)
        elif name == "pool":
            reference.pool(state, shape, strides, padding)
        else:
            getattr(reference, name)(state)
    return state


def layers_of(description):
    make = {
        "conv": lambda shape, strides, padding: stax.Conv(7, shape, strides, padding, W, B),
        "pool": stax.AvgPool,
        "relu": stax.Relu,
        "erf": stax.Erf,
    }
    return [make[name](*arguments) for name, *arguments in description]


SAME, FULL = ("conv", (3, 3), (1, 1), "SAME"), ("conv", (2, 2), (1, 1), "VALID")
THIN = ("conv", (2,), (1,), "VALID")
DESCRIPTIONS = {
    "same": (IMAGES, [SAME, ("relu",), SAME, ("erf",)]),
    "repeated": (IMAGES, [SAME, ("relu",)] * 4),
    "valid": (IMAGES, [FULL, ("erf",), FULL, ("relu",)]),
    "even filter": (IMAGES, [("conv", (2, 4), (1, 1), "SAME"), ("relu",), ("conv", (4, 1), (1, 1), "SAME"), ("relu",)]),
    "strides": (IMAGES, [("conv", (3, 3), (2, 1), "SAME"), ("relu",), ("conv", (3, 2), (2, 2), "SAME"), ("relu",)]),
    "circular": (IMAGES, [("conv", (3, 3), (1, 1), "CIRCULAR"), ("relu",), ("conv", (2, 3), (2, 2), "CIRCULAR")]),
    "pooling": (IMAGES, [SAME, ("relu",), ("pool", (2, 2), (2, 2), "VALID"), SAME, ("relu",)]),
    "padded pooling": (IMAGES, [SAME, ("erf",), ("pool", (3, 3), (2, 1), "SAME"), SAME, ("relu",)]),
    "sequences": (SEQUENCES, [("conv", (3,), (1,), "SAME"), ("relu",), ("pool", (2,), (2,), "VALID"), THIN, ("erf",)]),
}  # fmt: skip


def error(computed, exact):
    return float(np.abs(np.asarray(computed) - exact).max() / np.abs(exact).max())


@pytest.mark.parametrize("ending", ["Flatten", "GlobalAvgPool"])
@pytest.mark.parametrize("case", DESCRIPTIONS)
def test_kernels_against_matrices_of_shifts(case, ending):
    x, description = DESCRIPTIONS[case]
    net = stax.serial(*layers_of(description), getattr(stax, ending)(), stax.Dense(1, W, B))
    behind = {"Flatten": reference.flat, "GlobalAvgPool": reference.pooled}[ending](network(x, description))
    nngp, ntk = reference.dense(behind, W**2, B**2)
    computed = net.kernel_fn(x)
    assert error(computed.nngp, nngp) < 1e-14
    assert error(computed.ntk, ntk) < 1e-14
    if case in ("same", "pooling"):
        apart = net.kernel_fn(x[:2], x[1:], ("ntk", "cov1", "cov2"))
        assert error(apart.ntk, ntk[:2, 1:]) < 1e-14
        assert error(apart.cov1, np.diag(nngp)[:2]) < 1e-14
        assert error(apart.cov2, np.diag(nngp)[1:]) < 1e-14


def test_nonlinearities_behind_a_pooling():
    description = [SAME, ("relu",)]
    net = stax.serial(*layers_of(description), stax.GlobalAvgPool(), stax.Dense(5, W, B), stax.Relu(), stax.Dense(1))
    K, _ = reference.dense(reference.pooled(network(IMAGES, description)), W**2, B**2)
    state = reference.State(np.zeros((3, 1, 1)))
    state.K = K
    assert error(net.kernel_fn(IMAGES, get="nngp"), reference.relu(state).K) < 1e-13


def test_tiles_give_the_same_kernel(monkeypatch):
    net = stax.serial(*layers_of([SAME, ("relu",)]), stax.GlobalAvgPool(), stax.Dense(1))
    whole, part = net.kernel_fn(IMAGES), net.kernel_fn(IMAGES, IMAGES[:2])
    from ntkbook.stax import tiles

    monkeypatch.setattr(tiles, "_ENTRIES", 5 * 4 * 5 * 4 * 4)
    other = stax.serial(*layers_of([SAME, ("relu",)]), stax.GlobalAvgPool(), stax.Dense(1), stax.Identity())
    # Rounding: a tile of another shape sums in another order.
    assert error(other.kernel_fn(IMAGES).ntk, whole.ntk) < 4e-15
    assert error(other.kernel_fn(IMAGES, IMAGES[:2]).ntk, part.ntk) < 4e-15


@pytest.mark.parametrize("padding", ["VALID", "SAME", "CIRCULAR"])
def test_the_finite_convolution_is_its_formula(padding):
    layer = stax.Conv(3, (2, 3), (2, 1), padding, W_std=1.7, b_std=0.4)
    shape, (weights, bias) = layer.init_fn(jax.random.key(0), IMAGES.shape)
    shifts, sizes = reference.windows(IMAGES.shape[1:3], (2, 3), (2, 1), padding)
    pixels = IMAGES.reshape(3, -1, 2)
    z = sum(
        np.einsum("pq,nqc,co->npo", S, pixels, w)
        for S, w in zip(shifts, np.asarray(weights).reshape(6, 2, 3), strict=True)
    )
    expected = 1.7 / 12**0.5 * z.reshape(3, *sizes, 3) + 0.4 * np.asarray(bias)
    assert shape == expected.shape
    assert error(layer.apply_fn((weights, bias), jnp.asarray(IMAGES)), expected) < 1e-14
    standard = stax.Conv(3, (2, 3), (2, 1), padding, W_std=1.7, b_std=0.4, parameterization="standard")
    same = standard.init_fn(jax.random.key(0), IMAGES.shape)[1]
    assert error(standard.apply_fn(same, jnp.asarray(IMAGES)), expected) < 1e-14


def test_the_finite_pooling_is_its_formula():
    x = jnp.asarray(IMAGES)
    pooled = stax.AvgPool((2, 3), (2, 1)).apply_fn((), x)
    assert error(pooled[1, 1, 0], IMAGES[1, 2:4, 0:3].mean((0, 1))) < 1e-15
    assert stax.AvgPool((2, 3), (2, 1)).init_fn(jax.random.key(0), x.shape)[0] == pooled.shape
    assert error(stax.GlobalAvgPool().apply_fn((), x), IMAGES.mean((1, 2))) < 1e-15
    assert stax.Flatten().apply_fn((), x).shape == stax.Flatten().init_fn(jax.random.key(0), x.shape)[0] == (3, 40)
