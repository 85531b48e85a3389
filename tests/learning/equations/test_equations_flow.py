"""The error's size on its way back, where it is known: a leak lets it fall by the leak."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, ms

from brainsnn.errors import LearningError
from brainsnn.learning.equations import derive
from brainsnn.learning.equations.flow import GradientFlow, flow_of

TAU = 4.0


def leaky(equations="dv/dt = -v/tau : 1", n_steps=50):
    source = SpikeGeneratorGroup(1, [0], [0] * ms, dt=1 * ms)
    group = NeuronGroup(2, equations, method="exact", dt=1 * ms, namespace={"tau": TAU * ms})
    synapses = Synapses(source, group, "w : 1", on_pre="v += w", dt=1 * ms)
    synapses.connect()
    synapses.w = 1
    network = derive(Network(source, group, synapses), {synapses.name: "w"})
    spikes = np.zeros((n_steps, 1, 1))
    spikes[0] = 1
    return network, network.run({source.name: spikes}, n_steps), group.name


def flow(equations="dv/dt = -v/tau : 1", n_steps=50):
    network, trace, name = leaky(equations, n_steps)
    last = np.zeros((n_steps, 1, 2))
    last[-1] = 1
    return flow_of(network, trace, {}, {(name, "v"): last}), name


def test_the_factor_of_a_leak_is_the_leak():
    found, name = flow()
    assert found.factors[name] == pytest.approx(np.exp(-1 / TAU), rel=1e-6)
    assert found.last(name) == 49
    assert not found.advice
    assert found.table().query("step == 49")["size"].item() == found.sizes[name][-1]
    assert f"{np.exp(-1 / TAU):.3g} a step back, largest at step 49" in str(found)


def test_what_a_leak_forgets_is_named_with_the_step():
    found, name = flow(n_steps=80)
    lost = found.vanished(name)
    sizes = found.sizes[name] / found.sizes[name].max()
    assert lost is not None
    assert sizes[lost] < 1e-6 <= sizes[lost + 1]
    assert lost == 79 - int(-TAU * np.log(1e-6)) - 1
    assert f"{name!r} has vanished by step {lost}" in found.advice[0]


def test_what_grows_explodes():
    found, name = flow("dv/dt = v/tau : 1")
    assert found.factors[name] == pytest.approx(np.exp(1 / TAU), rel=1e-6)
    assert found.exploded(name) == 0
    assert f"{name!r} explodes: at step 0" in found.advice[0]


def test_steps_before_the_first_input_do_not_count():
    sizes = np.array([0.0, 0.0, 1.0, 1.0])
    assert not GradientFlow({"a": sizes}, begins=2).advice
    assert "vanished by step 1" in GradientFlow({"a": sizes}).advice[0]
    assert GradientFlow({"a": np.zeros(4)}).advice == []
    assert np.isnan(GradientFlow({"a": np.zeros(4)}).factors["a"])


@pytest.mark.parametrize(("sizes", "begins"), [({"a": [1.0], "b": [1.0, 2.0]}, 0), ({"a": [1]}, 1)])
def test_flows_of_other_lengths_are_refused(sizes, begins):
    arrays = {name: np.array(size, float) for name, size in sizes.items()}
    with pytest.raises(LearningError, match="one size for each step"):
        GradientFlow(arrays, begins)
