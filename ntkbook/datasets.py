"""Data of the book: three sets that come with scikit-learn or from a folder of yours; nothing is downloaded.

digits    1,797 images of handwritten digits, 8 by 8, bundled with scikit-learn
diabetes  442 patients, 10 measurements, one number to predict, bundled with scikit-learn
cifar10   60,000 images of ten classes, 32 by 32 by 3, from the files of its binary version
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Shaped

__all__ = ["Dataset", "cifar10", "diabetes", "digits"]

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
"""Names of the labels 0 to 9."""

_SIDE, _CHANNELS = 32, 3
_RECORD = 1 + _CHANNELS * _SIDE**2
_TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
_TEST = ("test_batch.bin",)


class Dataset(NamedTuple):
    """Inputs, one per row, and their labels: classes as integers, or numbers to predict."""

    inputs: Float[np.ndarray, "N ..."]
    labels: Shaped[np.ndarray, " N"]


def digits() -> Dataset:
    """Handwritten digits: inputs (1797, 64) in [0, 1], labels 0 to 9.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository 1998,
    as bundled with scikit-learn.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    return Dataset(np.asarray(pixels, np.float64) / 16.0, np.asarray(labels, np.int64))


def diabetes() -> Dataset:
    """Progression of diabetes: inputs (442, 10) with mean 0 and variance 1, labels with mean 0 and variance 1.

    Source: Efron et al., Least Angle Regression, Annals of Statistics 32, 2004, as bundled with scikit-learn.
    """
    from sklearn.datasets import load_diabetes

    inputs, labels = load_diabetes(return_X_y=True, scaled=False)
    return Dataset((inputs - inputs.mean(0)) / inputs.std(0), (labels - labels.mean()) / labels.std())


def cifar10(folder: str | Path, *, train: bool = True, limit: int | None = None) -> Dataset:
    """CIFAR-10 from the files of its binary version: inputs (N, 32, 32, 3) in [0, 1], labels 0 to 9.

    Each record is one byte of label, then 1,024 bytes of red, of green and of blue, row by row.

    Args:
      folder: the folder `cifar-10-batches-bin`, which holds data_batch_1.bin to data_batch_5.bin and test_batch.bin.
      train: the five training batches, or the test batch.
      limit: at most so many images, in the order of the files; later files are then not opened.

    Raises:
      FileNotFoundError: a file is missing; the message says where to get it.
      ValueError: a file of another format.
    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"cifar10: limit is at least 1, got {limit}. Leave it out for all images.")
    images, labels, left = [], [], limit
    for name in _TRAIN if train else _TEST:
        if left == 0:
            break
        batch = _records(Path(folder) / name, left)
        images.append(batch[:, 1:].reshape(-1, _CHANNELS, _SIDE, _SIDE).transpose(0, 2, 3, 1))
        labels.append(batch[:, 0])
        left = None if left is None else left - len(batch)
    classes: Int[np.ndarray, " N"] = np.concatenate(labels).astype(np.int64)
    return Dataset(np.concatenate(images).astype(np.float64) / 255.0, classes)


def _records(path, limit):
    """The first records of a file, one a row."""
    if not path.is_file():
        raise FileNotFoundError(
            f"cifar10: there is no file {path}. Get cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/"
            "cifar.html, unpack it, and pass the folder cifar-10-batches-bin."
        )
    size = path.stat().st_size
    if size == 0 or size % _RECORD:
        raise ValueError(
            f"cifar10: {path} has {size} bytes, which is no multiple of {_RECORD}, the size of a record. Is it the "
            "binary version, unpacked and complete?"
        )
    count = size // _RECORD if limit is None else min(limit, size // _RECORD)
    with path.open("rb") as file:
        records = np.frombuffer(file.read(count * _RECORD), np.uint8).reshape(count, _RECORD)
    worst = int(records[:, 0].max())
    if worst > 9:
        raise ValueError(f"cifar10: {path} holds the label {worst}; CIFAR-10 has 0 to 9. Is it CIFAR-100?")
    return records
