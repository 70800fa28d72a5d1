from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import dynamics, losses, preconditions, stax
from ntkbook.empirical import linearize, ntk


def draw(shape, seed, dtype="float64"):
    """Standard normal numbers by NumPy, which compiles nothing."""
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape), dtype)


def draw_params(net, d, dtype="float64"):
    shapes = jax.eval_shape(lambda key: net.init_fn(key, (-1, d))[1], jax.random.key(0))
    leaves, structure = jax.tree.flatten(shapes)
    return jax.tree.unflatten(structure, [draw(leaf.shape, i, dtype) for i, leaf in enumerate(leaves)])


@cache
def network(k=1, dtype="float64"):
    net = stax.serial(stax.Dense(6, W_std=1.5, b_std=0.2), stax.Tanh(), stax.Dense(k, W_std=1.2))
    return jax.jit(net.apply_fn), draw_params(net, 3, dtype)


def samples(n=4, d=3, k=1, dtype="float64"):
    return draw((n, d), 11, dtype), draw((n, k), 12, dtype)


def linear_model(w, x):
    return x @ w


def linear_problem(dtype="float64"):
    return draw((5, 8), 13, dtype), draw(5, 14, dtype), jnp.linspace(-1.0, 1.0, 8).astype(dtype)


@cache
def recorded_run():
    """One flow at 401 times: enough for quadrature, and for differences at every 40th."""
    times = jnp.linspace(0.0, 8.0, 401)
    return dynamics.gradient_flow(*network(), *samples(), times, learning_rate=0.6)


def distance(a, b):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    return float(np.abs(a - b).max() / np.abs(a).max())


def closed_form(kernel, residual0, times):
    """exp(-t K / N) r_0 at each time, by eigenvectors, in NumPy."""
    eigenvalues, modes = np.linalg.eigh(np.asarray(kernel, dtype=float))
    coefficients = modes.T @ np.asarray(residual0, dtype=float)
    return np.stack([modes @ (np.exp(-eigenvalues * float(t) / len(eigenvalues)) * coefficients) for t in times])


def along(params, velocity, apply_fn, *arguments, **options):
    return jax.jit(jax.vmap(lambda p: velocity(apply_fn, p, *arguments, **options)))(params)


@pytest.mark.parametrize(("dtype", "accuracy"), [("float64", 1e-9), ("float32", 1e-4)])
def test_flows_on_a_linear_model_reach_the_closed_form(dtype, accuracy):
    x, y, w = linear_problem(dtype)
    times = jnp.linspace(0.0, 20.0, 11).astype(dtype)
    kernel = x @ x.T
    path = dynamics.gradient_flow(linear_model, w, x, y, times, learning_rate=0.7)
    expected = np.asarray(y) + closed_form(0.7 * kernel, x @ w - y, times)
    assert path.outputs.dtype == dtype
    assert distance(expected, path.outputs) < accuracy
    by_kernel = dynamics.kernel_gradient_flow(kernel, x @ w, y, times, learning_rate=0.7)
    assert by_kernel.params is None
    assert distance(expected, by_kernel.outputs) < accuracy


def test_flow_does_not_depend_on_where_it_is_recorded():
    apply_fn, params = network()
    x, y = samples()
    fine = recorded_run()
    # As many times, so that nothing is compiled anew; the last stretch, 0.7 to 8, is left to the solver.
    times = jnp.append(jnp.linspace(0.0, 0.7, 400), 8.0)
    coarse = dynamics.gradient_flow(apply_fn, params, x, y, times, learning_rate=0.6)
    assert distance(fine.outputs[np.array([35, 400])], coarse.outputs[-2:]) < 1e-9
    assert distance(apply_fn(params, x), fine.outputs[0]) < 1e-15


@pytest.mark.parametrize(("k", "loss"), [(1, losses.mse), (3, losses.logistic)])
def test_output_velocity_is_the_kernel_times_the_loss_gradient_along_the_whole_path(k, loss):
    apply_fn, params = network(k)
    x, y = samples(k=k)
    y = y if loss is losses.mse else jnp.sign(y)
    if loss is losses.mse:
        path = recorded_run()
    else:
        # Points of any path will do; those of descent compile faster.
        path = dynamics.gradient_descent(apply_fn, params, x, y, 400, learning_rate=0.02, loss=loss)
    some, outputs = jax.tree.map(lambda leaf: leaf[::40], (path.params, path.outputs))
    options = {"learning_rate": 0.6, "loss": loss}
    by_chain_rule = along(some, dynamics.output_velocity, apply_fn, x, y, **options)
    by_kernel = along(some, dynamics.kernel_velocity, apply_fn, x, y, **options)
    assert by_chain_rule.shape == (11, 4, k)
    assert distance(by_chain_rule, by_kernel) < 1e-12
    by_products = along(some, dynamics.kernel_velocity, apply_fn, x, y, method="products", **options)
    assert distance(by_chain_rule, by_products) < 1e-12
    # Meta-test: the comparison sees a forgotten rate, and a kernel that is left at its start.
    assert distance(by_chain_rule, along(some, dynamics.kernel_velocity, apply_fn, x, y, loss=loss)) > 0.1
    start = ntk(apply_fn, params, x, trace_axes=())
    slopes = jax.jit(jax.vmap(jax.grad(loss), (0, None)))(outputs, y)
    assert distance(by_chain_rule, -0.6 * np.einsum("ijab,tjb->tia", np.asarray(start), np.asarray(slopes))) > 0.01


def test_output_velocity_is_the_time_derivative_of_the_recorded_outputs():
    apply_fn, _ = network()
    path = recorded_run()
    h = float(path.times[1])
    centres = np.arange(40, 400, 40)
    f = np.asarray(path.outputs)
    # Six neighbours: an error of h^6.
    measured = (
        sum(weight * (f[centres + j] - f[centres - j]) for j, weight in ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))) / h
    )
    at_centres = jax.tree.map(lambda leaf: leaf[centres], path.params)
    velocity = along(at_centres, dynamics.output_velocity, apply_fn, *samples(), learning_rate=0.6)
    assert distance(velocity, measured) < 1e-8


def test_velocity_at_a_test_point():
    apply_fn, params = network(2)
    x, y = samples(k=2)
    x_test = draw((3, 3), 19)
    by_chain_rule = dynamics.output_velocity(apply_fn, params, x, y, x_test=x_test)
    assert by_chain_rule.shape == (3, 2)
    assert distance(by_chain_rule, dynamics.kernel_velocity(apply_fn, params, x, y, x_test=x_test)) < 1e-12


def test_velocities_agree_in_float32():
    apply_fn, params = network(dtype="float32")
    x, y = samples(dtype="float32")
    by_chain_rule = dynamics.output_velocity(apply_fn, params, x, y)
    assert by_chain_rule.dtype == "float32"
    assert distance(by_chain_rule, dynamics.kernel_velocity(apply_fn, params, x, y)) < 1e-4


def test_loss_falls_at_the_rate_of_the_squared_gradient():
    apply_fn, _ = network()
    x, y = samples()
    path = recorded_run()
    slopes = jax.jit(jax.vmap(jax.grad(lambda p: losses.mse(apply_fn(p, x), y))))(path.params)
    squared = sum((np.asarray(leaf).reshape(401, -1) ** 2).sum(axis=1) for leaf in jax.tree.leaves(slopes))
    assert (np.diff(path.loss) < 0).all()
    # Simpson's rule on 400 intervals: L(T) - L(0) = -eta times the integral of |grad L|^2.
    weights = np.r_[1.0, np.tile([4.0, 2.0], 199), 4.0, 1.0]
    integral = (8.0 / 400 / 3) * np.sum(weights * squared)
    assert distance(path.loss[-1] - path.loss[0], -0.6 * integral) < 1e-7


def test_linear_networks_conserve_the_balance_of_their_layers():
    net = stax.serial(stax.Dense(5), stax.Dense(1))
    path = dynamics.gradient_flow(net.apply_fn, draw_params(net, 3), *samples(), jnp.linspace(0.0, 10.0, 5))
    W1, W2 = (np.asarray(W) for W, _ in path.params)
    # W1'W1 - W2 W2': the factors 1/sqrt(fan-in) of the NTK parametrization stand on both sides and cancel.
    balance = np.einsum("tdi,tdj->tij", W1, W1) - np.einsum("tij,tkj->tik", W2, W2)
    assert np.abs(balance - balance[0]).max() < 1e-9
    assert np.abs(W1 - W1[0]).max() > 0.05


def test_the_linearized_network_follows_the_constant_kernel():
    apply_fn, params = network(3)
    x, y = samples(k=3)
    y = jnp.sign(y)
    times = jnp.linspace(0.0, 10.0, 6)
    path = dynamics.gradient_flow(linearize(apply_fn, params), params, x, y, times, loss=losses.logistic)
    kernel = ntk(apply_fn, params, x, trace_axes=())
    by_kernel = dynamics.kernel_gradient_flow(kernel, apply_fn(params, x), y, times, loss=losses.logistic)
    assert distance(path.outputs, by_kernel.outputs) < 1e-9
    assert distance(path.loss, by_kernel.loss) < 1e-9


def test_one_kernel_matrix_acts_on_each_output_alike():
    x, _, _ = linear_problem()
    y = np.sin(np.arange(10.0)).reshape(5, 2)
    both = dynamics.kernel_gradient_flow(x @ x.T, jnp.zeros((5, 2)), y, jnp.array([1.0, 3.0]))
    # Column by column; both columns decay in the same modes.
    expected = np.stack([y[:, a] - closed_form(x @ x.T, y[:, a], both.times) for a in range(2)], axis=-1)
    assert distance(expected, both.outputs) < 1e-9


def test_descent_on_a_linear_model_is_a_matrix_power():
    x, y, w = linear_problem()
    path = dynamics.gradient_descent(linear_model, w, x, y, 12, learning_rate=0.3, record_every=4)
    x, y, w = map(np.asarray, (x, y, w))
    contraction = np.eye(5) - 0.3 / 5 * x @ x.T
    for row, s in enumerate((0, 4, 8, 12)):
        expected = y + np.linalg.matrix_power(contraction, s) @ (x @ w - y)
        assert distance(expected, path.outputs[row]) < 1e-12
    assert jnp.allclose(path.times, 0.3 * jnp.array([0.0, 4.0, 8.0, 12.0]))


def test_descent_on_a_linear_model_is_stable_up_to_2N_over_the_largest_eigenvalue():
    x, y, w = linear_problem()
    limit = 2 * 5 / float(np.linalg.eigvalsh(np.asarray(x @ x.T))[-1])
    final = [
        float(dynamics.gradient_descent(linear_model, w, x, y, 400, learning_rate=r * limit).loss[-1])
        for r in (0.98, 1.02)
    ]
    start = float(losses.mse(x @ w, y))
    assert final[0] < start < 1e3 * start < final[1]


def test_descent_approaches_the_flow_with_order_one():
    apply_fn, params = network()
    x, y = samples()
    flow = recorded_run().outputs[-1]  # at time 8 and rate 0.6
    steps = [128, 256, 512]
    errors = []
    for s in steps:
        path = dynamics.gradient_descent(apply_fn, params, x, y, s, learning_rate=0.6 * 8.0 / s, record_every=s)
        errors.append(distance(flow, path.outputs[-1]))
    local_slopes = -np.diff(np.log2(errors))
    # The local slopes approach 1 like the step itself, so the last one extrapolates to the order.
    order, half_width = 2 * local_slopes[-1] - local_slopes[-2], abs(local_slopes[-1] - local_slopes[-2])
    assert half_width < 0.05
    assert abs(order - 1) < max(half_width, 1e-3)


def test_mistakes_are_refused():
    apply_fn, params = network()
    x, y = samples()
    times = jnp.array([0.0, 1.0])
    with pytest.raises(ValueError, match=r"y\[:, None\]"):
        dynamics.gradient_flow(apply_fn, params, x, y[:, 0], times)
    with pytest.raises(ValueError, match=r"x holds nan at index \(1, 1\)"):
        dynamics.gradient_flow(apply_fn, params, x.at[1, 1].set(jnp.nan), y, times)
    with pytest.raises(ValueError, match="y holds nan"):
        dynamics.output_velocity(apply_fn, params, x, y.at[1].set(jnp.nan))
    for rate in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="learning_rate"):
            dynamics.gradient_descent(apply_fn, params, x, y, 3, learning_rate=rate)
    with pytest.raises(ValueError, match="increase strictly"):
        dynamics.gradient_flow(apply_fn, params, x, y, jnp.array([0.0, 2.0, 1.0]))
    with pytest.raises(ValueError, match="vector"):
        dynamics.gradient_flow(apply_fn, params, x, y, 1.0)
    with pytest.raises(ValueError, match="multiple of record_every"):
        dynamics.gradient_descent(apply_fn, params, x, y, 5, learning_rate=0.1, record_every=2)
    outputs = apply_fn(params, x)
    with pytest.raises(ValueError, match=r"\(4, 4\) or \(4, 4, 1, 1\)"):
        dynamics.kernel_gradient_flow(jnp.eye(3), outputs, y, times)
    with pytest.raises(ValueError, match="not symmetric"):
        dynamics.kernel_gradient_flow(jnp.arange(16.0).reshape(4, 4), outputs, y, times)
    with pytest.raises(ValueError, match="kernel_matrix holds nan"):
        dynamics.kernel_gradient_flow(jnp.full((4, 4), jnp.nan), outputs, y, times)


def test_infinite_data_are_named_and_a_layer_is_refused():
    apply_fn, params = network()
    x, y = samples()
    times = jnp.array([0.0, 1.0])
    for bad in (jnp.nan, jnp.inf):
        broken = jax.tree.map(lambda leaf, bad=bad: leaf.at[-1].set(bad), params)
        with pytest.raises(ValueError, match=rf"gradient_flow: params\[0\]\[0\] holds {bad}"):
            dynamics.gradient_flow(apply_fn, broken, x, y, times)
        with pytest.raises(ValueError, match=f"output_velocity: x_test holds {bad}"):
            dynamics.output_velocity(apply_fn, params, x, y, x_test=x.at[0].set(bad))
        with pytest.raises(ValueError, match=f"kernel_velocity: y holds {bad}"):
            dynamics.kernel_velocity(apply_fn, params, x, y.at[0].set(bad))
        with pytest.raises(ValueError, match=f"times holds {bad}"):
            dynamics.gradient_flow(apply_fn, params, x, y, [0.0, bad])
        with pytest.raises(ValueError, match=f"outputs0 holds {bad}"):
            dynamics.kernel_gradient_flow(jnp.eye(4), y.at[0].set(bad), y, times)
    with pytest.raises(TypeError, match=r"gradient_descent: .* Pass net\.apply_fn"):
        dynamics.gradient_descent(stax.Dense(1), params, x, y, 3, learning_rate=0.1)


def test_the_loss_can_refuse_labels_before_the_run_is_compiled():
    apply_fn, params = network()
    x, y = samples()
    labels = (y > 0).astype(float)
    with pytest.raises(ValueError, match=r"2\*y - 1"):
        dynamics.gradient_flow(apply_fn, params, x, labels, jnp.array([1.0]), loss=losses.logistic)
    with pytest.raises(ValueError, match=r"loss must return one number, got shape \(4, 1\)"):
        dynamics.gradient_descent(apply_fn, params, x, y, 3, learning_rate=0.1, loss=lambda f, y: (f - y) ** 2)


def test_a_kernel_that_is_not_positive_semidefinite_is_refused():
    y, times = jnp.ones(3), jnp.array([1.0])
    indefinite = jnp.array([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    with pytest.raises(ValueError, match=r"eigenvalue -1 .*positive semidefinite"):
        dynamics.kernel_gradient_flow(indefinite, jnp.zeros(3), y, times)
    with pytest.raises(ValueError, match="positive semidefinite"):
        dynamics.kernel_gradient_flow(-jnp.eye(3), jnp.zeros(3), y, times)
    # Blocks: each (i, j) block and each (a, b) slice is harmless, the whole is not.
    pair = jnp.array([[0.0, 1.0], [1.0, 0.0]])
    blocks = jnp.einsum("ij,ab->ijab", jnp.eye(3), pair)
    with pytest.raises(ValueError, match="positive semidefinite"):
        dynamics.kernel_gradient_flow(blocks, jnp.zeros((3, 2)), jnp.ones((3, 2)), times)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_kernel_of_low_rank_passes_in_spite_of_rounding(dtype):
    factor = draw((40, 2), 3, dtype)
    kernel = factor @ factor.T
    assert preconditions.as_kernel("here", kernel, factor[:, 0]) is kernel
    # Meta-test: ten tolerances below zero.
    pushed = kernel - 10 * jnp.finfo(dtype).eps ** 0.5 * jnp.linalg.norm(kernel, 2) * jnp.eye(40, dtype=dtype)
    with pytest.raises(ValueError, match="positive semidefinite"):
        preconditions.as_kernel("here", pushed, factor[:, 0])


def test_integers_and_lists_will_do():
    x, y, w = linear_problem()
    times = list(range(11))
    path = dynamics.gradient_flow(linear_model, w, x.tolist(), y.tolist(), times, learning_rate=0.7)
    assert path.times.dtype == "float64"
    expected = np.asarray(y) + closed_form(0.7 * x @ x.T, x @ w - y, times)
    assert distance(expected, path.outputs) < 1e-9
    by_kernel = dynamics.kernel_gradient_flow(np.eye(5, dtype=int), [0] * 5, [5] * 5, times)
    assert distance(5 - 5 * np.exp(-np.arange(11.0) / 5), by_kernel.outputs[:, 0]) < 1e-9


def test_too_few_steps_are_an_error_and_not_a_wrong_path():
    x, y, w = linear_problem()
    with pytest.raises(RuntimeError, match="max_steps=2"):
        dynamics.gradient_flow(linear_model, w, x, y, jnp.array([50.0]), max_steps=2)
