import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import predict
from tests.predict import cases
from tests.predict.cases import BOTH, K_TEST, K, distance, fx_test_0, fx_train_0, kernel_fn, x_test, x_train, y_train
from tests.predict.reference import REFERENCE

COUPLING = jnp.array([[1.0, 0.3], [0.3, 0.6]])


def blocks(kernel):
    return jnp.einsum("ij,ab->ijab", kernel, COUPLING)


def mse(t, kernel=K.ntk, cross=K_TEST.ntk, **options):
    return predict.gradient_descent_mse(kernel, y_train, **options)(t, fx_train_0, fx_test_0, cross)


def ensemble(t, x):
    return predict.gradient_descent_mse_ensemble(kernel_fn, x_train, y_train, learning_rate=0.5, diag_reg=0.05)(
        t=t, x_test=x, get=BOTH, compute_cov=True
    )


def average_logistic(f, y):
    return jnp.mean(jnp.logaddexp(0.0, -f * y))


def ode(loss, *options):
    return predict.gradient_descent(loss, K.ntk, y_train, *options)(3.0, fx_train_0, fx_test_0, K_TEST.ntk)


CASES = {
    "mse_t": lambda: mse(3.0, learning_rate=0.5),
    "mse_inf": lambda: mse(None),
    "mse_reg": lambda: mse(3.0, diag_reg=0.1),
    "mse_reg_inf": lambda: mse(None, diag_reg=0.1),
    "mse_abs": lambda: mse(3.0, diag_reg=0.1, diag_reg_absolute_scale=True),
    "mse_blocks": lambda: mse(3.0, blocks(K.ntk), blocks(K_TEST.ntk), trace_axes=()),
    "ens_0.5_2.0": lambda: ensemble(2.0, x_test),
    "ens_train_0.5_2.0": lambda: ensemble(2.0, None),
    "ens_0.5_None": lambda: ensemble(None, x_test),
    "gp": lambda: predict.gp_inference(K, y_train, diag_reg=0.02)((*BOTH, "ntkgp"), K_TEST, cases.K_TEST_TEST),
    "maxlr": lambda: [
        predict.max_learning_rate(K.ntk),
        predict.max_learning_rate(K.ntk, 10, momentum=0.9),
        predict.max_learning_rate(blocks(K.ntk)),
    ],
    "ode": lambda: ode(lambda f, y: 0.5 * jnp.mean((f - y) ** 2)),
    "ode_mom": lambda: ode(average_logistic, 0.5, 0.9),
}


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_are_those_of_neural_tangents(case):
    found = np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(CASES[case]())])
    # Its ODE solver asks for 1.4e-8 of each step, ours for 1e-10.
    assert distance(REFERENCE[case], found) < (1e-7 if case.startswith("ode") else 1e-13)


def test_every_reference_is_used():
    assert set(CASES) == set(REFERENCE)
