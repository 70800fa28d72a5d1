import numpy as np
import pytest

from ntkbook import datasets


@pytest.fixture
def cifar_folder(tmp_path):
    """Two training files of three records each and a test file, in the format of CIFAR-10."""
    rng = np.random.default_rng(0)
    records = rng.integers(0, 256, (9, 3073), dtype=np.uint8)
    records[:, 0] = np.arange(9) % 10
    for name, part in zip(("data_batch_1", "data_batch_2", "test_batch"), np.split(records, 3), strict=True):
        (tmp_path / f"{name}.bin").write_bytes(part.tobytes())
    return tmp_path, records


def test_bundled_sets():
    inputs, labels = datasets.digits()
    assert inputs.shape == (1797, 64)
    assert (inputs.min(), inputs.max()) == (0.0, 1.0)
    assert set(labels) == set(range(10))
    inputs, labels = datasets.diabetes()
    assert inputs.shape == (442, 10)
    np.testing.assert_allclose([inputs.mean(0), inputs.var(0) - 1], 0, atol=1e-12)
    np.testing.assert_allclose([labels.mean(), labels.var() - 1], 0, atol=1e-12)


def test_cifar_records_become_images(cifar_folder):
    folder, records = cifar_folder
    inputs, labels = datasets.cifar10(folder, limit=5)
    assert inputs.shape == (5, 32, 32, 3)
    np.testing.assert_array_equal(labels, records[:5, 0])
    # Byte 1 + 1024 c + 32 row + column of record 3, the first of the second file.
    for row, column, channel in ((0, 0, 0), (0, 1, 0), (3, 7, 1), (31, 31, 2)):
        assert inputs[3, row, column, channel] * 255 == records[3, 1 + 1024 * channel + 32 * row + column]


def test_cifar_test_batch_and_the_order_of_files(cifar_folder):
    folder, records = cifar_folder
    np.testing.assert_array_equal(datasets.cifar10(str(folder), train=False).labels, records[6:, 0])
    assert datasets.cifar10(folder, limit=6).inputs.shape[0] == 6


def test_what_is_missing_is_named(cifar_folder):
    folder, _ = cifar_folder
    with pytest.raises(FileNotFoundError, match=r"data_batch_3\.bin.*cifar-10-binary"):
        datasets.cifar10(folder)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        datasets.cifar10(folder / "nowhere", limit=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no multiple"), (bytes(3072), "no multiple"), (bytes([12]) + bytes(3072), "label 12")],
)
def test_another_format_is_refused(tmp_path, content, message):
    (tmp_path / "test_batch.bin").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        datasets.cifar10(tmp_path, train=False)


def test_limit_is_checked(tmp_path):
    with pytest.raises(ValueError, match="limit"):
        datasets.cifar10(tmp_path, limit=0)
