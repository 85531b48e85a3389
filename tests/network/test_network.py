"""The network that users put together: notation, more populations and connections, values."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from brian2 import ms, mV

from brainsnn.engine import ENGINES
from brainsnn.errors import DataError, ModelError
from brainsnn.network.connectivity import OneToOne
from brainsnn.network.delays import GivenDelays, UniformDelays
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains

LEAKY = Neuron("dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact")


def network() -> Network:
    net = Network("4-5-3", LEAKY, initialiser=Uniform(0, 1))
    net.add("context", 2)
    net.add("pool", 5, LEAKY)
    net.connect("context", "pool", delay="2*ms")
    net.connect("hidden1", "pool", OneToOne(), delay=[1, 2, 3, 4, 5] * ms)
    net.connect("pool", "pool", sign="inhibitory", delay=UniformDelays(0, 3))
    return net


def test_inputs_stand_first_and_the_output_last() -> None:
    net = network()
    assert list(net.sizes) == ["input", "context", "hidden1", "pool", "output"]
    assert [p.name for p in net.inputs] == ["input", "context"]
    assert net.output.name == "output"
    assert net.chain() is None
    assert Network("4-5-3", LEAKY).chain() is not None


def test_delays_are_steps_or_times() -> None:
    delays = {c.name: c.delay for c in network().connections}
    assert delays["context_pool"] == 2
    assert delays["hidden1_pool"] == GivenDelays([1, 2, 3, 4, 5])  # type: ignore[arg-type]
    assert Network("2-2", LEAKY, dt=0.5 * ms).dt == Network("2-2", LEAKY, dt="0.5*ms").dt == 0.0005


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_are_equal_and_apart(again: object) -> None:
    net = network()
    other = again(net)  # type: ignore[operator]
    assert other == net
    assert repr(other) == repr(net)
    other.connect("output", "pool")
    assert other != net
    assert other.connections[-1].initialiser == Uniform(0, 1)


def test_an_engine_keeps_the_network_as_it_was() -> None:
    net = network()
    parts = {p.name: SpikeTrains.from_first_steps(np.arange(p.size)[None], 20) for p in net.inputs}
    with ENGINES["runtime"](net, 20) as engine:
        net.connect("output", "hidden1")
        engine.set_weights({k: np.full(shape, 0.9) for k, shape in engine.model.shapes.items()})
        found = engine.run(net.side_by_side(parts))
    assert "output_hidden1" not in engine.model.shapes
    assert set(found.population.tolist()) >= {0, 1, 2, 3}


def test_spikes_of_other_inputs_are_refused() -> None:
    with pytest.raises(DataError, match="'context': 2"):
        network().side_by_side({"input": SpikeTrains.from_first_steps(np.zeros((1, 4), int), 5)})


def test_it_shows_itself_with_names_escaped() -> None:
    net = network()
    assert "pool_pool: all-to-all, 5 x 5 = 25 synapses, inhibitory, delay 0 to 3 steps" in repr(net)
    net = Network("2-2", LEAKY, name="<b>")
    assert "<td>input_output</td><td>input → output</td>" in net._repr_html_()
    assert "<b>" not in net._repr_html_()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: Network("4-3"), "needs a neuron"),
        (lambda _: Network("4-3", LEAKY, dt="1*mV"), "dt is a time"),
        (lambda _: Network("4-3", LEAKY, dt="soon"), "dt is a time"),
        (lambda _: Network("4-3", LEAKY, dt=-1.0), "dt must be positive"),
        (lambda net: net.add("pool", 3, LEAKY), "'pool' more than once"),
        (lambda net: net.connect("pool", "nowhere"), "no population 'nowhere'"),
        (lambda net: net.connect("pool", "input"), "only gives input spikes"),
        (lambda net: net.connect("pool", "pool"), "'pool_pool' more than once"),
        (lambda net: net.connect("pool", "output", delay="1.5*ms"), "whole number of steps"),
        (lambda net: net.connect("pool", "output", delay=1.5), "a number of steps or a time"),
        (lambda net: net.connect("pool", "output", delay=2 * mV), "delay is a time"),
        (lambda net: net.connect("pool", "output", OneToOne()), "same size, got 5 and 3"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(change: object, message: str) -> None:
    net = network()
    with pytest.raises(ModelError, match=message):
        change(net)  # type: ignore[operator]
    assert net == network()
