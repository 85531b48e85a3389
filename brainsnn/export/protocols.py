"""From a protocol and learned weights to a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.errors import ConfigError
from brainsnn.experiment.experiment import C, Condition, Experiment
from brainsnn.experiment.training import TrainingExperiment
from brainsnn.experiment.weights import check_settled, network_of
from brainsnn.export.base import TARGETS, build_project
from brainsnn.export.cpp_float32 import NAME, changed_decisions
from brainsnn.network.model import Model
from brainsnn.records import load_weights
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams


@dataclass(frozen=True)
class Built:
    """What a build left.

    Parameters
    ----------
    path : Path
        The project.
    target : str
        Its kind.
    weights : str
        Where the weights came from.
    samples : int
        Number of sample trials in it.
    changed : int, optional
        How many of them are decided otherwise than in float64; None where that is the precision.
    """

    path: Path
    target: str
    weights: str
    samples: int
    changed: int | None = None

    def text(self) -> str:
        """One sentence for people."""
        changed = "" if self.changed is None else f" ({self.changed} decided otherwise in float64)"
        return (
            f"{self.path}: a {self.target} project with weights {self.weights} and {self.samples} "
            f"sample trials{changed}; its README.md says what to do with it."
        )


def build_protocol(
    protocol: Experiment[C],
    config: C,
    out: Path,
    target: str = "cpp",
    weights: Path | None = None,
    n_samples: int = 16,
) -> Built:
    """Write the network of a protocol as a project of its own.

    Parameters
    ----------
    protocol : Experiment
        Which experiment.
    config : ExperimentConfig
        Its settings.
    out : Path
        The project's folder: new, or empty.
    target : str, default "cpp"
        A name in `TARGETS`.
    weights : Path, optional
        A run directory, a checkpoint, or an ``.npz`` with one array a connection; without it, the
        weights are those that training would start from.
    n_samples : int, default 16
        Trials of the protocol's validation split that the project brings along; with 0, no data
        is loaded.

    Returns
    -------
    Built

    Raises
    ------
    ConfigError
        If there is no such target, the experiment trains many networks, or none, or does not
        decide by the first spike, it is not known which settings the weights go with, or the
        folder is not empty or cannot be written.
    DataError
        If the data that samples are taken from is not there.
    WeightsError
        If the weights do not fit the network.
    EngineError, ModelError
        If the network cannot be exported.
    """
    TARGETS[target]
    trained, condition = network_of(protocol, config)
    if not isinstance(trained.decoder(condition.config), FirstSpikeDecoder):
        raise ConfigError(f"{protocol.name} does not decide by the first spike; projects do.")
    model, streams = trained.model(condition.config), Streams(config.seed)
    if weights is None:
        check_settled(protocol, config, None)
        values, source = model.draw_weights(streams), f"drawn with seed {config.seed} (untrained)"
    else:
        values, source = load_weights(weights, model.shapes), f"of {weights}"
        check_settled(protocol, config, weights)
    samples = _samples(trained, condition, model, n_samples)
    n_steps = trained.n_steps(condition.config)
    build_project(target, model, n_steps, values, samples, out)
    narrow = target == NAME and samples.n_trials
    changed = changed_decisions(model, n_steps, values, samples) if narrow else None
    return Built(out, target, source, samples.n_trials, changed)


def _samples(
    experiment: TrainingExperiment[C], condition: Condition[C], model: Model, n: int
) -> SpikeTrains:
    config = condition.config
    if n == 0:
        empty = np.zeros((0, model.inputs[0].size), np.int64)
        return SpikeTrains.from_first_steps(empty, experiment.n_steps(config))
    material = experiment.material(config, Streams(config.seed))
    trials = (material.validation or material.train).plain().inputs
    return trials.take(np.arange(min(n, trials.n_trials)))
