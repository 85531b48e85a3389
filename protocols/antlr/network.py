"""One network of an ANTLR study: trained with its method, tested with both decoders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from brainsnn.codes import DECODERS, Decoder
from brainsnn.engine import Engine
from brainsnn.experiment.protocol import Material
from brainsnn.learning.antlr import Antlr
from brainsnn.learning.base import Weights
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback, HealthMonitor, StopRequest, Trainer, TrainingConfig
from brainsnn.training.callbacks.base import Metrics, Progress
from brainsnn.training.evaluation import evaluate, summary

Method = Literal["activation", "timing", "antlr"]

#: Which decoder goes with what each method's loss asks for.
OWN_DECODER: Mapping[str, str] = {
    "activation": "rate",
    "timing": "first_spike",
    "antlr": "first_spike",
}


def own_decoder(method: Method) -> Decoder:
    """Return the decoder that goes with what the method's loss asks for."""
    return DECODERS[OWN_DECODER[method]]()


@dataclass(frozen=True)
class Condition:
    """A method and whether neurons spike at most once.

    Parameters
    ----------
    method : {"activation", "timing", "antlr"}
    once : bool
    """

    method: Method
    once: bool

    @property
    def name(self) -> str:
        """Say it in words."""
        return f"{self.method}, {'one spike at most' if self.once else 'any number of spikes'}"

    def columns(self) -> dict[str, str]:
        """Return it as columns of a table."""
        spikes = "one at most" if self.once else "any number"
        return {"condition": self.name, "method": self.method, "spikes_a_neuron": spikes}


@dataclass(frozen=True)
class Job:
    """A network to train: a condition and a seed."""

    condition: Condition
    seed: int

    @property
    def name(self) -> str:
        """What its files are called."""
        once = "once" if self.condition.once else "free"
        return f"{self.condition.method}-{once}-{self.seed}"

    def checkpoint(self, run: RunDirectory) -> Path:
        """Return the file that holds the checkpoint while it is trained."""
        return run.checkpoints / f"{self.name}.npz"

    def done(self, run: RunDirectory) -> bool:
        """Whether the results hold it already."""
        return run.holds("results", condition=self.condition.name, seed=self.seed)


@dataclass(frozen=True)
class Learned:
    """What a network leaves.

    Parameters
    ----------
    results, learning, trials : pandas.DataFrame
        A row a decoder, an epoch, a test trial and decoder.
    weights : mapping of str to array
        Those selected on validation.
    """

    results: pd.DataFrame
    learning: pd.DataFrame
    trials: pd.DataFrame
    weights: Weights

    def __str__(self) -> str:
        first = self.results.iloc[0]
        scores = zip(self.results["decoder"], self.results["accuracy"], strict=True)
        found = ", ".join(f"{name} {accuracy:.2%}" for name, accuracy in scores)
        return (
            f"{first['condition']}, seed {first['seed']}: {found}, {first['spikes']:.0f} spikes "
            f"({first['seconds']:.0f} s)"
        )


class _PassOn(Callback):
    """Passes a request to stop on to a trainer in another thread than the one that was asked."""

    def __init__(self, stop: StopRequest) -> None:
        self.stop = stop
        self.trainer: Trainer | None = None

    def on_block(self, progress: Progress, metrics: Metrics) -> None:  # noqa: ARG002
        """Ask the trainer."""
        if self.stop.requested and self.trainer is not None:
            self.trainer.stop.request()


def learn(
    engine: Engine,
    job: Job,
    settings: Antlr,
    training: TrainingConfig,
    material: Material,
    streams: Streams,
    run: RunDirectory,
    stop: StopRequest,
) -> Learned:
    """Train a network, going on from its checkpoint if there is one, and test it.

    Parameters
    ----------
    engine : Engine
        Runs the network; its weights are drawn anew.
    job, settings, training
        What is trained, and how.
    material : Material
    streams : Streams
        Those of the job's seed.
    run : RunDirectory
        Keeps the checkpoint, and the log of what the health check finds.
    stop : StopRequest
        Looked at after each block.
    """
    condition, passing = job.condition, _PassOn(stop)
    engine.set_weights(engine.model.draw_weights(streams))
    checkpoint = job.checkpoint(run)
    n_classes = list(engine.populations.values())[-1]
    decoder = own_decoder(condition.method)
    passing.trainer = Trainer(
        engine,
        settings.bind(engine.model, decoder, engine.n_steps),
        decoder,
        training,
        settings.learning_rate,
        streams,
        checkpoint=checkpoint,
        callbacks=[HealthMonitor(run.log, engine.n_steps, n_classes), passing],
    )
    result = passing.trainer.fit(material.train, material.validation, resume=checkpoint.exists())
    columns: dict[str, Any] = {**condition.columns(), "seed": job.seed}
    common = {**columns, **_training(result.metrics, settings, len(material.train))}
    common.update(_spikes_of_validation(engine, material.validation, condition))
    trials = _decide(engine, material.test)
    rows = [{**common, "decoder": name, **_costs(part)} for name, part in _by_decoder(trials)]
    learning, trials = result.metrics.assign(**columns), trials.assign(**columns)
    return Learned(pd.DataFrame(rows), learning, trials, result.weights)


def _decide(engine: Engine, trials: LabelledTrials) -> pd.DataFrame:
    """Trials table of each decoder, one below the other; the spikes are the same."""
    names = ("first_spike", "rate")
    tables = [evaluate(engine, trials, DECODERS[name]()).assign(decoder=name) for name in names]
    table = pd.concat(tables, ignore_index=True)
    return table.assign(
        spikes=table["spikes_hidden"] + table["spikes_output"],
        spikes_until=table["spikes_to_decision_hidden"] + table["spikes_to_decision_output"],
    )


def _by_decoder(trials: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(name), part) for name, part in trials.groupby("decoder", sort=True)]


def _training(metrics: pd.DataFrame, settings: Antlr, n_trials: int) -> dict[str, float]:
    """What training took, and the best validation accuracy, on which weights were selected."""
    seconds = float(metrics["seconds"].sum())
    return {
        "learning_rate": settings.learning_rate,
        "epochs": len(metrics),
        "seconds": seconds,
        "images_per_second": n_trials * len(metrics) / seconds,
        "validation_accuracy": float(metrics["validation_accuracy"].max()),
    }


def _spikes_of_validation(
    engine: Engine, trials: LabelledTrials, condition: Condition
) -> dict[str, float]:
    """Spikes that the selected weights take on validation, by the method's own decoder."""
    mine = dict(_by_decoder(_decide(engine, trials)))[OWN_DECODER[condition.method]]
    return {f"validation_{name}": value for name, value in _spikes(mine).items()}


def _spikes(trials: pd.DataFrame) -> dict[str, float]:
    """Mean spikes of the trials of one decoder, in all and up to the decision."""
    return {name: float(trials[name].mean()) for name in ("spikes", "spikes_until")}


def _costs(trials: pd.DataFrame) -> dict[str, float]:
    """Accuracy columns and mean costs of the trials of one decoder."""
    return {**summary(trials), **_spikes(trials)}
