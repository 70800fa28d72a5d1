"""NumPy carries out a traced program as XLA would."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.scipy import linalg, special

from ntkbook.proof.evaluate.program import ELEMENTWISE, run

POINT = np.linspace(0.1, 0.9, 6).reshape(2, 3)

PLACES = jnp.array([[0, 2, 1], [5, 0, -1]])

PROGRAMS = {
    "elementary": lambda x: [
        jnp.exp(x), jnp.log(x), jnp.sin(x), jnp.cos(x), jnp.tan(x), jnp.arcsin(x), jnp.arccos(x), jnp.arctan(x),
        jnp.sinh(x), jnp.cosh(x), jnp.tanh(x), jnp.sqrt(x), x**3, x**-2, x**0.3, jnp.abs(-x), jnp.sign(x - 0.5),
        jnp.arctan2(x, x + 1.0), jnp.expm1(x), jnp.log1p(x),
    ],
    "integers": lambda x: [jax.lax.div(jnp.array([7, -7]), jnp.array([2, 2])), jnp.array([6, 3]) & jnp.array([3, 1])],
    "special": lambda x: [special.erf(x), special.erfc(x), special.gammaln(x), special.digamma(x), special.gamma(x)],
    "comparisons": lambda x: [jnp.where((x > 0.3) & ~(x > 0.7), x, 0.0), jnp.maximum(x, 0.5), jnp.minimum(x, 0.5)],
    "shapes": lambda x: [x.T @ x, jnp.einsum("ij,kj->ik", x, x), x.reshape(3, 2), x[None, :, 1], x.sum(0), x.prod(1)],
    "joining": lambda x: [jnp.concatenate([x, x], 1), jnp.stack([x, x]), jnp.broadcast_to(x[0], (4, 3)), jnp.arange(3)],
    "derivatives": lambda x: [
        jax.jvp(lambda y: jnp.sin(y) * jnp.exp(y), (x,), (x,))[1],
        jax.vmap(jax.grad(jax.grad(jnp.tanh)))(x[0]),
    ],
    "linear algebra": lambda x: [jnp.linalg.inv(x @ x.T), linalg.expm(x @ x.T)],
    "batches": lambda x: [
        jax.vmap(lambda y, k: jax.lax.dynamic_index_in_dim(y, k, keepdims=False))(x, jnp.array([2, 0])),
        jax.vmap(lambda k: jax.lax.dynamic_slice_in_dim(x, k, 2, axis=1))(jnp.array([0, 5, -1])),
        jax.vmap(lambda y, ks: jax.vmap(lambda k: jax.lax.dynamic_slice(y, (k,), (2,)))(ks), (1, 0))(x.T, PLACES),
    ],
    "gathers": lambda x: [x[jnp.array([1, 0, 1])], x[:, jnp.array([[2], [0]])], x[jnp.array([0, 7])], x.at[1, 2].get()],
    "pieces": lambda x: [x[:, ::2], x[1:], x[::-1], jnp.sort(x, 0), jnp.clip(x, 0.2, 0.5), jnp.floor(3.0 * x)],
    "reductions": lambda x: [x.min(1), x.max(0), (x > 0.5).any(1), (x > 0.05).all(), jnp.argmax(x, 1)],
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_numpy_and_xla_agree(name):
    expected = jax.jit(PROGRAMS[name])(POINT)
    for found, value in zip(run(PROGRAMS[name], POINT), expected, strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-13, atol=1e-14)


def test_another_device_compiles_the_program(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    found = run(PROGRAMS["shapes"], POINT)
    np.testing.assert_allclose(found[0], POINT.T @ POINT, rtol=1e-14)


def test_a_wrong_word_in_the_table_would_be_seen(monkeypatch):
    monkeypatch.setitem(ELEMENTWISE, "sin", np.cos)
    with pytest.raises(AssertionError):
        test_numpy_and_xla_agree("elementary")


def test_what_is_not_finite_is_passed_on_without_a_warning():
    (value,) = run(lambda x: [jnp.log(x - 1.0)], POINT)
    assert np.isnan(value).all()
