"""The network of neurons that compete: who is connected with whom, and how strongly."""

import pytest

from brainsnn.errors import ModelError
from brainsnn.network.competition import Competition
from brainsnn.network.synapses import Uniform
from brainsnn.streams import Streams


def test_each_neuron_has_a_partner_that_inhibits_all_others():
    wanted = Competition(dt=1.0, excitation=3.0, inhibition=5.0)
    made = wanted.network("few", 7, wanted.excitatory(4), 4, Uniform(0.1, 0.3)).frozen()
    sizes = {p.name: p.size for p in made.populations}
    assert sizes == {"input": 7, "inhibitory": 4, "output": 4}
    assert made.output.name == "output"
    weights = made.draw_weights(Streams(1))
    assert (weights["output_inhibitory"] == 3).all()
    assert weights["output_inhibitory"].size == 4
    assert (weights["inhibitory_output"] == 5).all()
    assert weights["inhibitory_output"].size == 4 * 3
    assert made.plastic == ("output.theta",)


def test_what_a_rule_needs_of_the_neurons_is_added():
    neuron = Competition().excitatory(2, "dy/dt = -y / (20*ms) : 1", "y = 1")
    assert neuron.reset.endswith("; y = 1")
    assert "dy/dt" in neuron.equations


def test_inputs_may_be_stronger_than_their_weights():
    wanted = Competition()
    made = wanted.network("few", 2, wanted.excitatory(2), 2, Uniform(0, 1), strength=4.0).frozen()
    synapse = made.connections[0].synapse
    assert synapse.on_pre == "ge_post += strength*w"
    assert synapse.parameters["strength"] == 4.0


@pytest.mark.parametrize("settings", [{"dt": 0}, {"tau_theta": -1}, {"theta_plus": float("nan")}])
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ModelError, match=f"{next(iter(settings))} must be"):
        Competition(**settings)
