import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntkbook.gram.blocks import cut, rows_of_block

rows = st.integers(1, 40)


@given(n1=rows, n2=rows, symmetric=st.booleans(), pairs=st.integers(1, 2000), devices=st.integers(1, 9))
def test_each_pair_is_computed_exactly_once(n1, n2, symmetric, pairs, devices):
    n2 = n1 if symmetric else n2
    blocks = cut(n1, n2, symmetric, pairs, devices)
    assert blocks.size1 * blocks.size2 <= pairs
    times = np.zeros((n1, n2), int)
    number = 0
    for diagonal, tiles in blocks.batches(devices):
        assert 1 <= len(tiles) <= devices
        number += len(tiles)
        for i, j in tiles:
            assert diagonal == (symmetric and i == j)
            part = blocks.extent(i, j)
            times[part] += 1
            if symmetric and i != j:
                times.T[part] += 1
    assert number == blocks.number
    assert (times == 1).all()


@pytest.mark.parametrize(("n1", "n2"), [(1000, 1000), (1000, 30), (3, 1000)])
@pytest.mark.parametrize("devices", [2, 3, 8])
@pytest.mark.parametrize("pairs", [200, 10**9])
def test_devices_have_equal_shares(n1, n2, devices, pairs):
    for symmetric in {False, n1 == n2}:
        blocks = cut(n1, n2, symmetric, pairs, devices)
        turns = sum(1 for _ in blocks.batches(devices))
        computed = turns * devices * blocks.size1 * blocks.size2
        needed = n1 * (n1 + 1) / 2 if symmetric else n1 * n2
        # Tiles on the diagonal compute one half twice; the rest is rounding up to whole tiles and turns.
        diagonal = n1 * blocks.size1 / 2 if symmetric else 0
        assert computed <= 1.1 * (needed + diagonal)


def test_a_matrix_that_fits_is_one_tile():
    assert cut(30, 20, False, 600, 1).counts == (1, 1)
    assert cut(30, 30, True, 900, 1).counts == (1, 1)


def test_the_last_block_is_filled_up_with_the_last_row():
    x = np.arange(5)
    assert rows_of_block(x, 1, 3).tolist() == [3, 4, 4]
