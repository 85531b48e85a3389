"""Which thresholds and steps are left out, read off the sources of the trial loop."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.scenarios import SCENARIOS

from brainsnn.engine.resident.engine import write_sources
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform

#: Scenarios in which nothing happens between spikes; in all others state or threshold moves.
AT_REST = {
    "one_spike_each",
    "three_layers",
    "initial_values_and_parameters_per_neuron",
    "initial_values_and_parameters_that_are_learned",
    "one_input_spike_makes_many",
    "convolution_and_pooling",
}


def trial_loop(model: Model, folder: Path) -> str:
    write_sources(model, folder)
    return (folder / "main.cpp").read_text()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_steps_are_left_out_where_nothing_moves_by_itself(scenario, tmp_path):
    source = trial_loop(scenario.model, tmp_path)
    resting = scenario.name in AT_REST
    assert ("next_step(" in source) == resting
    assert ("static const Always" in source) != resting


def test_a_threshold_that_reads_what_a_synapse_moves_is_tested(tmp_path):
    """Synapses with equations of their own change neurons without a spike."""
    equations = "w : 1\ncount : 1\ninto_post = w*v_pre : 1 (summed)"
    graded = SynapseModel("graded", equations, on_pre="count += 1")
    neuron = Neuron("v : 1\ninto : 1", "v + into > 1", "v = 0", name="driven")
    model = Network(
        {"input": 2, "a": 3, "b": 2}, neuron, initialiser=[Uniform()] * 2, name="graded"
    )
    first, second = model.connections
    joined = Model("m", model.populations, (first, type(second)("ab", "a", "b", graded)))
    source = trial_loop(joined, tmp_path)
    assert "next_step(" not in source
    assert "static const Always changed_b" in source


def test_noise_is_drawn_in_every_step(tmp_path):
    noisy = Neuron("v : 1", threshold="v + randn() > 1", reset="v = 0", name="noisy")
    model = Network({"input": 2, "output": 3}, noisy, initialiser=[Uniform()], name="noisy")
    assert "next_step(" not in trial_loop(model, tmp_path)
