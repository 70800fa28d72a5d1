import io
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import stax
from ntkbook.gram import gram, matrix, plan
from ntkbook.gram.inputs import checked_mesh, checked_result

BOTH = ("nngp", "ntk")
X1 = np.random.default_rng(0).normal(size=(11, 3))
X2 = np.random.default_rng(1).normal(size=(7, 3))
KERNEL_FN = stax.serial(stax.Dense(8, W_std=1.5, b_std=0.1), stax.Relu(), stax.Dense(1))[2]


def products(x1, x2=None, get="ntk"):
    """The linear kernel, which compiles fast."""
    return jnp.matmul(x1, (x1 if x2 is None else x2).T)


def cut_into(monkeypatch, pairs):
    """Let a tile have at most that many pairs of vectors."""
    monkeypatch.setattr(plan, "_WORK", pairs)


@pytest.mark.parametrize("x2", [None, X2], ids=["symmetric", "two inputs"])
def test_tiles_agree_with_one_call(monkeypatch, x2):
    cut_into(monkeypatch, 9)  # 4 x 4 or 4 x 3 tiles of 3 x 3, the last ones not full
    found, expected = gram(KERNEL_FN, X1, x2), KERNEL_FN(X1, x2)
    assert found._fields == expected._fields == BOTH
    for one, other in zip(found, expected, strict=True):
        assert isinstance(one, np.ndarray)
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-14 * np.abs(other).max())
        assert x2 is not None or (one == one.T).all()


def test_images(monkeypatch):
    convolution = stax.serial(stax.Conv(2, (2,), padding="SAME"), stax.GlobalAvgPool())[2]
    x = np.random.default_rng(2).normal(size=(5, 4, 2))
    cut_into(monkeypatch, 4 * 4**2)  # 3 x 3 tiles of 2 x 2 sequences with 4 positions
    found, expected = gram(convolution, x), convolution(x)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-14 * np.abs(other).max())
        assert (one == one.T).all()


def test_axes_behind_the_rows_are_mirrored_with_them(monkeypatch):
    def outputs(x1, x2, get):
        return jnp.einsum("ia,jb->ijab", x1, jnp.sin(x1 if x2 is None else x2)) + jnp.einsum(
            "ia,jb->ijab", jnp.sin(x1), x1 if x2 is None else x2
        )

    cut_into(monkeypatch, 9)
    mirrored = gram(outputs, X1)
    assert (mirrored == mirrored.transpose(1, 0, 3, 2)).all()
    np.testing.assert_allclose(mirrored, outputs(X1, X1, None), rtol=0, atol=1e-14 * np.abs(mirrored).max())


def test_dtypes_are_those_of_the_kernel():
    assert gram(products, X1.astype(np.float32)).dtype == np.float32
    assert gram(KERNEL_FN, [[1, 2, 3], [4, 5, 6]], get="nngp").dtype == np.float64


def test_one_row():
    np.testing.assert_allclose(gram(products, X1[:1]), X1[:1] @ X1[:1].T, rtol=1e-14)


def hungry(x1, x2, get):
    """Sorts the products in one pair's thousand numbers, and so needs memory for them all."""
    return jnp.sort(x1[:, None, :] * (x1 if x2 is None else x2)[None, :, :], axis=-1)[:, :, 500]


@pytest.mark.parametrize("symmetric", [True, False])
def test_working_set_stays_within_the_memory(symmetric):
    x = np.random.default_rng(3).normal(size=(40, 1000))
    y = None if symmetric else x[:30]
    fields, _ = checked_result(hungry, "ntk", x, y)
    mesh = checked_mesh(None)
    numbers = []
    for memory in (2**21, 2**23, 2**30):
        blocks, programs = plan.plan(hungry, "ntk", fields, x, y, mesh, memory)
        for program in programs.values():
            assert 2 * (program.arguments + program.results) + program.temporaries <= memory
            # Not only what the compiler says: a thousand numbers per pair.
            assert 8000 * blocks.size1 * blocks.size2 <= memory
        assert program.temporaries >= 8000 * blocks.size1 * blocks.size2
        numbers.append(blocks.number)
    assert numbers[0] > numbers[1] > numbers[2] == 1
    # It uses what it may.
    assert numbers[0] <= 16 * 8000 * 40 * 40 / 2**21


def test_memory_too_small_for_one_pair_says_what_it_takes():
    x = np.ones((40, 1000))
    with pytest.raises(ValueError, match=r"one pair .*\(1000,\) takes \d+ bytes, .*memory=10000.*Pass memory=\d+"):
        gram(hungry, x, memory=10000)


def test_programs_are_kept_for_later_calls():
    traced = []

    def counting(x1, x2, get):
        traced.append(x1.shape)
        return products(x1, x2)

    gram(counting, X1)
    first = traced.count((11, 3))
    gram(counting, 2 * X1)
    assert traced.count((11, 3)) == first == 1


@pytest.mark.parametrize(
    ("progress", "terminal", "pairs", "shown"),
    [
        (None, False, 9, False),
        (None, True, 9, True),
        (None, True, 2**20, False),
        (True, False, 2**20, True),
        (False, True, 9, False),
    ],
)
def test_progress_bar_is_drawn_for_a_person_or_on_request(monkeypatch, progress, terminal, pairs, shown):
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", stream)
    cut_into(monkeypatch, pairs)
    gram(products, X1, progress=progress)
    assert ("66.0/66.0" in stream.getvalue()) == shown
    assert bool(stream.getvalue()) == shown


def test_interrupt_is_passed_on_and_leaves_nothing(monkeypatch, capsys):
    class Interrupted(matrix.tqdm):
        closed = False

        def update(self, n):
            raise KeyboardInterrupt

        def close(self):
            Interrupted.closed = True
            super().close()

    cut_into(monkeypatch, 9)
    with monkeypatch.context() as patched:
        patched.setattr(matrix, "tqdm", Interrupted)
        result = None
        with pytest.raises(KeyboardInterrupt):
            result = gram(products, X1, progress=True)
    assert result is None
    assert Interrupted.closed
    np.testing.assert_allclose(gram(products, X1), X1 @ X1.T, rtol=0, atol=1e-13)


def test_a_value_that_overflows_is_named(monkeypatch):
    cut_into(monkeypatch, 9)
    x = X1.copy()
    x[10] = 30.0
    with pytest.raises(ValueError, match="rows 10 of x1 and 10 of x1 is NaN or infinite"):
        gram(lambda x1, x2, get: jnp.exp(products(x1, x2)), x)


def test_a_series_that_does_not_converge_is_refused():
    corner = stax.serial(stax.Dense(1), stax.Elementwise(jnp.abs, terms=4))[2]
    with pytest.raises(ValueError, match="series for an activation misses"):
        gram(corner, X1[:2], get="nngp")


WRONG = {
    "no function": (TypeError, "Pass net.kernel_fn", lambda: gram(stax.Relu(), X1)),
    "mesh": (TypeError, "jax.sharding.Mesh, got a list", lambda: gram(products, X1, mesh=jax.devices())),
    "get": (ValueError, "kernel_fn: get is .*'theta'", lambda: gram(KERNEL_FN, X1, get="theta")),
    "widths": (ValueError, r"\(11, 3\) float64 and \(7, 2\)", lambda: gram(products, X1, X2[:, :2])),
    "dtypes": (ValueError, "one dtype", lambda: gram(products, X1, X2.astype(np.float32))),
    "no rows": (ValueError, r"x2 has no rows: shape \(0, 3\)", lambda: gram(products, X1, X2[:0])),
    "a number": (ValueError, "x1 has no rows", lambda: gram(products, 1.0)),
    "ragged": (TypeError, "rows of one length", lambda: gram(products, [[1.0], [1.0, 2.0]])),
    "text": (TypeError, "must hold numbers", lambda: gram(products, ["a"])),
    "NaN": (ValueError, r"x1 holds nan at index \(1, 0\)", lambda: gram(products, [[0.0], [np.nan]])),
    "jit": (TypeError, "call kernel_fn itself", lambda: jax.jit(lambda x: gram(products, x))(X1)),
    "no matrix": (ValueError, r"cov1 has shape \(2,\)", lambda: gram(KERNEL_FN, X1, get=("ntk", "cov1"))),
    "the whole kernel": (ValueError, "must return matrices", lambda: gram(KERNEL_FN, X1, get=None)),
    "nothing": (ValueError, "returned no arrays", lambda: gram(lambda x1, x2, get: None, X1)),
    "odd axes": (
        ValueError,
        "Pass x2=x1",
        lambda: gram(lambda x1, x2, get: jnp.zeros((len(x1), len(x2), 2, 3, 3)), X1),
    ),
}


@pytest.mark.parametrize(("kind", "match", "call"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_refused_with_a_reason(kind, match, call):
    with pytest.raises(kind, match=match):
        call()
