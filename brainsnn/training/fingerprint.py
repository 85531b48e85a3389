"""What a training is of: its data and settings, so that a checkpoint goes on with no other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.network.parameters import Parameter
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials, TrainingTrials, VariedEpoch
from brainsnn.training.config import TrainingConfig

SETTINGS = ("batch_size", "update", "clip", "schedule", "optimiser", "average", "monitor")
"""Settings that a resumed training cannot change. It may be made longer or more patient, and may
keep checkpoints more often."""

SAMPLE = 8
"""Trials of a varied encoding that stand for all; of others, all are taken."""


def fingerprint(
    train: TrainingTrials,
    validation: LabelledTrials | VariedEpoch | None,
    config: TrainingConfig,
    rule: object,
    decoder: object,
    trainable: Mapping[str, Parameter],
) -> dict[str, str]:
    """Digests of what has to be the same when training goes on, by what they are of."""
    parts = {
        "training targets": _digest(*train.targets.arrays()),
        "training inputs": _of_inputs(train.epoch(0)),
        "settings": str({name: repr(getattr(config, name)) for name in SETTINGS}),
        "rule": _told(rule),
        "decoder": _told(decoder),
    }
    constraints = {k: p.constraint for k, p in trainable.items() if p.constraint is not None}
    masks = [np.asarray(c.mask) for c in constraints.values() if c.mask is not None]
    parts["constraints"] = f"{constraints} {_digest(*masks)}"
    if validation is not None:
        parts["validation targets"] = _digest(*validation.targets.arrays())
        parts["validation inputs"] = _of_inputs(validation)
    return parts


def _digest(*arrays: NDArray[Any]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _of_inputs(trials: LabelledTrials | VariedEpoch) -> str:
    return _of_spikes(trials.block(np.arange(min(SAMPLE, len(trials))))[0].inputs)


def _of_spikes(trains: SpikeTrains) -> str:
    size = np.array([trains.n_neurons, trains.n_steps])
    return _digest(size, trains.offsets, trains.neuron, trains.step)


def _told(thing: object) -> str:
    """What an object says of itself, without its place in memory."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(thing))
