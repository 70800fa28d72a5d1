import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm

from ntkbook import predict, stax
from ntkbook.empirical import ntk
from tests.predict.cases import BOTH, Kernels, distance, inputs, kernel_fn, x_test, x_train, y_train


def draw(shape, seed):
    return np.random.default_rng(seed).standard_normal(shape)


def random_features(n, features=12, seed=5):
    """A model linear in w with w ~ N(0, S): its nngp is F S F', its ntk F F'. Both are known exactly."""
    F, scales = draw((n, features), seed), np.linspace(0.5, 2.0, features)
    return F, scales


def linear_kernel_fn(scales):
    def of(x1, x2, get):
        x2 = x1 if x2 is None else x2
        both = Kernels((x1 * scales[None, :]) @ x2.T, x1 @ x2.T)
        return getattr(both, get) if isinstance(get, str) else both

    return of


@pytest.mark.parametrize("t", [0.4, 30.0, None])
def test_an_ensemble_of_trained_linear_models_has_this_mean_and_covariance(t):
    F, scales = random_features(9)
    train, test, y = F[:6], F[6:], draw((6, 1), 7)
    predict_fn = predict.gradient_descent_mse_ensemble(linear_kernel_fn(jnp.asarray(scales)), jnp.asarray(train), y)
    mean, covariance = predict_fn(t, jnp.asarray(test), "ntk", compute_cov=True)
    members = 4000
    w = draw((members, 12), 8) * np.sqrt(scales)
    inverse = np.linalg.inv(train @ train.T)
    left = np.zeros((6, 6)) if t is None else expm(-t / 6 * train @ train.T)
    # Gradient flow of each member, in its weights: only their part in the span of the features moves.
    w = w - (train.T @ inverse @ (np.eye(6) - left) @ (train @ w.T - y)).T
    outputs = w @ test.T
    deviations = outputs - np.asarray(mean)[:, 0]
    z_mean = deviations.mean(0) / (outputs.std(0) / members**0.5)
    assert np.abs(z_mean).max() < 4
    products = deviations[:, :, None] * deviations[:, None, :]
    z = (products.mean(0) - np.asarray(covariance)) / (products.std(0) / members**0.5)
    assert np.abs(z).max() < 4
    # Meta-test: the spread at initialization is another.
    z = (products.mean(0) - (test * scales) @ test.T) / (products.std(0) / members**0.5)
    assert np.abs(z).max() > 20


def test_the_covariance_is_that_of_dense_matrices():
    theta, sigma = (np.asarray(kernel_fn(x_train, None, get)) for get in ("ntk", "nngp"))
    theta_test, sigma_test = (np.asarray(kernel_fn(x_test, x_train, get)) for get in ("ntk", "nngp"))
    sigma_test_test = np.asarray(kernel_fn(x_test, None, "nngp"))
    predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, x_train, y_train)
    both = predict_fn(t=6.0, x_test=x_test, compute_cov=True)
    for found, kernel, kernel_test in ((both.ntk, theta, theta_test), (both.nngp, sigma, sigma_test)):
        H = kernel_test @ np.linalg.solve(kernel, np.eye(5) - expm(-6.0 / 10 * kernel))
        assert distance(H @ y_train, found.mean) < 1e-12
        expected = sigma_test_test + H @ sigma @ H.T - H @ sigma_test.T - sigma_test @ H.T
        assert distance(expected, found.covariance) < 1e-12


def test_the_ends_of_time():
    predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, x_train, y_train)
    start = predict_fn(t=0.0, x_test=x_test, compute_cov=True)
    for found in start:
        assert (found.mean == 0).all()
        assert distance(kernel_fn(x_test, None, "nngp"), found.covariance) < 1e-15
    by_cholesky, by_modes = (predict_fn(t=t, x_test=x_test, compute_cov=True) for t in (None, jnp.inf))
    for a, b in zip(jax.tree.leaves(by_cholesky), jax.tree.leaves(by_modes), strict=True):
        assert distance(a, b) < 1e-11
    posterior = predict.gp_inference(kernel_fn(x_train, None, BOTH), y_train)(
        BOTH, kernel_fn(x_test, x_train, BOTH), kernel_fn(x_test, None, "nngp")
    )
    for a, b in zip(jax.tree.leaves(by_cholesky), jax.tree.leaves(posterior), strict=True):
        assert distance(a, b) < 1e-14


def test_training_points_asked_for_as_test_points_agree():
    predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, x_train, y_train)
    for t in (3.0, jnp.array([0.1, 40.0])):
        direct, as_test = (predict_fn(t=t, x_test=x, compute_cov=True) for x in (None, x_train))
        for a, b in zip(jax.tree.leaves(direct), jax.tree.leaves(as_test), strict=True):
            assert distance(b, a) < 1e-12


def test_covariances_are_positive_semidefinite_up_to_rounding():
    many = inputs(12, 4, 0.1)
    y = inputs(12, 1, 0.4)
    # 12 points, of which two are equal, so that both kernels are singular.
    predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, many.at[11].set(many[3]), y)
    for t in (1.0, 1e3, 1e12, None):
        for found in predict_fn(t=t, x_test=jnp.concatenate([many[:5], x_test]), compute_cov=True):
            eigenvalues = np.linalg.eigvalsh(found.covariance)
            assert (found.covariance == found.covariance.T).all()
            assert eigenvalues[0] > -1e-9 * float(jnp.max(kernel_fn(x_test, None, "nngp")))


def test_an_empirical_kernel_will_do():
    net = stax.serial(stax.Dense(8), stax.Tanh(), stax.Dense(1))
    _, params = net.init_fn(jax.random.key(0), x_train.shape)

    def empirical_kernel_fn(x1, x2, get):
        return ntk(net.apply_fn, params, x1, x2)

    y = y_train[:, :1]
    found = predict.gradient_descent_mse_ensemble(empirical_kernel_fn, x_train, y)(2.0, x_test, "ntk")
    kernel, cross = ntk(net.apply_fn, params, x_train), ntk(net.apply_fn, params, x_test, x_train)
    expected = predict.gradient_descent_mse(kernel, y)(2.0, None, 0.0, cross)
    assert distance(expected, found) < 1e-13


def test_the_training_kernel_is_taken_once_and_jit_and_grad_pass():
    calls = []

    def counting(x1, x2, get):
        calls.append((x1.shape, x2))
        return kernel_fn(x1, x2, get)

    predict_fn = predict.gradient_descent_mse_ensemble(counting, x_train, y_train)
    inside = jax.jit(lambda t: predict_fn(t, x_test, "ntk", compute_cov=True))(2.0)
    outside = predict_fn(2.0, x_test, "ntk", compute_cov=True)
    assert sum(x2 is None and shape == (5, 4) for shape, x2 in calls) == 1
    assert distance(outside.covariance, inside.covariance) < 1e-14

    def spread(scale):
        def scaled(x1, x2, get):
            return jax.tree.map(lambda kernel: scale * kernel, kernel_fn(x1, x2, get))

        fn = predict.gradient_descent_mse_ensemble(scaled, x_train, y_train)
        return jnp.trace(fn(2.0, x_test, "ntk", compute_cov=True).covariance)

    expected = (spread(1 + 1e-6) - spread(1 - 1e-6)) / 2e-6
    assert abs(jax.grad(spread)(1.0) - expected) < 1e-7 * abs(expected)


def test_keywords_reach_the_kernel_function():
    def with_pair(x1, x2, get, pair=None, flag=None):
        left, right = pair
        return left * right * kernel_fn(x1, x2, get)

    two, three = np.asarray(2.0), np.asarray(3.0)
    fn = predict.gradient_descent_mse_ensemble(with_pair, x_train, y_train[:, :1], pair=(two, two), flag="a")
    found = fn(None, x_test, "nngp", pair=(three, three))
    expected = predict.gradient_descent_mse_ensemble(kernel_fn, x_train, y_train[:, :1])(None, x_test, "nngp")
    assert distance(1.5 * expected, found) < 1e-12
    with pytest.raises(ValueError, match="only arrays may differ"):
        fn(None, x_test, "nngp", flag="b")
    with pytest.raises(ValueError, match="'pattern' was given for test points"):
        fn(None, x_test, "nngp", pattern=two)


def test_mistakes_are_refused():
    name = "gradient_descent_mse_ensemble"
    fn = predict.gradient_descent_mse_ensemble
    with pytest.raises(ValueError, match=rf"{name}: get is one of 'nngp', 'ntk'"):
        fn(kernel_fn, x_train, y_train)(1.0, x_test, "ntkgp")
    with pytest.raises(ValueError, match="has no nngp"):
        fn(lambda x1, x2, get: Kernels(None, kernel_fn(x1, x2, "ntk")), x_train, y_train)(1.0, x_test, "ntk", True)
    with pytest.raises(ValueError, match="must return a record"):
        fn(lambda x1, x2, get: kernel_fn(x1, x2, "ntk"), x_train, y_train)(1.0, x_test)
    with pytest.raises(ValueError, match=r"y_train\[:, None\]"):
        fn(kernel_fn, x_train, y_train[:, 0])
    with pytest.raises(TypeError, match="expected a function kernel_fn"):
        fn(kernel_fn(x_train, None, "ntk"), x_train, y_train)
    with pytest.raises(ValueError, match="x_train holds nan"):
        fn(kernel_fn, x_train.at[1, 1].set(jnp.nan), y_train)
