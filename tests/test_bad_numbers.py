"""No index, size, shape or type from outside reaches compiled code unchecked.

To add a kernel: give its module, in the `ATTEMPTS` of a file of `attempts`, calls of the public
functions that lead to it, with numbers that they cannot take. Each must be refused by name;
unchecked, it would write beside an array, or end this process.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from attempts import eprop, glm, learning, optimisers, pairs, spikes, taught
from attempts.spikes import FAR, Attempt, recorded, trains
from helpers import NAN
from numba.core.dispatcher import Dispatcher

import brainsnn
from brainsnn.analysis.tables import TableError
from brainsnn.engine.runtime import RuntimeEngine
from brainsnn.errors import BrainsnnError, EngineError
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials

ATTEMPTS = (
    spikes.ATTEMPTS
    | learning.ATTEMPTS
    | optimisers.ATTEMPTS
    | glm.ATTEMPTS
    | pairs.ATTEMPTS
    | taught.ATTEMPTS
    | eprop.ATTEMPTS
)
#: What compiled training calls was checked by the first batch, which goes step by step, and by
#: `tests/training`; an engine checks its inputs for it. Sums of squares take no number for a place.
ELSEWHERE = {
    "jit",
    "learning.base",
    "learning.kernels",
    "training.loop.columns",
    "training.loop.gated_loop",
    "training.loop.network_loop",
}


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(call, id=f"{module}-{name}")
        for module, calls in ATTEMPTS.items()
        for name, call in calls.items()
    ],
)
def test_numbers_that_cannot_be_taken_are_refused(attempt: Attempt) -> None:
    with pytest.raises((BrainsnnError, TableError)):
        attempt()


def test_every_module_with_compiled_code_has_attempts() -> None:
    found = set()
    for module in pkgutil.walk_packages(brainsnn.__path__, "brainsnn."):
        if module.name.endswith("__main__"):
            continue
        try:
            values = vars(importlib.import_module(module.name)).values()
        except EngineError:  # a module of the engine for GeNN, without Brian2GeNN
            continue
        kernels = [v for v in values if isinstance(v, Dispatcher)]
        if any(v.py_func.__module__ == module.name for v in kernels):
            found.add(module.name.removeprefix("brainsnn."))
    assert found == {*ATTEMPTS, *ELSEWHERE}


@pytest.fixture(scope="module")
def engine() -> RuntimeEngine:
    sizes = {"input": 3, "output": 2}
    return RuntimeEngine(
        Network(sizes, integrate_and_fire_once, initialiser=[Uniform(0, 1)], name="m"), 8
    )


@pytest.mark.parametrize("trials", [[1], [-1], [FAR], [0.5], [NAN], [True], [[0]], 0, ["a"]])
def test_trials_that_are_not_there_are_refused(engine: RuntimeEngine, trials: Any) -> None:
    with pytest.raises(BrainsnnError):
        engine.run(trains(), np.array(trials))


def test_inputs_of_another_kind_or_size_are_refused(engine: RuntimeEngine) -> None:
    columns = {"offsets": np.array([0, 1]), "neuron": np.array([FAR]), "step": np.array([0])}
    like = SimpleNamespace(n_neurons=3, n_steps=8, n_trials=1, **columns)
    for inputs in (like, trains(n=4), None):
        with pytest.raises(BrainsnnError):
            engine.run(inputs)  # type: ignore[arg-type]


def test_columns_cannot_be_changed_after_they_were_checked() -> None:
    neuron = np.array([0, 1], np.int32)
    made = SpikeTrains(3, 8, np.array([0, 2]), neuron, np.array([0, 1], np.int32))
    neuron[0] = FAR
    assert made.neuron.tolist() == [0, 1]
    labels = np.array([0])
    labelled = LabelledTrials(made, labels)
    labels[0] = FAR
    assert labelled.labels.tolist() == [0]
    columns = [*vars(made).values(), *vars(recorded()).values(), labelled.labels]
    kept = [c for c in columns if isinstance(c, np.ndarray) and c.dtype != np.float64]
    assert len(kept) == 8
    for column in kept:
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_columns_that_nobody_can_change_are_not_copied() -> None:
    made = trains()
    again = SpikeTrains(3, 8, made.offsets, made.neuron, made.step)
    assert again.neuron is made.neuron
    assert np.shares_memory(made.take(np.array([0])).neuron, made.neuron) is False
