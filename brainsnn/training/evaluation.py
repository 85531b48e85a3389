"""From trials to decisions: a table with a row a trial, and the numbers that sum it up.

The table's columns, with ``n_steps`` standing for silence:

=============================== ===================================================================
``trial``, ``label``            number of the trial and its class
``decision``                    class, -1 for none
``decision_step``               step of the decision
``tie``, ``silent``             several outputs at the earliest step; no output spike
``candidate``                   the label is among the outputs that tied for first (for silence:
                                that share the largest final potential)
``first_step_<class>``          first-spike step of each output neuron
``spikes_<population>``         spikes in the whole trial
``spikes_to_decision_<pop.>``   spikes up to and including the decision step
``spikes_to_decision``          their sum over all populations, inputs included
``synaptic_operations``         sum, over the spikes to decision, of the neuron's fan-out
=============================== ===================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.indices import indices
from brainsnn.jit import njit
from brainsnn.spikes import Recording
from brainsnn.spikes.trials import LabelledTrials, VariedEpoch

if TYPE_CHECKING:
    from brainsnn.codes import Decisions, Decoder
    from brainsnn.engine.base import Engine
    from brainsnn.learning.base import BoundRule
    from brainsnn.network.model import Model

BLOCK = 500
"""Trials run and tabulated at once by default."""


@njit()
def _tally(  # type: ignore[no-untyped-def]
    offsets, population, neuron, step, decision_step, begin, fan_out, whole, decided, operations
):
    """Spikes by trial and population, in all and up to the decision; synaptic operations."""
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            whole[trial, population[k]] += 1
            if step[k] <= decision_step[trial]:
                decided[trial, population[k]] += 1
                operations[trial] += fan_out[begin[population[k]] + neuron[k]]


def fan_outs(model: Model) -> dict[str, NDArray[np.int64]]:
    """Number of synapses that a spike of each neuron reaches, by population."""
    fan_out = {name: np.zeros(size, np.int64) for name, size in model.sizes.items()}
    for connection in model.connections:
        fan_out[connection.source] += connection.connectivity.fan_out(*model.ends(connection))
    return fan_out


def tabulate(
    recording: Recording,
    decisions: Decisions,
    labels: NDArray[np.int64],
    output: str,
    fan_out: Mapping[str, int | NDArray[np.int64]],
    first_trial: int = 0,
) -> pd.DataFrame:
    """Table of the trials of one recording (columns in the module docstring).

    Parameters
    ----------
    recording : Recording
        n trials.
    decisions : Decisions
        Of those trials.
    labels : array of int64, shape (n,)
    output : str
        The population that decides.
    fan_out : mapping of str to int or array of int64
        Synapses reached by a spike of each population: of every neuron alike, or one by one.
    first_trial : int, default 0
        Number of the first trial.

    Returns
    -------
    pandas.DataFrame
        n rows.

    Raises
    ------
    DataError
        If there is not one decision and one label, of an output, for each trial.
    """
    n, names = recording.n_trials, list(recording.populations)
    recording.code(output)
    labels = indices("Labels", labels, recording.populations[output])
    if not labels.shape == decisions.step.shape == (n,):
        raise DataError(
            f"{n} trials need as many labels and decisions, got {labels.size} and "
            f"{decisions.step.size}."
        )
    whole, decided, operations = _tallies(recording, decisions, fan_out)
    first = recording.first_steps(output).astype(np.int64)
    table: dict[str, Any] = {
        "trial": np.arange(first_trial, first_trial + n),
        "label": labels,
        "decision": decisions.decision,
        "decision_step": decisions.step,
        "tie": decisions.tie,
        "silent": decisions.silent,
        "candidate": decisions.candidates[np.arange(n), labels],
    }
    table |= {f"first_step_{k}": first[:, k] for k in range(first.shape[1])}
    table |= {f"spikes_{name}": whole[:, k] for k, name in enumerate(names)}
    table |= {f"spikes_to_decision_{name}": decided[:, k] for k, name in enumerate(names)}
    table |= {"spikes_to_decision": decided.sum(axis=1), "synaptic_operations": operations}
    return pd.DataFrame(table)


def _tallies(
    recording: Recording, decisions: Decisions, fan_out: Mapping[str, int | NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Spikes by trial and population, in all and to the decision; synaptic operations by trial."""
    shape = (recording.n_trials, len(recording.populations))
    whole, decided = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    operations = np.zeros(recording.n_trials, np.int64)
    sizes = recording.populations
    missing = sorted(set(sizes) - set(fan_out))
    if missing:
        raise DataError(f"The fan-out of {missing} is missing; there is that of {list(fan_out)}.")
    fans = np.concatenate([np.broadcast_to(fan_out[name], n) for name, n in sizes.items()])
    begin = np.cumsum([0, *sizes.values()])
    steps = decisions.step.astype(np.int64)
    columns = (recording.offsets, recording.population, recording.neuron, recording.step)
    _tally(*columns, steps, begin, fans.astype(np.int64), whole, decided, operations)
    return whole, decided, operations


def evaluate(
    engine: Engine,
    trials: LabelledTrials | VariedEpoch,
    decoder: Decoder,
    output: str | None = None,
    block: int = BLOCK,
    rule: BoundRule | None = None,
) -> pd.DataFrame:
    """Run all `trials` with the engine's present weights and tabulate what was decided.

    Parameters
    ----------
    engine : Engine
    trials : LabelledTrials or VariedEpoch
    decoder : Decoder
    output : str, optional
        The population that decides; the model's last by default.
    block : int, default 500
        Trials at once; bounds memory, changes no result.
    rule : BoundRule, optional
        Adds to recordings what the decoder reads beyond them.

    Returns
    -------
    pandas.DataFrame
        A row a trial; columns in the module docstring.

    Raises
    ------
    DataError
        If there are no trials, they have no classes, or a label has no output neuron.
    """
    output = output or list(engine.populations)[-1]
    trials.check(engine.populations[output], engine.n_steps)
    fan_out = fan_outs(engine.model)
    tables = []
    for start in range(0, len(trials), block):
        index = np.arange(start, min(start + block, len(trials)))
        some, places = trials.block(index)
        recording = engine.run(some.inputs, places)
        if rule is not None:
            recording = rule.observe(recording, engine.weights)
        decisions = decoder.decode(recording, output)
        labels = trials.labels[index]
        tables.append(tabulate(recording, decisions, labels, output, fan_out, start))
    return pd.concat(tables, ignore_index=True)


def summary(trials: pd.DataFrame) -> dict[str, float]:
    """The numbers that sum up a trials table.

    Returns
    -------
    dict
        ``accuracy`` (the decoder's rule), ``accuracy_ties_wrong``, ``accuracy_ties_right``,
        ``silent_fraction``, and the means ``decision_step``, ``spikes_to_decision`` and
        ``synaptic_operations``.
    """
    right = trials["decision"] == trials["label"]
    return {
        "accuracy": float(right.mean()),
        "accuracy_ties_wrong": float((right & ~trials["tie"]).mean()),
        "accuracy_ties_right": float(trials["candidate"].mean()),
        "silent_fraction": float(trials["silent"].mean()),
        "decision_step": float(trials["decision_step"].mean()),
        "spikes_to_decision": float(trials["spikes_to_decision"].mean()),
        "synaptic_operations": float(trials["synaptic_operations"].mean()),
    }
