import jax
import jax.numpy as jnp
import pytest
from jax.flatten_util import ravel_pytree

from ntkbook import empirical, stax
from tests.empirical.networks import inputs, network


def test_mistakes_are_refused():
    apply_fn, params = network(2)
    x = inputs(3)
    with pytest.raises(ValueError, match="method"):
        empirical.ntk(apply_fn, params, x, method="magic")
    with pytest.raises(ValueError, match="trace_axes"):
        empirical.ntk(apply_fn, params, x, trace_axes=(0,))
    with pytest.raises(ValueError, match="rows of one shape"):
        empirical.ntk(apply_fn, params, x, inputs(3, d=2))
    with pytest.raises(ValueError, match=r"\(n,\) or \(n, k\)"):
        empirical.ntk(lambda p, x: apply_fn(p, x).sum(), params, x)
    with pytest.raises(ValueError, match="step must be positive"):
        empirical.finite_difference_ntk(apply_fn, params, x, step=0.0)
    with pytest.raises(ValueError, match="one input"):
        empirical.ntk_row(apply_fn, params, x, x)
    with pytest.raises(ValueError, match="output=2"):
        empirical.ntk_row(apply_fn, params, x[0], x, output=2)
    with pytest.raises(ValueError, match=r"x1 holds one input per row.*3\.0"):
        empirical.ntk(apply_fn, params, 3.0)
    with pytest.raises(TypeError, match="x1 cannot be made an array"):
        empirical.ntk(apply_fn, params, [[1.0], [2.0, 3.0]])


# Each of these names its network `apply_fn`, and its inputs by the label that the error must carry.
CALLS = {
    "x1": lambda apply_fn, params, x: empirical.ntk(apply_fn, params, x),
    "x2": lambda apply_fn, params, x: empirical.ntk(apply_fn, params, inputs(2), x),
    "x1 ": lambda apply_fn, params, x: empirical.finite_difference_ntk(apply_fn, params, x),
    "x": lambda apply_fn, params, x: empirical.ntk_row(apply_fn, params, inputs(1)[0], x),
    "x_pushed": lambda apply_fn, params, x: empirical.push(apply_fn, params, x[1], step=0.1),
}


@pytest.mark.parametrize("label", CALLS)
def test_nan_and_infinity_are_named_and_a_layer_is_refused(label):
    call = CALLS[label]
    apply_fn, params = network(2)
    x = inputs(3)
    for bad in (jnp.nan, jnp.inf):
        with pytest.raises(ValueError, match=rf": {label.strip()} holds {bad} at index"):
            call(apply_fn, params, x.at[1, 2].set(bad))
        theta, unravel = ravel_pytree(params)
        with pytest.raises(ValueError, match=rf"params\[2\]\[0\] holds {bad} at index \(6, 1\)"):
            call(apply_fn, unravel(theta.at[-1].set(bad)), x)
    with pytest.raises(TypeError, match="got a Layer. Pass net.apply_fn"):
        call(stax.Dense(2), params, x)


def test_lists_and_arrays_give_the_same():
    apply_fn, params = network(2)
    x = inputs(3)
    rows = x.tolist()
    assert jnp.array_equal(empirical.ntk(apply_fn, params, x), empirical.ntk(apply_fn, params, rows))
    row = empirical.ntk_row(apply_fn, params, x[1], x)
    assert jnp.array_equal(row, empirical.ntk_row(apply_fn, params, rows[1], rows))
    pushed = (empirical.push(apply_fn, params, one, step=0.1) for one in (x[1], rows[1]))
    assert jax.tree.all(jax.tree.map(jnp.array_equal, *pushed))


def test_numbers_are_not_looked_at_under_a_transformation():
    apply_fn, params = network()
    x = inputs(3).at[1].set(jnp.nan)
    kernel = jax.jit(lambda p, x: empirical.ntk(apply_fn, p, x))(params, x)
    assert [bool(known) for known in jnp.isfinite(jnp.diag(kernel))] == [True, False, True]


def test_mistakes_with_the_network_are_refused():
    apply_fn, params = network(2)
    x = inputs(3)
    with pytest.raises(TypeError, match=r"called as apply_fn\(params, x\), but \(p, x, rng\)"):
        empirical.ntk(lambda p, x, rng: apply_fn(p, x), params, x)
    with pytest.raises(ValueError, match="one array of outputs.*got a tuple"):
        empirical.ntk(lambda p, x: (apply_fn(p, x), x), params, x)
    with pytest.raises(TypeError, match=r"params\['shift'\] has dtype int"):
        empirical.ntk(lambda p, x: x, {"shift": jnp.arange(2)}, x)
    with pytest.raises(TypeError, match="x1 and x2 must have one dtype"):
        empirical.ntk(apply_fn, params, x, x.astype("float32"))
    with pytest.raises(ValueError, match="x2 has no rows"):
        empirical.ntk(apply_fn, params, x, x[:0])
    for bad in (0, -3):
        with pytest.raises(ValueError, match=f"batch_size must be at least 1 row, got {bad}"):
            empirical.ntk(apply_fn, params, x, batch_size=bad)
    with pytest.raises(TypeError, match="batch_size is a number of rows"):
        empirical.ntk(apply_fn, params, x, batch_size=2.5)
    with pytest.raises(ValueError, match=r'"structured".*got \'Structured\''):
        empirical.ntk(apply_fn, params, x, method="Structured")
    with pytest.raises(ValueError, match="trace_axes.*got -1"):
        empirical.ntk(apply_fn, params, x, trace_axes=-1)
