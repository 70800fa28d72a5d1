import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntkbook import empirical, stax
from ntkbook.stax.kernel_fn import KernelFn


def draw(seed, *shape):
    return jax.random.normal(jax.random.key(seed), shape)


def relu_net(width=1, **kwargs):
    return stax.serial(stax.Dense(width, 1.4, 0.2, **kwargs), stax.Relu(), stax.Dense(1, 1.1, 0.1, **kwargs))


def test_the_calling_convention_of_neural_tangents():
    init_fn, apply_fn, kernel_fn = stax.serial(stax.Dense(8, W_std=1.5, b_std=0.05), stax.Relu(), stax.Dense(1))
    x1, x2 = draw(0, 4, 3), draw(1, 2, 3)
    assert apply_fn(init_fn(jax.random.key(0), x1.shape)[1], x1).shape == (4, 1)
    both = kernel_fn(x1, x2)
    assert both.nngp.shape == both.ntk.shape == (4, 2)
    assert jnp.allclose(kernel_fn(x1, x2, "ntk"), both.ntk, rtol=0, atol=1e-15)
    assert jnp.allclose(kernel_fn(x1, x2, ("ntk", "nngp")).nngp, both.nngp, rtol=0, atol=1e-15)
    assert kernel_fn(x1, None, get=None).cov1.shape == (4,)
    nngp, ntk = kernel_fn(x1)
    assert jnp.allclose(nngp, nngp.T, rtol=0, atol=1e-15)
    assert jnp.allclose(kernel_fn(x1, x1).ntk, ntk, rtol=0, atol=1e-14)


@settings(max_examples=5)
@given(
    n1=st.integers(1, 4),
    n2=st.integers(1, 4),
    d=st.integers(1, 5),
    W_std=st.floats(0.1, 2.0),
    b_std=st.one_of(st.none(), st.floats(0.0, 1.0)),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_any_shape_dtype_and_hyper_parameter(n1, n2, d, W_std, b_std, dtype):
    net = stax.serial(stax.Dense(3, W_std, b_std), stax.Erf(), stax.Dense(1, W_std, b_std))
    x1, x2 = draw(0, n1, d).astype(dtype), draw(1, n2, d).astype(dtype)
    kernels = net.kernel_fn(x1, x2)
    assert kernels.ntk.shape == (n1, n2)
    assert kernels.ntk.dtype == kernels.nngp.dtype == dtype
    joint = net.kernel_fn(jnp.concatenate([x1, x2]))
    assert jnp.allclose(joint.ntk[:n1, n1:], kernels.ntk, rtol=0, atol=float(100 * jnp.finfo(dtype).eps))
    assert jnp.linalg.eigvalsh(joint.nngp).min() > -100 * jnp.finfo(dtype).eps


def test_transformations_work():
    net, x = relu_net(), draw(0, 5, 4, 3)
    mapped = jax.jit(jax.vmap(lambda x: net.kernel_fn(x, get="ntk")))(x)
    alone = jnp.stack([net.kernel_fn(rows, get="ntk") for rows in x])
    assert jnp.allclose(mapped, alone, rtol=0, atol=1e-13)


def statistic(values, predicted):
    return float(abs(values.mean() - predicted) / (values.std(ddof=1) / values.size**0.5))


WIDE = {
    "residual": lambda n: [
        stax.FanOut(2),
        stax.parallel(stax.serial(stax.Relu(), stax.Dense(n, 1.1, 0.1)), stax.Identity()),
        stax.FanInSum(),
        stax.Erf(),
    ],
    "concat": lambda n: [
        stax.FanOut(2),
        stax.parallel(stax.serial(stax.Relu(), stax.Dense(n // 2, 1.5, 0.1)), stax.Relu()),
        stax.FanInConcat(),
    ],
}


# One hidden layer of every kind is in tests/experiments: here branches, which take several.
@pytest.mark.parametrize("name", WIDE)
def test_wide_networks_agree(name):
    n, x = 256, draw(3, 2, 3)
    net = stax.serial(stax.Dense(n, 1.3, 0.2), *WIDE[name](n), stax.Dense(1, 1.2, 0.1))
    predicted = net.kernel_fn(x)

    @jax.jit
    @jax.vmap
    def sample(key):
        params = net.init_fn(key, x.shape)[1]
        outputs = net.apply_fn(params, x)[:, 0]
        return outputs[0] * outputs[1], empirical.ntk(net.apply_fn, params, x)[0, 1]

    products, tangents = sample(jax.random.split(jax.random.key(5), 200))
    assert statistic(np.asarray(products), float(predicted.nngp[0, 1])) < 4
    assert statistic(np.asarray(tangents), float(predicted.ntk[0, 1])) < 4


def test_two_nonlinearities_in_a_row_are_refused():
    with pytest.raises(ValueError, match="between two nonlinearities"):
        stax.serial(stax.Dense(3), stax.Relu(), stax.Erf()).kernel_fn(draw(0, 2, 3))
    with pytest.raises(ValueError, match="before the first one"):
        stax.Relu().kernel_fn(draw(0, 2, 3))


def test_a_forgotten_flatten_is_refused():
    images = draw(0, 2, 4, 4, 3)
    net = stax.serial(stax.Conv(3, (3, 3)), stax.Relu(), stax.Dense(1))
    with pytest.raises(ValueError, match=r"put Flatten\(\) or GlobalAvgPool\(\)"):
        net.init_fn(jax.random.key(0), images.shape)
    with pytest.raises(ValueError, match=r"Put Flatten\(\) or GlobalAvgPool\(\)"):
        net.kernel_fn(images)
    with pytest.raises(ValueError, match="before Flatten"):
        stax.serial(stax.Flatten(), stax.GlobalAvgPool()).kernel_fn(images)
    with pytest.raises(ValueError, match="no positions"):
        stax.serial(stax.Dense(2), stax.GlobalAvgPool()).kernel_fn(draw(0, 2, 3))
    with pytest.raises(ValueError, match="2 axes of positions"):
        stax.serial(stax.Conv(3, (3, 3)), stax.Flatten()).kernel_fn(draw(0, 2, 3))
    with pytest.raises(ValueError, match="do not fit"):
        stax.serial(stax.Conv(3, (5, 5)), stax.Flatten()).kernel_fn(images)


def test_layer_norm_needs_a_linear_layer_before_it():
    with pytest.raises(ValueError, match="behind a linear layer"):
        stax.serial(stax.Dense(2), stax.Relu(), stax.LayerNorm()).kernel_fn(draw(0, 2, 3))


def test_correlated_branches_are_refused():
    net = stax.serial(stax.Dense(3), stax.FanOut(2), stax.parallel(stax.Identity(), stax.Identity()), stax.FanInSum())
    with pytest.raises(ValueError, match="correlated"):
        net.kernel_fn(draw(0, 2, 3))
    with pytest.raises(ValueError, match="2 branches"):
        stax.FanOut(2).kernel_fn(draw(0, 2, 3))
    with pytest.raises(ValueError, match=r"FanOut\(2\)"):
        stax.parallel(stax.Dense(1), stax.Dense(1)).kernel_fn(draw(0, 2, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((jnp.ones(3),), r"x\[None, :\]"),
        ((jnp.ones((2, 3)), jnp.ones((2, 4))), "rows of one shape"),
        ((jnp.ones((2, 3)), jnp.ones((2, 3), jnp.float32)), "one dtype"),
        ((jnp.ones((2, 3)), None, "nkt"), "'nkt'"),
        ((jnp.ones((2, 3)), None, ("ntk", "ntk")), "distinct"),
        ((jnp.array([[1.0], [jnp.nan]]),), "row 1"),
        ((jnp.ones((2, 3), complex),), "real"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        relu_net().kernel_fn(*arguments)


def test_a_series_that_does_not_converge_is_refused():
    def net(**kwargs):
        return stax.serial(stax.Dense(1), stax.Elementwise(jax.nn.relu, **kwargs), stax.Dense(1))

    x = draw(0, 3, 4)
    with pytest.raises(ValueError, match="terms=1024"):
        net().kernel_fn(x)
    exact = stax.serial(stax.Dense(1), stax.Relu(), stax.Dense(1)).kernel_fn(x)
    assert jnp.allclose(net(tolerance=0.1).kernel_fn(x).nngp, exact.nngp, rtol=0, atol=1e-3)


def test_layers_without_a_limit_say_so():
    layer = stax.Layer(lambda key, shape: (shape, ()), lambda params, x: x)
    with pytest.raises(NotImplementedError, match="Elementwise"):
        layer.kernel_fn(draw(0, 2, 3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: stax.Dense(3, parameterization="mup"), "standard"),
        (lambda: stax.Gaussian(1.0, 0.5), "b <= 0"),
        (lambda: stax.Monomial(-1), "whole number"),
        (lambda: stax.Polynomial([]), "coefficient"),
        (lambda: stax.LeakyRelu(float("nan")), "finite"),
        (lambda: stax.FanOut(0), "one branch"),
        (lambda: stax.FanInConcat(axis=0), "features"),
        (lambda: stax.Conv(3, (3, 3, 3)), "one or two whole numbers"),
        (lambda: stax.Conv(3, (3, 0)), "at least 1"),
        (lambda: stax.Conv(3, (3, 3), (1,)), "strides as many"),
        (lambda: stax.Conv(3, (3, 3), padding="same"), "'SAME'"),
        (lambda: stax.Conv(0, (3, 3)), "at least one unit"),
        (lambda: stax.AvgPool((2, -1)), "at least 1"),
        (lambda: stax.LayerNorm(eps=-1.0), "eps"),
        (lambda: stax.Hermite(31), "0 to 30"),
        (lambda: stax.Elementwise(3), "function"),
        (lambda: stax.Elementwise(jnp.tanh, terms=0), "terms"),
    ],
)
def test_bad_layers_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_small_and_large_matrices_have_one_kernel():
    """Small ones are compiled by another code generator; the entries agree to rounding."""
    x = jax.random.normal(jax.random.key(0), (300, 5))
    net = stax.serial(stax.Dense(8, 1.5, 0.1), stax.Relu(), stax.Dense(8, 1.5), stax.Erf(), stax.Dense(1))
    few, many = net.kernel_fn(x[:40]), net.kernel_fn(x)
    for small, large in zip(few, many, strict=True):
        np.testing.assert_allclose(small, large[:40, :40], rtol=1e-13, atol=1e-13)


def test_a_compiler_without_the_quick_option_is_asked_again(monkeypatch):
    monkeypatch.setattr("ntkbook.stax.kernel_fn.QUICKLY", {"xla_no_such_option": False})
    kernel_fn = KernelFn("Dense", stax.Dense(3).kernel_fn.advance)
    x = jnp.eye(4, 3)
    np.testing.assert_array_equal(kernel_fn(x, None, "nngp"), stax.Dense(3).kernel_fn(x, None, "nngp"))
