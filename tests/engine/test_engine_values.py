"""Networks that differ in the value of a parameter alone share one library, each with its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from brian2 import ms

from brainsnn.engine import build_engine
from brainsnn.engine.resident import cache
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform
from brainsnn.spikes import SpikeTrains

N_STEPS = 30


def _model(tau: object, bias: float, strength: float) -> Model:
    neuron = Neuron(
        """
        dv/dt = (rest - v)/tau : 1
        tau : second (shared, constant)
        bias : 1 (constant)
        rest : 1
        """,
        threshold="v > 1 + bias",
        reset="v = 0",
        parameters={"tau": tau, "bias": bias, "rest": 0.5 * bias},
        initial={"v": 0.25 * bias},
        method="exponential_euler",
        name="valued",
    )
    synapse = SynapseModel(
        "strong", "w : 1\ng : 1 (shared, constant)", "v_post += g*w", parameters={"g": strength}
    )
    drive = Connection("drive", "input", "cells", synapse=synapse, initialiser=Uniform(0, 2))
    return Model("valued", (Population("input", 5), Population("cells", 4, neuron)), (drive,))


def test_a_value_is_no_reason_to_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    weights = {"drive": np.random.default_rng(0).uniform(0, 2, (5, 4))}
    inputs = SpikeTrains.from_first_steps(np.arange(10).reshape(2, 5), N_STEPS)
    counts = set()
    for tau, bias, strength in ((10 * ms, 0.03, 1.0), (12.5 * ms, 1 / 3, 1.0), (7 * ms, 0.1, 2.1)):
        found = []
        for name in ("resident", "runtime"):
            with build_engine(name, _model(tau, bias, strength), N_STEPS) as engine:
                engine.set_weights(weights)
                found.append(engine.run(inputs))
        np.testing.assert_array_equal(found[0].step, found[1].step)
        np.testing.assert_allclose(found[0].potential, found[1].potential, rtol=1e-14)
        counts.add(found[0].step.size)
    assert len(counts) > 1
    assert len([*(tmp_path / "resident").glob("*.so")]) == 1
