"""Trials shared by several workers: the results of one, in the same order."""

from __future__ import annotations

from collections.abc import Iterator

import brian2
import numpy as np
import pytest
from brian2 import Hz, ms
from engine.judged import quick  # noqa: F401
from engine.scenarios import N_STEPS, SCENARIOS

from brainsnn.engine import build_engine
from brainsnn.engine.resident import MonitorRecord, active_device, compile_network
from brainsnn.errors import EngineError
from brainsnn.spikes import Recording
from brainsnn.streams import Streams

COLUMNS = ("offsets", "population", "neuron", "step", "potential")


def record(scenario, workers: int) -> list[Recording]:
    with build_engine("resident", scenario.model, N_STEPS, Streams(3), workers) as engine:
        engine.set_weights(scenario.weights())
        inputs = scenario.inputs()
        trials = np.tile(np.arange(inputs.n_trials), 2)
        first = engine.run(inputs, trials)
        for values in engine.weights.values():
            values *= 1.5
        return [first, engine.run(inputs, trials), engine.run(inputs, trials[:1])]


@pytest.mark.parametrize("scenario", SCENARIOS[:3], ids=lambda s: s.name)
def test_workers_change_nothing(scenario):
    for one, three in zip(record(scenario, 1), record(scenario, 3), strict=True):
        for column in COLUMNS:
            np.testing.assert_array_equal(getattr(one, column), getattr(three, column), column)
        for name in one.final:
            np.testing.assert_array_equal(one.final[name], three.final[name])


@pytest.mark.parametrize(("engine", "workers"), [("runtime", 2), ("resident", 0)])
def test_a_number_of_workers_that_cannot_be(engine, workers):
    with pytest.raises(EngineError, match="takes workers = 1"):
        build_engine(engine, SCENARIOS[0].model, N_STEPS, workers=workers)


@pytest.fixture
def device() -> Iterator[None]:
    with active_device(build_on_run=False):
        yield


def drawn_network() -> brian2.Network:
    """Connections, weights and initial values are drawn; a trial draws nothing."""
    source = brian2.SpikeGeneratorGroup(20, np.arange(20), np.arange(20) * 0.5 * ms, name="source")
    cells = brian2.NeuronGroup(
        10, "v : 1\nbias : 1", threshold="v > 1", reset="v = 0", name="cells"
    )
    cells.bias = "rand()"
    path = brian2.Synapses(source, cells, "w : 1", on_pre="v_post += w*bias_post", name="path")
    path.connect(p=0.5)
    path.w = "rand()"
    return brian2.Network(source, cells, path, brian2.SpikeMonitor(cells, name="spikes"))


def trials_of(record: MonitorRecord) -> list[tuple[tuple[float, ...], ...]]:
    parts = [record.trial(k) for k in range(record.counts.size)]
    return [(tuple(part["t"]), tuple(part["i"])) for part in parts]


@pytest.mark.usefixtures("quick", "device")
def test_workers_have_one_network_also_where_it_is_drawn():
    trials = compile_network(drawn_network(), 12 * ms, workers=3)
    for seed in (None, 3):
        found = trials_of(trials.run(6, seed=seed)["spikes"])
        assert len(found[0][0]) > 0
        assert set(found) == {found[0]}
    trials.set("path", "w", np.full(trials.view("path", "w").size, 1.5))
    assert len(set(trials_of(trials.run(6)["spikes"]))) == 1


@pytest.mark.usefixtures("quick", "device")
def test_workers_that_cannot_have_one_network_are_refused():
    draw = brian2.Function(lambda: 0.5, arg_units=[], return_unit=1, auto_vectorise=True)
    code = (
        "#include <random>\nstatic double draw(int) { return std::random_device{}()/4294967296.0; }"
    )
    draw.implementations.add_implementation("cpp", code)
    cells = brian2.NeuronGroup(5, "v : 1", name="cells", namespace={"draw": draw})
    cells.v = "draw()"
    with pytest.raises(EngineError, match=r"copies of 2 workers differ in cells\.v"):
        compile_network(brian2.Network(cells), 1 * ms, workers=2)


def drawing_network(seed: int | None) -> brian2.Network:
    brian2.get_device().reinit()
    brian2.get_device().activate(build_on_run=False)
    if seed is not None:
        brian2.seed(seed)
    cells = brian2.PoissonGroup(10, 200 * Hz, name="cells")
    return brian2.Network(cells, brian2.SpikeMonitor(cells, name="spikes"))


@pytest.mark.usefixtures("quick", "device")
def test_no_trial_repeats_another_and_a_seeded_script_repeats_itself():
    found = {}
    for workers in (1, 2, 3):
        trials = compile_network(drawing_network(4), 20 * ms, workers=workers)
        found[workers] = [trial for _ in range(2) for trial in trials_of(trials.run(6)["spikes"])]
        assert len(set(found[workers])) == 12
    assert found[1] == found[2] == found[3]
    unseeded = [compile_network(drawing_network(None), 20 * ms) for _ in range(2)]
    assert not set(trials_of(unseeded[0].run(3)["spikes"])) & set(
        trials_of(unseeded[1].run(3)["spikes"])
    )
