import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct
from sklearn.kernel_ridge import KernelRidge

from ntkbook import predict
from tests.predict.cases import K_TEST, K_TEST_TEST, K, distance, kernel_fn, x_test, x_train, y_train


def test_ridge_regression_is_that_of_scikit_learn():
    ridge = KernelRidge(alpha=0.3, kernel="precomputed").fit(np.asarray(K.ntk), np.asarray(y_train))
    found = predict.kernel_regression(K.ntk, y_train, 0.3)(K_TEST.ntk)
    assert distance(ridge.predict(np.asarray(K_TEST.ntk)), found) < 1e-13
    one = predict.kernel_regression(K.ntk, y_train[:, 0], 0.3)(K_TEST.ntk)
    assert distance(found[:, 0], one) < 1e-14


def test_the_posterior_is_that_of_scikit_learn():
    x, x_new, y = (np.asarray(array) for array in (x_train, x_test, y_train[:, 0]))
    process = GaussianProcessRegressor(DotProduct(0.7, "fixed"), alpha=0.2, optimizer=None).fit(x, y)
    mean, covariance = process.predict(x_new, return_cov=True)
    gram, cross, start = (jnp.asarray(a @ b.T + 0.49) for a, b in ((x, x), (x_new, x), (x_new, x_new)))
    found = predict.kernel_regression(gram, y, 0.2)(cross, start)
    assert distance(mean, found.mean) < 1e-13
    assert distance(covariance, found.covariance) < 1e-13
    inference = predict.gp_inference(gram, y[:, None], diag_reg=0.2, diag_reg_absolute_scale=True)
    assert distance(covariance, inference("nngp", cross, start).covariance) < 1e-13


def test_derivatives_pass_through_the_solve():
    def total(ridge):
        return jnp.sum(predict.kernel_regression(K.ntk, y_train, ridge)(K_TEST.ntk, K_TEST_TEST.ntk).mean)

    expected = (total(0.3 + 1e-6) - total(0.3 - 1e-6)) / 2e-6
    assert abs(jax.jit(jax.grad(total))(0.3) - expected) < 1e-8 * (1 + abs(expected))


@pytest.mark.parametrize(
    ("row", "relation"), [(lambda x: x, "equal"), (lambda x: 2 * x, "parallel"), (lambda x: -x, "opposite")]
)
def test_a_singular_gram_matrix_names_its_rows(row, relation):
    x = np.random.default_rng(0).standard_normal((20, 30))
    x[17] = row(x[3])
    gram = jnp.asarray(x @ x.T)
    message = rf"kernel regression: rows 3 and 17 of x_train are {relation} .*Drop one, or pass ridge > 0"
    with pytest.raises(ValueError, match=message):
        predict.kernel_regression(gram, np.ones(20))(gram)
    assert np.isfinite(predict.kernel_regression(gram, np.ones(20), 1e-6)(gram)).all()
    with pytest.raises(ValueError, match="gp_inference: rows 3 and 17 .* or pass diag_reg > 0"):
        predict.gp_inference(gram, np.ones((20, 1)))("nngp", gram)


def test_a_singular_gram_matrix_without_equal_rows_is_explained():
    x = np.random.default_rng(0).standard_normal((20, 3))
    gram = jnp.asarray(x @ x.T)
    with pytest.raises(ValueError, match="although no two rows of x_train are parallel"):
        predict.kernel_regression(gram, np.ones(20))(gram)
    x[4] = 0
    with pytest.raises(ValueError, match="row 4 of x_train with itself is 0"):
        predict.kernel_regression(jnp.asarray(x @ x.T), np.ones(20))(gram)
    # Blocks: the two points are named, not their rows in the matrix.
    blocks = jnp.einsum("ij,ab->ijab", jnp.ones((3, 3)) + jnp.diag(jnp.array([1.0, 0.0, 0.0])), jnp.eye(2))
    with pytest.raises(ValueError, match="rows 1 and 2 of x_train are equal"):
        predict.gp_inference(blocks, np.ones((3, 2)), trace_axes=())("nngp", blocks)


def test_mistakes_are_refused():
    with pytest.raises(ValueError, match="ridge must be finite and not negative, got -0.1"):
        predict.kernel_regression(K.ntk, y_train, -0.1)
    with pytest.raises(ValueError, match="not symmetric"):
        predict.kernel_regression(K.ntk.at[0, 1].add(0.1), y_train)
    with pytest.raises(ValueError, match=r"k_train_train holds nan at index \(2, 1\)"):
        predict.kernel_regression(K.ntk.at[2, 1].set(jnp.nan), y_train)
    with pytest.raises(ValueError, match=r"of shape \(4, 4\), got \(5, 5\)"):
        predict.kernel_regression(K.ntk, y_train[:4])
    with pytest.raises(ValueError, match="looks transposed"):
        predict.kernel_regression(K.ntk, y_train)(K_TEST.ntk.T)
    with pytest.raises(TypeError, match=r"Pass its field \.ntk"):
        predict.kernel_regression(K, y_train)
    with pytest.raises(ValueError, match="needs both kernels in k_train_train"):
        predict.gp_inference(K.ntk, y_train)("ntk", K_TEST, kernel_fn(x_test, None, "nngp"))
    with pytest.raises(ValueError, match="full blocks: pass trace_axes="):
        predict.gradient_descent_mse(jnp.ones((5, 5, 2, 2)), y_train)
    with pytest.raises(ValueError, match="traced over the outputs"):
        predict.gradient_descent_mse(K.ntk, y_train, trace_axes=())
    with pytest.raises(ValueError, match="training points"):
        predict.gradient_descent_mse(K.ntk, y_train[:, 0])
    with pytest.raises(ValueError, match="t must not be negative"):
        predict.gradient_descent_mse(K.ntk, y_train)(-1.0)
    with pytest.raises(ValueError, match="fx_test_0 needs k_test_train"):
        predict.gradient_descent_mse(K.ntk, y_train)(1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="nothing to predict"):
        predict.gradient_descent_mse(K.ntk, y_train)(1.0, None)
    with pytest.raises(ValueError, match="learning_rate must be positive"):
        predict.gradient_descent_mse(K.ntk, y_train, learning_rate=0.0)
    with pytest.raises(ValueError, match="negative eigenvalue"):
        predict.gradient_descent_mse(-K.ntk, y_train)(1.0)
    with pytest.raises(ValueError, match="y_train_size is the number of entries"):
        predict.max_learning_rate(K.ntk, 7)
