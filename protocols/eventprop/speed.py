"""Processor time of training, measured by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from brainsnn.experiment import TrainedNetwork
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer


def training_speed(network: TrainedNetwork[Any], n: int) -> pd.DataFrame:
    """Processor time a trial of running, and of running and learning, from the selected weights.

    Parameters
    ----------
    network : TrainedNetwork
        Keeps its weights.
    n : int
        Training trials that are taken, or all if there are fewer.

    Returns
    -------
    pandas.DataFrame
        A row: the columns of the network's row, ``running_microseconds`` and
        ``learning_microseconds`` of this process.
    """
    plain, engine = network.material.train.plain(), network.engine
    chosen = np.arange(min(n, len(plain)))
    trials = LabelledTrials(plain.inputs.take(chosen), plain.labels[chosen])
    config = network.experiment.training(network.config).model_copy(
        update={"epochs": 1, "monitor": "epoch"}
    )

    def learn() -> None:
        rate, streams = network.experiment.learning_rate(network.config), Streams(0)
        Trainer(engine, network.rule, network.decoder, config, rate, streams).fit(trials)
        engine.set_weights(network.weights)

    def run() -> None:
        engine.fixed().run(trials.inputs, chosen)

    works = {"running": run, "learning": learn}
    taken = {f"{name}_microseconds": _taken(w) / len(trials) for name, w in works.items()}
    return pd.DataFrame([{**network.row, **taken}])


def _taken(work: Callable[[], None]) -> float:
    """Processor time in microseconds; what is compiled at first use is not counted."""
    work()
    begun = time.process_time()
    work()
    return 1e6 * (time.process_time() - begun)
