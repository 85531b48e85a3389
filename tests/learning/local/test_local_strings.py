"""Strings of a rule are set apart from those of the neurons that they meet."""

from __future__ import annotations

from brainsnn.learning.local import PairSTDP, Strings
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron


def test_names_that_a_neuron_has_too_are_others_in_the_synapse() -> None:
    given = Strings(
        equations="dx/dt = -x / tau : 1 (event-driven)\nxx : 1",
        on_pre="x += 1; w += x_post*xx",
        on_post="w += x*exp(-dt/tau)",
        plastic=("w", "x"),
    )
    strings, renamed = given.apart({"x", "tau", "v"})
    assert renamed == {"tau": "tau_syn", "x": "x_syn"}
    assert strings.equations == "dx_syn/dt = -x_syn / tau_syn : 1 (event-driven)\nxx : 1"
    assert strings.on_pre == "x_syn += 1; w += x_post*xx"
    assert strings.on_post == "w += x_syn*exp(-dt/tau_syn)"
    assert strings.plastic == ("w", "x_syn")


def test_settings_keep_their_values_under_the_other_name() -> None:
    neuron = Neuron(
        "dv/dt = -v / tau_plus : 1\ntau_plus : second (shared, constant)",
        "v > 1",
        "v = 0",
        parameters={"tau_plus": "5*ms"},
    )
    model = PairSTDP(tau_plus="17*ms").augment(Network({"input": 2, "output": 1}, neuron))
    synapse = model.connections[0].synapse
    assert float(synapse.parameters["tau_plus_syn"]) == 0.017
    assert "tau_plus_syn : second (shared, constant)" in synapse.equations
