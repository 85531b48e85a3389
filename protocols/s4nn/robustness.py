"""Firing times of all neurons, and what jitter of the input spikes costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.report import Claim
from brainsnn.analysis.robustness import jitter_curve
from brainsnn.codes.jitter import jitter_steps
from brainsnn.engine import Engine
from brainsnn.experiment.training import TrainedNetwork
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.evaluation import evaluate

#: Accuracy in points that the largest jitter costs (Figure 8).
PAPER_LOSS = 5.0

#: Trials run or jittered at once: an image has some 40,000 input spikes.
BLOCK = 50


def _blocks(trials: LabelledTrials) -> list[NDArray[np.int64]]:
    return np.split(np.arange(len(trials)), range(BLOCK, len(trials), BLOCK))


def firing_times(engine: Engine, trials: LabelledTrials) -> pd.DataFrame:
    """First-spike step of each neuron with a model in each trial; `n_steps` for silence."""
    parts = []
    for index in _blocks(trials):
        recording = engine.run(trials.inputs, index)
        for name in list(recording.populations)[1:]:
            steps = recording.first_steps(name)
            neuron = np.tile(np.arange(steps.shape[1]), index.size)
            trial = np.repeat(index, steps.shape[1])
            columns = {"trial": trial, "population": name, "neuron": neuron, "step": steps.ravel()}
            parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def jittered(network: TrainedNetwork[Any], amplitude: int) -> pd.DataFrame:
    """Trials table of the test trials, every input spike shifted by up to `amplitude` steps."""
    test, rng = network.material.test, network.streams.fresh("jitter", amplitude)
    tables = []
    for index in _blocks(test):
        inputs = jitter_steps(test.inputs.take(index), amplitude, rng)
        trials = LabelledTrials(inputs, test.labels[index])
        table = evaluate(network.engine, trials, network.decoder)
        tables.append(table.assign(trial=index, jitter=amplitude))
    return pd.concat(tables, ignore_index=True)


def jitter_claims(run: RunDirectory, jitters: tuple[int, ...]) -> list[Claim]:
    """What the largest jitter costs, if jitter was measured from 0 on."""
    if 0 not in jitters or max(jitters) == 0:
        return []
    last = jitter_curve(run.table("jitter")).iloc[-1]
    return [
        Claim.judged(
            f"Accuracy lost to a jitter of up to {last['jitter']:.0f} steps, ties wrong",
            PAPER_LOSS,
            -100 * float(last["accuracy_ties_wrong_change"]),
            "points",
            higher_is_better=False,
            digits=2,
            headline=True,
            note="Figure 8: at most",
        )
    ]
