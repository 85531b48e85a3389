"""A protocol being carried out: built, trained, tested, measured, concluded."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.config import read_tree
from brainsnn.engine import Engine, ResidentEngine, build_engine
from brainsnn.errors import BrainsnnError, ConfigError, RunDirectoryError
from brainsnn.experiment.protocol import (
    Material,
    Protocol,
    ProtocolConfig,
    check_settled,
    load_protocol,
)
from brainsnn.network.memory import check_size
from brainsnn.records import RunDirectory, load_weights
from brainsnn.registry import suggest
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback, HealthMonitor, MetricsWriter, Trainer, TrainingResult
from brainsnn.training.evaluation import evaluate, summary

if TYPE_CHECKING:
    from brainsnn.experiment.study import Study

C = TypeVar("C", bound=ProtocolConfig)

SPLITS = ("train", "validation", "test")

#: Test trials whose spikes are kept in the run directory.
SAMPLE = 20

#: Trials that a profile is the mean of.
PROFILED = 1000


@dataclass(frozen=True)
class Outcome:
    """What a run leaves, for whoever started it.

    Parameters
    ----------
    path : Path
        The run directory.
    summary : dict of str to float
        Accuracy columns and means of the test trials.
    claims : pandas.DataFrame
        The paper's claims beside our numbers.
    profile : pandas.DataFrame or None
        Where the time of a trial goes, if it was asked for.
    """

    path: Path
    summary: dict[str, float]
    claims: pd.DataFrame
    profile: pd.DataFrame | None = None


class Experiment(Generic[C]):
    """One protocol with one configuration; everything that can be refused is refused here.

    Parameters
    ----------
    protocol : Protocol
        What to do.
    config : ProtocolConfig
        Its settings.
    """

    def __init__(self, protocol: Protocol[C], config: C) -> None:
        self.protocol, self.config = protocol, config
        self.streams = Streams(config.seed)
        self.model = protocol.model(config)
        check_size(self.model.name, self.model.shapes, protocol.n_steps(config))
        self.rule = protocol.bind(config, self.model)
        self.decoder = protocol.decoder(config)
        self.material: Material = protocol.material(config, self.streams)
        self.engine: Engine = build_engine(
            config.engine, self.model, protocol.n_steps(config), self.streams, config.workers
        )
        self.initial_weights = self.model.draw_weights(self.streams)
        self.engine.set_weights(self.initial_weights)
        self.weights: dict[str, NDArray[np.float64]] = self.initial_weights

    def trainer(self, callbacks: Sequence[Callback], checkpoint: Path | None = None) -> Trainer:
        """Trainer of the engine, as configured."""
        return Trainer(
            self.engine,
            self.rule,
            self.decoder,
            self.config,
            self.protocol.learning_rate(self.config),
            self.streams,
            checkpoint=checkpoint,
            callbacks=callbacks,
        )

    def train(
        self, run: RunDirectory, callbacks: Sequence[Callback] = (), resume: bool = False
    ) -> TrainingResult:
        """Train, keeping checkpoint, metrics and selected weights in the run directory."""
        if not (resume and run.checkpoint.exists()):
            self.protocol.begin(self, run, callbacks)
        health = HealthMonitor(run.log, self.engine.n_steps, len(self.material.classes))
        trainer = self.trainer([MetricsWriter(run), health, *callbacks], run.checkpoint)
        result = trainer.fit(self.material.train, self.material.validation, resume=resume)
        self.weights = result.weights
        run.write_weights(result.weights)
        return result

    def test(self, run: RunDirectory, split: str = "test") -> dict[str, float]:
        """Run a split once with the engine's weights, write its tables, and sum it up."""
        chosen: LabelledTrials = getattr(self.material, split).plain()
        trials = evaluate(self.engine, chosen, self.decoder)
        run.write_trials(trials)
        sample = np.arange(min(SAMPLE, len(chosen)))
        recording = self.engine.run(chosen.inputs, sample)
        run.write_spikes(recording.to_frame())
        return summary(trials)

    def profile(self, run: RunDirectory, split: str = "test") -> pd.DataFrame:
        """Table ``profile``: seconds a trial spends in each object, the largest first."""
        inputs = getattr(self.material, split).plain().inputs
        trials = np.arange(min(PROFILED, inputs.n_trials))
        n_steps = self.protocol.n_steps(self.config)
        engine = ResidentEngine(self.model, n_steps, self.streams, profiled=True)
        engine.set_weights(self.engine.weights)
        engine.run(inputs, trials)
        seconds = {name: spent / trials.size for name, spent in engine.profile().items()}
        table = pd.DataFrame({"object": list(seconds), "seconds": list(seconds.values())})
        table = table.sort_values("seconds", ascending=False, ignore_index=True)
        run.write_table("profile", table.assign(share=table["seconds"] / table["seconds"].sum()))
        return run.table("profile")

    def carry_out(
        self, run: RunDirectory, callbacks: Sequence[Callback] = (), resume: bool = False
    ) -> Outcome:
        """Train, test, measure, conclude in an open run directory; frees trials and engine."""
        self.train(run, callbacks, resume)
        totals = self.test(run)
        self.protocol.measure(self, run)
        self.engine.close()
        del self.material, self.engine
        claims = concluded(self.protocol, run)
        run.finish()
        return Outcome(run.path, totals, claims)


def concluded(work: Protocol[Any] | Study[Any], run: RunDirectory) -> pd.DataFrame:
    """Let a protocol or study conclude from a run directory.

    Raises
    ------
    RunDirectoryError
        If its tables are not what they should be; the log then has where it failed.
    """
    try:
        return work.conclude(run)
    except (BrainsnnError, OSError, MemoryError):
        raise
    except Exception as error:  # Tables that others have changed fail anywhere.
        run.log(f"no conclusion: {''.join(traceback.format_exception(error))}")
        raise RunDirectoryError(
            f"{run.path}: no conclusion can be drawn from its tables: "
            f"{type(error).__name__}: {error}. {run.log_file} has where."
        ) from error


def start(
    protocol: Protocol[C] | Study[Any],
    config: Any,
    path: Path,
    command: Sequence[str],
    callbacks: Sequence[Callback] = (),
) -> Outcome:
    """Carry out a protocol or study in a new run directory.

    Raises
    ------
    BrainsnnError
        If configuration, data, model or directory are refused; nothing has run then.
    Interrupted
        On Ctrl-C, with a checkpoint to resume from.
    """
    tables: Mapping[str, pd.DataFrame] = {}
    if isinstance(protocol, Protocol):
        RunDirectory.check_free(path)
        protocol.bind(config, protocol.model(config))  # Refused before data are looked at.
        settled = protocol.settle(config, partial(_say, callbacks))
        config, tables = settled.config, settled.tables
    work = protocol.prepare(config)
    with RunDirectory.create(path, config, command, config.seed) as run:
        for name, table in tables.items():
            run.write_table(name, table)
        return work.carry_out(run, callbacks)


def _say(callbacks: Sequence[Callback], line: str) -> None:
    for callback in callbacks:
        callback.on_message(line)


def resume(
    protocol: Protocol[Any] | Study[Any],
    path: Path,
    command: Sequence[str],
    callbacks: Sequence[Callback] = (),
) -> Outcome:
    """Go on with a run that was interrupted, exactly as if it had not been.

    Raises
    ------
    RunDirectoryError
        If the directory is no run, is in use, or its checkpoint is damaged.
    """
    with RunDirectory.open(path, command) as run:
        work = protocol.prepare(run.config(protocol.config))
        return work.carry_out(run, callbacks, resume=run.checkpoint.exists())


def evaluate_weights(
    protocol: Protocol[C],
    config: C,
    weights_file: Path,
    split: str,
    path: Path,
    command: Sequence[str],
    profiled: bool = False,
) -> Outcome:
    """Run one split with given weights; leaves a run directory with its trials table.

    Parameters
    ----------
    weights_file : Path
        One array a connection, shape (pre, post): what a run saves, or any ``.npz`` like it.
    split : {"train", "validation", "test"}
        What to run.
    profiled : bool, default False
        Whether to measure, besides, where the time of a trial goes.

    Raises
    ------
    WeightsError
        If the weights do not fit the model.
    ConfigError
        If there is no such split, the protocol is a study, which has no single network, or it is
        not known which settings the weights were learned with.
    """
    if split not in SPLITS:
        raise ConfigError(f"Unknown split {split!r}. {suggest(split, SPLITS)}")
    if not isinstance(protocol, Protocol):
        raise ConfigError(f"{protocol.name} has no single network whose weights could be run.")
    weights = load_weights(weights_file, protocol.model(config).shapes)
    check_settled(protocol, config, weights_file)
    experiment = Experiment(protocol, config)
    experiment.engine.set_weights(weights)
    with RunDirectory.create(path, config, command, config.seed) as run:
        totals = experiment.test(run, split)
        profile = experiment.profile(run, split) if profiled else None
        run.finish()
    return Outcome(path, totals, pd.DataFrame(), profile)


def protocol_of(path: Path) -> Any:
    """`Protocol` or `Study` that a run directory belongs to.

    Raises
    ------
    RunDirectoryError
        If the directory is no run, or its configuration names no protocol.
    """
    run = RunDirectory.read(path)
    settings = read_tree(run.path / "config.toml")
    if "protocol" not in settings:
        raise RunDirectoryError(f"{path}/config.toml: the key 'protocol' is missing.")
    return load_protocol(settings["protocol"])
