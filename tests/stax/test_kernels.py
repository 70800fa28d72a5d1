"""Kernels against mpmath, at equal, nearly equal, parallel and antiparallel inputs."""

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest

from ntkbook import stax
from ntkbook.stax import gelu
from ntkbook.stax.kernel import Pair
from tests.stax import reference

RNG = np.random.default_rng(0)
X0, X1 = RNG.normal(size=(2, 5))
ACROSS = X1 - X0 * (X0 @ X1) / (X0 @ X0)
ACROSS *= np.linalg.norm(X0) / np.linalg.norm(ACROSS)


def turned(one_minus_rho):
    """X0, turned so that its correlation with X0 is one minus this."""
    half = np.arcsin(np.sqrt(one_minus_rho / 2))
    return np.cos(2 * half) * X0 + np.sin(2 * half) * ACROSS


NEAR = [turned(t) for t in (1e-16, 1e-9, 1e-4, 1.0, 1.7)]
GENERIC = np.stack([X0, X0, *NEAR, X1])
OPPOSITE = np.stack(
    [X0, 4 * X0, 0.25 * X0, -X0, -2 * X0, -turned(1e-16), -turned(1e-8), -turned(1e-3)]
)  # of GENERIC's shape, so that nothing compiles twice

CLOSED = {
    "Relu": (stax.Relu(), reference.abrelu(0, 1)),
    "LeakyRelu": (stax.LeakyRelu(0.3), reference.abrelu(0.3, 1)),
    "ABRelu": (stax.ABRelu(-0.5, 1.2), reference.abrelu(-0.5, 1.2)),
    "Abs": (stax.Abs(), reference.abrelu(-1, 1)),
    "Sign": (stax.Sign(), reference.sign),
    "Erf": (stax.Erf(), reference.erf()),
    "Sigmoid_like": (stax.Sigmoid_like(), reference.erf(0.5, 1 / 2.4020563531719796, 0.5)),
    "Gelu": (stax.Gelu(), reference.gelu),
    "Sin": (stax.Sin(1.3, 0.7, 0.4), reference.sin(1.3, 0.7, 0.4)),
    "Cos": (stax.Cos(), reference.cos()),
    "Exp": (stax.Exp(0.3, 0.4), reference.exp(0.3, 0.4)),
    "Gaussian": (stax.Gaussian(), reference.gaussian()),
    "Monomial": (stax.Monomial(3), reference.polynomial(0, 0, 0, 1)),
    "Polynomial": (stax.Polynomial([0.1, 0.5, 0.2, 0.1]), reference.polynomial(0.1, 0.5, 0.2, 0.1)),
}


def network(layer, depth, W_std, b_std):
    return stax.serial(*[stax.Dense(1, W_std, b_std), layer] * depth, stax.Dense(1, W_std, b_std))


def check(layer, dual, x, depth, W_std, b_std, bound):
    computed = network(layer, depth, W_std, b_std).kernel_fn(x)
    for kernel, exact in zip(computed, reference.kernels(dual, x, x, depth, W_std, b_std), strict=True):
        assert reference.error(kernel, exact) < bound
        assert np.linalg.eigvalsh(np.asarray(kernel, np.float64)).min() > -bound * float(np.max(kernel)) * len(x)


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize(("W_std", "b_std"), [(2**0.5, None), (1.2, 0.3)])
def test_closed_forms(name, W_std, b_std):
    for x in (GENERIC, OPPOSITE):
        check(*CLOSED[name], x, 2, W_std, b_std, 1e-13)


@pytest.mark.parametrize("name", CLOSED)
def test_float32(name):
    check(*CLOSED[name], np.concatenate([GENERIC[:5], -GENERIC[:3]]).astype(np.float32), 2, 1.2, 0.3, 1e-5)


@pytest.mark.parametrize("name", ["Relu", "Abs", "Erf", "Gelu", "Sin"])
def test_depth_50(name):
    check(*CLOSED[name], GENERIC, 50, 1.5 if name == "Erf" else 2**0.5, 0.1, 1e-12)


def sech2(z):
    return 1 - mp.tanh(z) ** 2


def logistic(z):
    return 1 / (1 + mp.exp(-z))


@pytest.mark.parametrize(
    ("layer", "dual"),
    [
        (stax.Tanh(), reference.by_integral(mp.tanh, sech2)),
        (stax.Elementwise(jax.nn.sigmoid), reference.by_integral(logistic, lambda z: logistic(z) * logistic(-z))),
        (stax.Elementwise(jax.nn.softplus), reference.by_integral(lambda z: mp.log(1 + mp.exp(z)), logistic)),
        (
            stax.Elementwise(jax.nn.silu),
            reference.by_integral(lambda z: z * logistic(z), lambda z: logistic(z) * (1 + z * logistic(-z))),
        ),
    ],
)
def test_series_against_integrals(layer, dual):
    check(layer, dual, np.stack([X0 / 2, X0 / 2 + 1e-7 * ACROSS]), 1, 1.2, 0.3, 1e-10)


@pytest.mark.parametrize("depth", [2, 50])
def test_series_against_closed_form(depth):
    check(stax.Elementwise(jax.lax.erf), reference.erf(), GENERIC, depth, 1.5, 0.1, 1e-10)


@pytest.mark.parametrize("name", ["Erf", "Gelu", "Sin", "Cos", "Gaussian", "Polynomial"])
def test_the_reference_itself_against_integrals(name):
    functions = {
        "Erf": (mp.erf, lambda z: 2 / mp.sqrt(mp.pi) * mp.exp(-z * z), reference.erf()),
        "Gelu": (lambda z: z * mp.ncdf(z), lambda z: mp.ncdf(z) + z * mp.npdf(z), reference.gelu),
        "Sin": (mp.sin, mp.cos, reference.sin()),
        "Cos": (mp.cos, lambda z: -mp.sin(z), reference.cos()),
        "Gaussian": (lambda z: mp.exp(-z * z), lambda z: -2 * z * mp.exp(-z * z), reference.gaussian()),
        "Polynomial": (lambda z: z**3 - z, lambda z: 3 * z * z - 1, reference.polynomial(0, -1, 0, 1)),
    }
    phi, slope, dual = functions[name]
    point = mp.mpf("0.7"), mp.mpf("0.4"), mp.mpf("0.25")
    for direct, closed in zip(reference.by_integral(phi, slope)(*point), dual(*point), strict=True):
        assert abs(direct - closed) < mp.mpf(10) ** -15


def test_the_reference_of_relu_against_an_integral():
    # In polar coordinates the radius integrates to 1, and the angle runs over the sector where both are positive.
    theta = mp.mpf("1.1")
    value = mp.quad(lambda t: mp.cos(t) * mp.cos(t - theta), [theta - mp.pi / 2, mp.pi / 2]) / mp.pi
    assert abs(reference.abrelu(0, 1)(mp.mpf(1), mp.mpf(1), mp.cos(theta))[0] - value) < mp.mpf(10) ** -35


def test_gelu_keeps_the_digits_of_small_differences():
    rng = np.random.default_rng(1)
    q1 = 10 ** rng.uniform(-3, 2, 60)
    q2 = q1 * (1 + rng.choice([1e-12, 1e-8, 1e-3, 0.3, 2.0], 60))
    t, acute = rng.choice([0.0, 1e-15, 1e-8, 1e-3, 0.3, 0.5], 60), rng.random(60) < 0.5
    exact, pairs = [], []
    for a, b, half_sine2, same in zip(q1, q2, t, acute, strict=True):
        a, b = mp.mpf(float(a)), mp.mpf(float(b))
        m, gap = mp.sqrt(a * b), 2 * mp.mpf(float(half_sine2)) * mp.sqrt(a * b)
        value = reference.gelu(a, b, m - gap if same else gap - m)[0]
        middle = (reference.gelu(a, a, a)[0] + reference.gelu(b, b, b)[0]) / 2
        g = (mp.sqrt(a) - mp.sqrt(b)) ** 2 / 2
        pairs.append([float(entry) for entry in (a, b, mp.sqrt(a), mp.sqrt(b), gap + g, gap, g)])
        exact.append((middle - value, middle + value))
    q1, q2, r1, r2, distance, gap, g = map(jnp.asarray, np.transpose(pairs))
    dual = gelu._dual(Pair(q1, q2, r1, r2, jnp.asarray(acute), distance, gap, g))
    for computed, expected in ((dual.d, [d for d, _ in exact]), (dual.p, [p for _, p in exact])):
        # Relative to each difference itself, however small.
        assert max(abs(float(c) - e) / e for c, e in zip(computed, expected, strict=True)) < 1e-13


@pytest.mark.parametrize("name", ["Relu", "Sign", "Erf", "Gelu", "Sin", "Gaussian", "Tanh"])
def test_gradients_are_finite_and_right(name):
    layer = stax.Tanh(32) if name == "Tanh" else CLOSED[name][0]
    net = network(layer, 1, 1.2, 0.3)
    x = jnp.asarray(np.stack([X0, 2 * X0, X1, 0 * X0]) / 3)
    weights = jnp.asarray(RNG.normal(size=(4, 4)))

    @jax.jit
    @jax.value_and_grad
    def total(x):
        kernels = net.kernel_fn(x)
        return (weights * kernels.nngp).sum() + jnp.trace(kernels.ntk)

    value, gradient = total(x)
    assert jnp.isfinite(value)
    assert jnp.isfinite(gradient).all()
    if name != "Sign":  # parallel inputs: the kernel of Sign has a corner there
        direction = jnp.asarray(RNG.normal(size=x.shape))
        step = 1e-5
        slope = (total(x + step * direction)[0] - total(x - step * direction)[0]) / (2 * step)
        assert abs(float(slope - (gradient * direction).sum())) < 1e-6 * max(1, abs(float(value)))


def test_gradients_in_one_of_two_equal_inputs():
    net = network(stax.Relu(), 1, 1.2, 0.3)
    x = jnp.asarray(np.stack([X0, 2 * X0, X1, 0 * X0]) / 3)
    gradient = jax.jit(jax.grad(lambda y: net.kernel_fn(x, y).ntk.sum()))(x)
    assert jnp.isfinite(gradient).all()


def test_gradient_in_the_standard_deviations():
    x = jnp.asarray(GENERIC[3:6])

    @jax.jit
    @jax.value_and_grad
    def total(stds):
        return network(stax.Erf(), 1, stds[0], stds[1]).kernel_fn(x, get="ntk").sum()

    at, step = jnp.array([1.3, 0.4]), 1e-5
    for direction in (jnp.array([1.0, 0.0]), jnp.array([0.0, 1.0])):
        slope = (total(at + step * direction)[0] - total(at - step * direction)[0]) / (2 * step)
        assert abs(float(slope - total(at)[1] @ direction)) < 1e-8 * abs(float(slope))
