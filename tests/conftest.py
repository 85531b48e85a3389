"""What all tests share."""

from __future__ import annotations

import brian2
import compilers  # noqa: F401  before Numba
import numpy as np
import pytest
from hypothesis import settings

from brainsnn.datasets import ImageSet

settings.register_profile("brainsnn", derandomize=True, deadline=None)
settings.load_profile("brainsnn")

# What no device of ours compiles runs in NumPy: Cython would take seconds an object.
brian2.prefs.codegen.target = "numpy"


@pytest.fixture
def tiny_images() -> ImageSet:
    """Six images of 4 x 5 pixels, two of each of three classes."""
    images = np.random.default_rng(7).integers(0, 256, (6, 4, 5), dtype=np.uint8)
    return ImageSet("tiny", images, np.array([0, 1, 2, 0, 1, 2]), ("a", "b", "c"))


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """No data set is found: no variable, empty package root, directory, cache and system."""
    monkeypatch.delenv("BRAINSNN_DATA", raising=False)
    monkeypatch.setattr("brainsnn.datasets.locate.PACKAGE_DATA", tmp_path / "package" / "data")
    monkeypatch.setattr("brainsnn.datasets.locate.SYSTEM_DATA", tmp_path / "system")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    return tmp_path
