"""Generation up to GeNN's own generator: the description of the network, and the trial loop."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine.genn.stand_in import MODEL
from engine.scenarios import SCENARIOS, Scenario, leaky
from engines import needs_brian2genn

from brainsnn.engine.genn.project import Project, generate
from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AllToAll
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform

pytestmark = needs_brian2genn


def one(neuron: Neuron) -> Model:
    return Network({"input": 2, "hidden": 3}, neuron, initialiser=[Uniform()], name="one")


def description(project: Project) -> str:
    return project.sources["model.cpp"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_every_part_of_a_network_is_described(scenario: Scenario) -> None:
    project = generate(scenario.model)
    text = description(project)
    for p in scenario.model.populations:
        kind = f"Neuron_{p.name}" if p.neuron else "NeuronModels::SpikeSource"
        assert f'<{kind}>("_{p.name}", {p.size}' in " ".join(text.split()).replace("( ", "(")
    for c in scenario.model.connections:
        matrix = "DENSE" if isinstance(c.connectivity, AllToAll) else "SPARSE"
        kind = f"SynapseMatrixType::{matrix}_INDIVIDUALG"
        assert f'"_{c.name}", {kind}, {c.delay or "NO_DELAY"}' in text
        assert f'"_{c.source}", "_{c.target}"' in text
    assert generate(scenario.model) == project


def test_statements_are_brian2s() -> None:
    text = description(generate(one(leaky)))
    assert "model.setDT(0.001)" in text
    assert "$(v) * exp(" in text
    assert 'SET_RESET_CODE("$(spike_potential) = $(v);' in text
    assert "$(v) = 0;" in text
    assert "$(addToInSyn,$(w));" in text
    assert "-ffp-contract=off" in text


def test_state_is_restored_and_parameters_and_weights_are_kept() -> None:
    restored = {a.label: a.restored for a in generate(MODEL).arrays}
    assert restored["output.v"]
    assert restored["output.fired"]
    assert not restored["output.theta"]
    assert not restored["input_output.w"]


def test_random_draws_are_seeded_neuron_by_neuron() -> None:
    noisy = Neuron("v : 1", threshold="rand() < 0.25", reset="v = 0", name="noisy")
    project = generate(one(noisy))
    assert [(a.label, a.size) for a in project.random] == [("hidden._seed", 3)]
    assert "_seed_hidden, 3)" in project.sources["loop.cpp"]
    assert not generate(MODEL).random


def test_functions_that_brian2genn_lacks_or_gets_wrong() -> None:
    threshold = "clip(v, 0, 1) + int(2.7*v) + exprel(v) + expm1(v) + log1p(v) > 1"
    text = description(generate(one(Neuron("v : 1", threshold, "v = 0", name="functions"))))
    assert "double _clip(const double value" in text
    assert "int _int(const double value) { return (int)value; }" in text
    assert "double _exprel(const double x)" in text
    assert "log1p($(v))" in text


def test_a_gpu_gets_state_pushed_and_spikes_pulled() -> None:
    on_gpu, on_cpu = generate(MODEL, use_gpu=True), generate(MODEL)
    for call in (
        "pushv_outputToDevice",
        "pushw_input_outputToDevice",
        "pushinSyn_input_outputToDevice",
        "push_inputCurrentSpikesToDevice",
        "pull_outputCurrentSpikesFromDevice",
        "pullspike_potential_outputFromDevice",
    ):
        assert call in on_gpu.sources["loop.cpp"]
    assert "Device" not in on_cpu.sources["loop.cpp"]


@pytest.mark.parametrize(
    ("neuron", "message"),
    [
        (Neuron("dv/dt = -v / tau : 1", "v > 1", "v = 0", name="typo"), "tau"),
        (Neuron("dv/dt = -v : 1", "v > 1", "v = 0", name="units"), "(?i)unit"),
        (Neuron("v : 1", "v >", "v = 0", name="syntax"), "'hidden'"),
        (Neuron("u : 1", "u > 1", "u = 0", name="other"), "'hidden'.*v"),
    ],
)
def test_mistakes_in_equations_name_the_population(neuron: Neuron, message: str) -> None:
    with pytest.raises(ModelError, match="hidden") as caught:
        generate(one(neuron))
    assert caught.match(message)


def test_names_that_would_become_one_are_refused() -> None:
    other = replace(leaky, equations=f"{leaky.equations}\nv_a : 1")
    model = Network(
        {"input": 2, "a_b": 3, "b": 2}, other, initialiser=[Uniform(), Uniform()], name="clash"
    )
    with pytest.raises(ModelError, match=r"a_b\.v and b\.v_a the same name, 'v_a_b'"):
        generate(model)
