"""Code that Brian2's runtime keeps from run to run gives what new code would give."""

from __future__ import annotations

from dataclasses import replace

import brian2
import numpy as np
from brian2 import ms
from engine.scenarios import N_STEPS, SCENARIOS

from brainsnn.engine import build_engine
from brainsnn.engine.runtime import runtime_device
from brainsnn.engine.runtime.prepared import keep_code
from brainsnn.network.model import Model

SCENARIO = next(
    s
    for s in SCENARIOS
    if "current_based" in {p.neuron.name for p in s.model.populations if p.neuron}
)


def _with_time_constant(value: object) -> Model:
    return replace(
        SCENARIO.model,
        populations=tuple(
            replace(p, neuron=replace(p.neuron, parameters={"tau_v": value}))
            if p.neuron and "tau_v" in p.neuron.parameters
            else p
            for p in SCENARIO.model.populations
        ),
    )


def test_a_shared_constant_that_is_set_later_is_the_new_one() -> None:
    """NumPy's code holds such a constant as a number of its own."""
    weights, inputs = SCENARIO.weights(), SCENARIO.inputs()
    neurons = {p.name: p.neuron for p in SCENARIO.model.populations if p.neuron}
    changed = [name for name, neuron in neurons.items() if "tau_v" in neuron.parameters]
    with build_engine("runtime", SCENARIO.model, N_STEPS) as engine:
        engine.set_weights(weights)
        before = engine.run(inputs)
        for name in changed:
            engine.set_parameter(name, "tau_v", 6e-3)
        after = engine.run(inputs)
    with build_engine("runtime", _with_time_constant(6 * ms), N_STEPS) as engine:
        engine.set_weights(weights)
        wanted = engine.run(inputs)
    assert before.step.size != after.step.size
    np.testing.assert_array_equal(after.step, wanted.step)
    np.testing.assert_array_equal(after.potential, wanted.potential)


def _recorded(kept: bool, target: str) -> list[np.ndarray]:
    with runtime_device(target):
        brian2.seed(3)
        given = brian2.SpikeGeneratorGroup(3, [0, 1, 2], [1, 2, 3] * ms, name="given")
        cells = brian2.NeuronGroup(
            4,
            """
            dv/dt = (rise - v)/(8*ms) + 0.3*xi*ms**-0.5 : 1 (unless refractory)
            rise : 1 (constant, shared)
            """,
            threshold="v > 1",
            reset="v = 0",
            refractory=2 * ms,
            method="euler",
            name="cells",
        )
        plastic = brian2.Synapses(
            given,
            cells,
            "w : 1\ndearlier/dt = -earlier/(5*ms) : 1 (event-driven)",
            on_pre="v_post += w; earlier += 1",
            on_post="w = clip(w + 0.1*earlier, 0, 2)",
            delay=1 * ms,
            name="plastic",
        )
        plastic.connect()
        plastic.w = "0.2 + 0.1*j"
        noisy = brian2.PoissonInput(cells, "v", 5, 40 * brian2.Hz, 0.2)
        spikes = brian2.SpikeMonitor(cells, name="spikes")
        values = brian2.StateMonitor(cells, "v", record=[1], name="values")
        network = brian2.Network(given, cells, plastic, noisy, spikes, values)
        network.run(0 * ms)
        if kept:
            keep_code(network)
        network.store()
        found = []
        for trial in range(3):
            network.restore()
            cells.rise = 0.5 * trial
            given.set_spikes([trial, 0], [2, 7 + trial] * ms)
            brian2.seed(trial)
            network.run(30 * ms)
            found += [
                np.array(spikes.t_),
                np.array(spikes.i),
                np.array(values.v),
                np.array(plastic.w),
            ]
    return found


def test_runs_are_those_of_new_code() -> None:
    """Noise, refractoriness, plasticity, delays, new input spikes, a shared constant, restored."""
    kept, anew = _recorded(True, "numpy"), _recorded(False, "numpy")
    assert sum(part.size for part in kept) > 100
    for one, other in zip(kept, anew, strict=True):
        np.testing.assert_array_equal(one, other)
