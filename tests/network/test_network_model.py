"""Descriptions of networks: what is accepted, what is refused, what Brian2 makes of them."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from registries import SYNAPSES

from brainsnn.errors import ModelError
from brainsnn.network.build import build
from brainsnn.network.describe import describe_markdown, describe_text
from brainsnn.network.model import SCHEDULE, Connection, Model, Population
from brainsnn.network.network import Network
from brainsnn.network.neurons import NEURONS, Neuron, integrate_and_fire_once
from brainsnn.network.synapses import Normal, Uniform
from brainsnn.streams import Streams

ONCE = integrate_and_fire_once


def chain() -> Model:
    sizes = {"input": 4, "hidden": 3, "output": 2}
    return Network(sizes, ONCE, initialiser=[Uniform(0, 5), Normal(1, 2)], name="chain")


def test_feedforward_names_connections_after_their_ends() -> None:
    model = chain()
    assert model.shapes == {"input_hidden": (4, 3), "hidden_output": (3, 2)}
    assert model.sizes == {"input": 4, "hidden": 3, "output": 2}
    assert [p.name for p in model.inputs] == ["input"]


def test_a_neuron_for_each_population() -> None:
    neurons = [ONCE, ONCE.with_parameters(theta=3.0)]
    model = Network(
        {"input": 4, "hidden": 3, "output": 2}, neurons, initialiser=[Uniform()] * 2, name="two"
    )
    assert [p.neuron for p in model.populations] == [None, *neurons]
    with pytest.raises(ModelError, match="2 neurons are needed"):
        Network(
            {"input": 4, "hidden": 3, "output": 2}, [ONCE], initialiser=[Uniform()] * 2, name="two"
        )


def test_weights_are_drawn_from_their_stream() -> None:
    one, again, other = (chain().draw_weights(Streams(seed)) for seed in (1, 1, 2))
    for name, shape in chain().shapes.items():
        assert one[name].shape == shape
        np.testing.assert_array_equal(one[name], again[name])
        assert (one[name] != other[name]).any()
    assert one["input_hidden"].min() >= 0
    assert one["input_hidden"].max() <= 5


def test_build_names_every_brian2_object() -> None:
    built = build(chain())
    names = {obj.name for obj in built.network.objects}
    assert {"input", "hidden", "output", "input_hidden", "hidden_output"} <= names
    assert built.network.schedule == SCHEDULE
    assert built.clock.dt == 1 * brian2.ms
    assert len(built.synapses["input_hidden"]) == 12


@pytest.mark.parametrize("name", list(NEURONS))
def test_every_registered_neuron_builds(name: str) -> None:
    model = Network({"input": 2, "output": 2}, NEURONS[name], initialiser=[Uniform()], name="one")
    group = build(model).groups["output"]
    assert NEURONS[name].potential in group.variables
    assert NEURONS[name].summary
    assert NEURONS[name].citation


@pytest.mark.parametrize("name", list(SYNAPSES))
def test_every_synapse_builds(name: str) -> None:
    sizes = {"input": 2, "output": 2}
    model = Network(sizes, ONCE, synapse=SYNAPSES[name], initialiser=[Uniform()], name="one")
    assert SYNAPSES[name].weight in build(model).synapses["input_output"].variables


@pytest.mark.parametrize("describe", [describe_text, describe_markdown])
def test_descriptions_hold_everything(describe: object) -> None:
    text = describe(chain())  # type: ignore[operator]
    for part in ("v > theta and not fired", "fired = True", "v_post += w", "theta = 100", "4 x 3"):
        assert part in text


def population(name: str = "hidden", size: int = 3) -> Population:
    return Population(name, size, ONCE)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Population("2nd", 3, ONCE), "letters, digits"),
        (lambda: population(size=0), "size of population .hidden. must be a whole number"),
        (lambda: Connection("c", "a", "b", delay=-1), "delay must be a whole number"),
        (lambda: Model("m", (population(), population()), ()), "'hidden' more than once"),
        (lambda: Model("m", (population(),), (), dt=0.0), "dt must be positive"),
        (
            lambda: Model("m", (population(),), (Connection("c", "hidden", "out"),)),
            r"no population 'out'. Known: \['hidden'\]",
        ),
        (
            lambda: Model(
                "m", (Population("input", 2), population()), (Connection("c", "hidden", "input"),)
            ),
            "only gives input spikes",
        ),
        (
            lambda: Network({"a": 1, "b": 1}, ONCE, initialiser=[], name="m"),
            "1 initialisers are needed",
        ),
        (lambda: ONCE.with_parameters(teta=3.0), "no parameter 'teta'. Did you mean 'theta'"),
        (lambda: Uniform(2, 1), "low <= high"),
        (lambda: Normal(0, -1), "sd >= 0"),
    ],
)
def test_mistakes_are_refused(make: object, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        make()  # type: ignore[operator]


def test_brian2s_objection_reaches_the_user() -> None:
    wrong = Neuron("v : 1", "v > 1", "v = 0", {"missing": 1.0}, name="wrong")
    model = Network({"input": 1, "output": 1}, wrong, initialiser=[Uniform()], name="m")
    with pytest.raises(ModelError, match=r"Population 'output' \(neuron 'wrong'\)"):
        build(model)


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        ("dv/dt = : 1", "Neuron 'wrong': Parsing failed"),
        ("i : 1\nv : 1", "'i' has a special meaning"),
    ],
)
def test_equations_that_cannot_be_read_are_refused_at_once(equations: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Neuron(equations, "v > 1", "v = 0", name="wrong")


def joined(*ends: tuple[str, str], inputs: tuple[str, ...] = ("input",)) -> Model:
    """Network of one neuron a population, with these connections."""
    names = dict.fromkeys([*inputs, *(name for pair in ends for name in pair if name != "output")])
    populations = [Population(n, 1, None if n in inputs else ONCE) for n in [*names, "output"]]
    connections = [Connection(f"{pre}_{post}", pre, post) for pre, post in ends]
    return Model("net", tuple(populations), tuple(connections))


def test_a_chain_is_found_in_the_order_of_its_way() -> None:
    model = joined(("hidden", "output"), ("input", "hidden"))
    found = model.chain()
    assert found is not None
    assert [c.name for c in found] == ["input_hidden", "hidden_output"]
    assert model.output.name == "output"


@pytest.mark.parametrize(
    "ends",
    [
        (("input", "hidden"), ("hidden", "hidden"), ("hidden", "output")),
        (("input", "hidden"), ("hidden", "output"), ("output", "hidden")),
        (("input", "hidden"), ("hidden", "output"), ("input", "output")),
        (("input", "a"), ("input", "b"), ("a", "output"), ("b", "output")),
        (("input", "output"), ("output", "hidden")),
        (("input", "output"), ("other", "output")),
        (("input", "hidden"),),
    ],
)
def test_what_is_more_than_a_chain_is_none(ends: tuple[tuple[str, str], ...]) -> None:
    assert joined(*ends).chain() is None


def test_two_inputs_are_no_chain() -> None:
    model = joined(("input", "output"), ("other", "output"), inputs=("input", "other"))
    assert model.chain() is None


@pytest.mark.parametrize(
    ("part", "wrong"),
    [("neuron", "lif"), ("neuron", pytest), ("size", "4"), ("size", 2.5), ("size", 0), ("name", 3)],
)
def test_populations_of_something_else_are_refused(part, wrong):
    given = {"name": "p", "size": 3} | {part: wrong}
    with pytest.raises(ModelError):
        Population(**given)


@pytest.mark.parametrize(
    "part", ["name", "source", "target", "synapse", "connectivity", "constraint"]
)
def test_connections_of_something_else_are_refused(part):
    given = {"name": "c", "source": "a", "target": "b"} | {part: 7}
    with pytest.raises(ModelError, match=part):
        Connection(**given)
