import hashlib

import numpy as np
import pytest
from helpers import idx_bytes, write_gzip

from brainsnn.datasets import DATASETS, MNIST, FashionMNIST
from brainsnn.datasets.fashion_mnist import FILES
from brainsnn.datasets.formats.idx_images import IdxFile
from brainsnn.errors import DataError
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.glm.base import DigitsConfig

ARRAYS = {
    name: np.arange(np.prod(shape), dtype=np.uint8).reshape(shape) % 10
    for name, shape in zip(FILES, [(30, 28, 28), (30,), (20, 28, 28), (20,)], strict=True)
}
SMALL = {
    name: IdxFile(array.shape, hashlib.md5(idx_bytes(array)).hexdigest())
    for name, array in ARRAYS.items()
}


@pytest.fixture
def folder(tmp_path):
    for name, array in ARRAYS.items():
        write_gzip(tmp_path / name, idx_bytes(array))
    return tmp_path


def test_splits_have_its_names_and_classes(folder):
    splits = FashionMNIST(folder, 10, SMALL).load()
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [20, 10, 20]
    np.testing.assert_array_equal(splits.train.images, ARRAYS["train-images-idx3-ubyte.gz"][:20])
    assert splits.validation.name == "fashion-mnist validation"
    assert (splits.test.classes[0], splits.test.classes[9]) == ("T-shirt/top", "ankle boot")


def test_digits_in_its_folder_are_refused(folder):
    name = "t10k-labels-idx1-ubyte.gz"
    write_gzip(folder / name, idx_bytes(ARRAYS[name][::-1]))
    with pytest.raises(DataError, match=f"{name}: the contents are not Fashion-MNIST's; md5"):
        FashionMNIST(folder, 10, SMALL).load()


def test_where_it_comes_from_is_said(no_data):
    assert FashionMNIST().find() is None
    with pytest.raises(DataError, match=r"(?s)system/fashion-mnist.*dataset-fashion-mnist"):
        FashionMNIST().load()


def test_installed_package_is_found(no_data):
    (no_data / "system" / "fashion-mnist").mkdir(parents=True)
    assert FashionMNIST().find() == no_data / "system" / "fashion-mnist"


def test_no_file_is_one_of_mnist():
    digits = {file.md5 for file in MNIST().files.values()}
    assert not digits & {file.md5 for file in FILES.values()}


def test_protocols_take_it_by_name(folder, monkeypatch):
    monkeypatch.setattr(FashionMNIST, "find", lambda _: folder)
    monkeypatch.setattr("brainsnn.datasets.fashion_mnist.FILES", SMALL)
    config = MnistConfig(name="fashion-mnist", n_train=5, n_validation=10, n_test=4)
    splits = config.load()
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [5, 10, 4]
    assert (config.title, config.classes) == ("Fashion-MNIST", splits.train.classes)
    assert DigitsConfig(name="fashion-mnist").classes == config.classes


def test_real_set():
    dataset = DATASETS["fashion-mnist"]()
    if dataset.find() is None:
        pytest.skip("Fashion-MNIST is nowhere on this machine")
    real = dataset.load()
    assert [len(real.train), len(real.validation), len(real.test)] == [50000, 10000, 10000]
    assert real.test.counts.tolist() == [1000] * 10
    assert real.train.labels[:5].tolist() == [9, 0, 0, 3, 0]
