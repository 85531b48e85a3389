"""Networks of an experiment with weights from elsewhere: run, tested, profiled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brainsnn.engine import ResidentEngine
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import condition_of
from brainsnn.experiment.experiment import C, Condition, Experiment
from brainsnn.experiment.outcome import Outcome
from brainsnn.experiment.training import TrainedNetwork, TrainingExperiment
from brainsnn.records import RunDirectory, load_weights
from brainsnn.registry import suggest
from brainsnn.training.evaluation import summary

SPLITS = ("train", "validation", "test")

#: Trials that a profile is the mean of.
PROFILED = 1000


def network_of(experiment: Experiment[C], config: C) -> tuple[TrainingExperiment[C], Condition[C]]:
    """Return the experiment as one that trains networks, and the condition of the only one.

    Raises
    ------
    ConfigError
        If it trains none, or several.
    """
    if not isinstance(experiment, TrainingExperiment):
        raise ConfigError(f"{experiment.name} has no single network whose weights could be run.")
    return experiment, condition_of(experiment, config)


def check_settled(experiment: Experiment[Any], config: Any, weights: Path | None) -> None:
    """Refuse weights with a configuration that leaves open what they are, or were, learned with.

    Parameters
    ----------
    experiment, config : Experiment, ExperimentConfig
        What is to run.
    weights : Path or None
        The file of learned weights; None for those that training starts from.

    Raises
    ------
    ConfigError
    """
    if not experiment.undecided(config):
        return
    lacking = (
        "the weights that training starts from follow from settings"
        if weights is None
        else f"{weights}: these weights came without the settings that they were learned with"
    )
    raise ConfigError(
        f"{lacking}, some of which {experiment.name} finds from the data. Name the run directory, "
        "or say --set recipe.fitted=false and every setting that differs from the protocol's own."
    )


def evaluate_weights(
    experiment: Experiment[C],
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
        If there is no such split, the experiment has no single network, or it is not known which
        settings the weights were learned with.
    """
    if split not in SPLITS:
        raise ConfigError(f"Unknown split {split!r}. {suggest(split, SPLITS)}")
    trained, condition = network_of(experiment, config)
    weights = load_weights(weights_file, trained.model(condition.config).shapes)
    check_settled(experiment, config, weights_file)
    network = TrainedNetwork(trained, condition)
    network.engine.set_weights(weights)
    with RunDirectory.create(path, config, command, config.seed) as run:
        totals = summary(network.test(run, split))
        profile = _profile(network, run, split) if profiled else None
        run.finish()
    return Outcome(path, totals, pd.DataFrame(), profile)


def _profile(network: TrainedNetwork[Any], run: RunDirectory, split: str) -> pd.DataFrame:
    """Table ``profile``: seconds a trial spends in each object, the largest first."""
    inputs = network.material.split(split).inputs
    trials = np.arange(min(PROFILED, inputs.n_trials))
    n_steps = network.engine.n_steps
    engine = ResidentEngine(network.model, n_steps, network.streams, profiled=True)
    engine.set_weights(network.engine.weights)
    engine.run(inputs, trials)
    seconds = {name: spent / trials.size for name, spent in engine.profile().items()}
    table = pd.DataFrame({"object": list(seconds), "seconds": list(seconds.values())})
    table = table.sort_values("seconds", ascending=False, ignore_index=True)
    run.write_table("profile", table.assign(share=table["seconds"] / table["seconds"].sum()))
    return run.table("profile")
