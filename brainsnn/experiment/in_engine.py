"""The seeds of a condition, one after the other, in one engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from brainsnn.engine import Engine, build_engine
from brainsnn.experiment.experiment import Condition, seed_by_seed
from brainsnn.network.model import Model
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

Learn = Callable[[Any, Engine, Streams], Mapping[str, pd.DataFrame]]
"""From the settings of a condition, its engine and a seed's streams to tables."""


def seeds_in_engine(
    condition: Condition[Any],
    model: Model,
    learn: Learn,
    said: Callable[[Any], str],
    run: RunDirectory,
    callbacks: Sequence[Callback],
) -> None:
    """Carry out the seeds that are not done yet (`seed_by_seed`), in one engine of the network.

    Parameters
    ----------
    condition : Condition
        Its settings say which engine, and how long a trial is.
    model : Model
    learn : callable
        Gives the tables of a seed.
    said : callable
        What to say of its row of ``results``.
    run : RunDirectory
    callbacks : sequence of Callback
    """
    config = condition.config
    with build_engine(config.engine, model, config.n_steps) as engine:
        seed_by_seed(
            condition, run, callbacks, lambda seed: learn(config, engine, Streams(seed)), said
        )
