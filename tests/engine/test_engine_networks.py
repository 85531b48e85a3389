"""Several inputs, recurrence, every connectivity, a delay a synapse: alike on all engines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engine.scenarios import leaky

from brainsnn.engine import ENGINES
from brainsnn.errors import DataError, EngineError
from brainsnn.network.connectivity import (
    AllToOthers,
    FixedInDegree,
    FixedProbability,
    GivenPairs,
    OneToOne,
)
from brainsnn.network.delays import GivenDelays, UniformDelays
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.synapses import FanInNormal, Uniform
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.streams import Streams

N_STEPS, N_TRIALS = 60, 5
PAIRS = GivenPairs([0, 0, 2, 3, 7], [0, 2, 1, 0, 2])
EVERYTHING = Model(
    "everything",
    (
        Population("image", 6),
        Population("context", 4),
        Population("hidden", 8, leaky),
        Population("output", 3, leaky),
    ),
    (
        Connection(
            "a",
            "image",
            "hidden",
            initialiser=Uniform(0.3, 0.9),
            connectivity=FixedProbability(0.5),
        ),
        Connection(
            "b", "context", "hidden", initialiser=Uniform(0, 1), connectivity=FixedInDegree(2)
        ),
        Connection("c", "image", "output", initialiser=Uniform(0, 0.6), delay=UniformDelays(0, 4)),
        Connection("d", "context", "output", initialiser=Uniform(0, 0.6)),
        Connection(
            "e",
            "hidden",
            "hidden",
            initialiser=Uniform(0, 0.3),
            connectivity=AllToOthers(),
            delay=1,
            sign="inhibitory",
        ),
        Connection(
            "f",
            "hidden",
            "output",
            initialiser=Uniform(0.2, 0.9),
            connectivity=PAIRS,
            delay=GivenDelays([0, 7, 3, 3, 1]),
        ),
        Connection(
            "g", "output", "hidden", initialiser=FanInNormal(0.5), delay=UniformDelays(1, 3)
        ),
        Connection(
            "h",
            "output",
            "output",
            initialiser=Uniform(0, 0.4),
            connectivity=OneToOne(),
            sign="inhibitory",
        ),
    ),
)
WEIGHTS = EVERYTHING.draw_weights(Streams(3))


def inputs() -> SpikeTrains:
    rng, parts = np.random.default_rng(2), []
    for population in EVERYTHING.inputs:
        spikes = rng.random((N_TRIALS, N_STEPS, population.size)) < 0.15
        trial, step, neuron = np.nonzero(spikes)
        offsets = np.searchsorted(trial, np.arange(N_TRIALS + 1))
        parts.append(SpikeTrains(population.size, N_STEPS, offsets, neuron, step))
    return SpikeTrains.beside(parts)


@pytest.fixture(scope="module")
def recorded() -> dict[str, Recording]:
    found = {}
    for name in ("runtime", "resident", "standalone"):
        with ENGINES[name](EVERYTHING, N_STEPS) as engine:
            engine.set_weights(WEIGHTS)
            found[name] = engine.run(inputs(), np.array([3, 0, 1, 2, 4, 0]))
    return found


@pytest.mark.parametrize("name", ["resident", "standalone"])
def test_every_spike_and_potential_is_the_runtimes(
    name: str, recorded: dict[str, Recording]
) -> None:
    wanted, found = recorded["runtime"], recorded[name]
    counts = np.bincount(wanted.population, minlength=4)
    assert (counts > 3 * N_TRIALS).all()
    for column in ("offsets", "population", "neuron", "step"):
        np.testing.assert_array_equal(getattr(found, column), getattr(wanted, column), column)
    np.testing.assert_allclose(found.potential, wanted.potential, rtol=1e-12, atol=1e-14)
    for population, values in wanted.final.items():
        np.testing.assert_allclose(found.final[population], values, rtol=1e-12, atol=1e-14)


def test_given_spikes_are_recorded_as_those_of_their_populations(
    recorded: dict[str, Recording],
) -> None:
    given, found = inputs().take(np.array([3, 0, 1, 2, 4, 0])), recorded["resident"]
    first = 0
    for code, population in enumerate(EVERYTHING.inputs):
        mine = found.population == code
        own = (given.neuron >= first) & (given.neuron < first + population.size)
        order = np.lexsort((given.neuron[own], given.step[own]))
        assert mine.sum() == own.sum()
        assert set(found.neuron[mine]) == set(given.neuron[own] - first)
        assert sorted(found.step[mine]) == sorted(given.step[own][order])
        first += population.size


def test_inputs_of_another_size_are_refused() -> None:
    with ENGINES["runtime"](EVERYTHING, N_STEPS) as engine:
        wrong = SpikeTrains.from_first_steps(np.zeros((1, 6), int), N_STEPS)
        with pytest.raises(DataError, match="6 of 'image' and 4 of 'context'"):
            engine.run(wrong)


def test_what_genn_cannot_do_is_refused_by_name() -> None:
    with pytest.raises(EngineError) as refusal:
        ENGINES["genn"](EVERYTHING, N_STEPS)
    for part in ("Population 'context'", "Connection 'c'", "Connection 'f'", "Connection 'g'"):
        assert part in str(refusal.value)
    inputless = replace(EVERYTHING, populations=EVERYTHING.populations[2:], connections=())
    with pytest.raises(EngineError, match="no population of input spikes"):
        ENGINES["runtime"](inputless, N_STEPS)
