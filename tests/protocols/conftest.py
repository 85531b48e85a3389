"""What tests of protocols share: in all of them, the test split is sealed until training ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sealed import Seal, loaders, poisoned, sealed

from brainsnn.datasets import Splits
from brainsnn.protocols.alpha import mnist as alpha
from brainsnn.protocols.constrained import mnist as constrained
from brainsnn.protocols.conversion import converted, sources
from brainsnn.protocols.conversion import mnist as conversion
from brainsnn.protocols.spikeprop import xor as spikeprop
from brainsnn.training import Trainer


@pytest.fixture(autouse=True)
def seal(monkeypatch: pytest.MonkeyPatch) -> Seal:
    """Every data set's test split refuses to be read before a network has been trained."""
    seal = Seal()
    monkeypatch.setattr(Trainer, "fit", seal.around(Trainer.fit))
    monkeypatch.setattr(conversion, "train", seal.around(conversion.train))
    monkeypatch.setattr(constrained, "learn", seal.around(constrained.learn))
    monkeypatch.setattr(sources, "train", seal.around(sources.train))
    monkeypatch.setattr(spikeprop, "learn", seal.around(spikeprop.learn))
    monkeypatch.setattr(alpha, "learn", seal.around(alpha.learn))
    for dataset in loaders():
        monkeypatch.setattr(dataset, "load", _sealing(dataset.load, seal))
    return seal


def _sealing(load: Any, seal: Seal) -> Any:
    return lambda *args, **settings: sealed(load(*args, **settings), seal)


@pytest.fixture
def other_data(monkeypatch: pytest.MonkeyPatch, seal: Seal) -> Any:
    """Have splits of the names given hold other data with other labels, from now on."""

    def poison(*names: str) -> None:
        for kind in loaders():
            monkeypatch.setattr(kind, "load", _poisoning(kind.load, names, seal))

    return poison


def _poisoning(load: Any, names: tuple[str, ...], seal: Seal) -> Any:
    def loaded(*args: Any, **settings: Any) -> Splits[Any]:
        splits = load(*args, **settings)
        whole = replace(splits, test=splits.test._make())
        return sealed(poisoned(whole, *names), seal)

    return loaded


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, np.ndarray]]:
    """Weights of each network that a protocol trains, or scales after training."""
    fit, train, found = Trainer.fit, conversion.train, []
    learn, by_times = constrained.learn, spikeprop.learn
    convert, by_alpha = converted.convert, alpha.learn

    def fitted(trainer: Trainer, *data: Any, **settings: Any) -> Any:
        result = fit(trainer, *data, **settings)
        found.append({name: np.array(value) for name, value in trainer.engine.weights.items()})
        return result

    def keep(layers: Any) -> None:
        arrays = (value for layer in layers for value in vars(layer).values())
        kept = [np.array(value) for value in arrays if isinstance(value, np.ndarray)]
        found.append({str(k): value for k, value in enumerate(kept)})

    def trained(*data: Any, **settings: Any) -> Any:
        source = train(*data, **settings)
        keep(source.layers)
        return source

    def with_units(*data: Any, **settings: Any) -> Any:
        trained = learn(*data, **settings)
        found.append(dict(trained.network.weights))
        return trained

    def timed(*data: Any, **settings: Any) -> Any:
        network, errors = by_times(*data, **settings)
        found.append({str(k): value for k, value in enumerate(network.weights)})
        return network, errors

    def by_first_spikes(*data: Any, **settings: Any) -> Any:
        learned = by_alpha(*data, **settings)
        network = learned.network
        found.append({str(k): v for k, v in enumerate((*network.weights, *network.pulses))})
        return learned

    def scaled(*data: Any, **settings: Any) -> Any:
        network = convert(*data, **settings)
        keep(stage.weighted for stage in network.stages)
        return network

    monkeypatch.setattr(Trainer, "fit", fitted)
    monkeypatch.setattr(conversion, "train", trained)
    monkeypatch.setattr(constrained, "learn", with_units)
    monkeypatch.setattr(spikeprop, "learn", timed)
    monkeypatch.setattr(alpha, "learn", by_first_spikes)
    monkeypatch.setattr(converted, "convert", scaled)
    return found
