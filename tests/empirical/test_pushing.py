from ntkbook import empirical
from tests.empirical.networks import distance, fitted_order, inputs, network


def test_kernel_row_is_a_row_of_the_kernel_and_predicts_a_push():
    apply_fn, params = network(2)
    x = inputs(5)
    blocks = empirical.ntk(apply_fn, params, x, trace_axes=())
    row = empirical.ntk_row(apply_fn, params, x[3], x, output=1)
    assert distance(blocks[:, 3, :, 1], row) < 1e-13
    steps = [0.01, 0.005, 0.0025]
    errors = []
    for step in steps:
        pushed = empirical.push(apply_fn, params, x[3], step=step, output=1)
        errors.append(distance(row, (apply_fn(pushed, x) - apply_fn(params, x)) / step))
    assert abs(fitted_order(steps, errors) - 1) < 0.1
