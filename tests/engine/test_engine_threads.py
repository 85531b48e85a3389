"""Brian2 has one device for a process; several threads make networks and engines all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import brian2
import numpy as np
import pytest
from brian2 import ms
from engine.judged import quick  # noqa: F401
from engine.scenarios import N_STEPS, SCENARIOS

from brainsnn.engine import build_engine
from brainsnn.engine.resident import active_device, compile_network
from brainsnn.errors import EngineError

pytestmark = pytest.mark.usefixtures("quick")

SCENARIO = SCENARIOS[0]


def spikes_of(size: int) -> list[float]:
    """Spikes of a network of some size, made, compiled and run in the calling thread."""
    with active_device(build_on_run=False):
        cells = brian2.NeuronGroup(
            size,
            "dv/dt = (0.3 + 0.01*i)*kHz : 1",
            threshold="v > 1",
            reset="v = 0",
            method="euler",
            name="cells",
        )
        spikes = brian2.SpikeMonitor(cells, name="spikes")
        trials = compile_network(brian2.Network(cells, spikes), 10 * ms)
    return trials.run()["spikes"].columns["t"].tolist()


def test_networks_made_in_several_threads():
    sizes = [2, 3, 5, 2, 3, 5]
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(spikes_of, sizes))
    assert found == [spikes_of(size) for size in sizes]


@pytest.mark.parametrize("engine_name", ["runtime", "resident"])
def test_engines_built_in_several_threads(engine_name):
    inputs, weights = SCENARIO.inputs(), SCENARIO.weights()

    def potentials(_: int) -> np.ndarray:
        with build_engine(engine_name, SCENARIO.model, N_STEPS) as engine:
            engine.set_weights(weights)
            return engine.run(inputs).potential

    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(potentials, range(4)))
    for potential in found:
        np.testing.assert_array_equal(potential, potentials(0))


def test_objects_of_one_script_belong_to_one_thread():
    with active_device(build_on_run=False), ThreadPoolExecutor(1) as threads:
        cells = brian2.NeuronGroup(1, "v : 1", name="cells")
        with pytest.raises(EngineError, match="Another thread makes objects on this device"):
            threads.submit(brian2.NeuronGroup, 1, "v : 1", name="others").result()
        assert compile_network(brian2.Network(cells), 1 * ms).run() == {}
