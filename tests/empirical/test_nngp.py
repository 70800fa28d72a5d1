import jax
import numpy as np
import pytest

from ntkbook.empirical import nngp
from tests.empirical.networks import distance, inputs, network


@pytest.mark.parametrize("symmetric", [True, False])
def test_products_of_outputs(symmetric):
    apply_fn, params = network(3)
    x1, x2 = inputs(4), None if symmetric else inputs(2, seed=28)
    f1, f2 = (np.asarray(apply_fn(params, x)) for x in (x1, x1 if symmetric else x2))
    blocks = nngp(apply_fn, params, x1, x2, trace_axes=())
    assert distance(np.einsum("ia,jb->ijab", f1, f2), blocks) < 1e-15
    assert distance(f1 @ f2.T / 3, nngp(apply_fn, params, x1, x2)) < 1e-15


def test_scalar_outputs():
    apply_fn, params = network()
    x = inputs(4)
    f = apply_fn(params, x)[:, 0]
    for trace_axes in ((), (-1,)):
        kernel = nngp(lambda p, x: apply_fn(p, x)[:, 0], params, x, trace_axes=trace_axes)
        assert distance(f[:, None] * f[None, :], kernel) < 1e-15


def test_jit_and_mistakes():
    apply_fn, params = network(2)
    x = inputs(3)
    compiled = jax.jit(lambda params, x: nngp(apply_fn, params, x))(params, x)
    assert distance(nngp(apply_fn, params, x), compiled) < 1e-15
    with pytest.raises(ValueError, match="nngp: trace_axes"):
        nngp(apply_fn, params, x, trace_axes=(1,))
    with pytest.raises(ValueError, match="nngp: x1 holds nan"):
        nngp(apply_fn, params, x.at[0, 0].set(np.nan))
