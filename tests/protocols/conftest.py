"""What tests of protocols share: in all of them, the test split is sealed until training ended."""

from __future__ import annotations

from typing import Any

import pytest
from sealed import Seal, loaders, sealed

from brainsnn.protocols.conversion import mnist as conversion
from brainsnn.training import Trainer


@pytest.fixture(autouse=True)
def seal(monkeypatch: pytest.MonkeyPatch) -> Seal:
    """Every data set's test split refuses to be read before a network has been trained."""
    seal = Seal()
    monkeypatch.setattr(Trainer, "fit", seal.around(Trainer.fit))
    monkeypatch.setattr(conversion, "train", seal.around(conversion.train))
    for dataset in loaders():
        monkeypatch.setattr(dataset, "load", _sealing(dataset.load, seal))
    return seal


def _sealing(load: Any, seal: Seal) -> Any:
    return lambda *args, **settings: sealed(load(*args, **settings), seal)
