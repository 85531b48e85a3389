"""A rule refuses, before anything is built, what it was not derived for: every rule, every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from derived_for import network_for

from brainsnn.codes import DECODERS, Decoder, FirstSpikeDecoder, RateDecoder
from brainsnn.errors import RuleError
from brainsnn.learning.base import BoundRule
from brainsnn.learning.rule import LayeredRule
from brainsnn.learning.rules import RULES, S4NN, Antlr, Count, Decision, Race
from brainsnn.network.connectivity import Convolution, OneToOne
from brainsnn.network.delays import UniformDelays
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron, current_based
from brainsnn.network.synapses import SynapseModel
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

N_STEPS = 12
LAYERED = {name: rule() for name, rule in RULES.items() if issubclass(rule, LayeredRule)}


def bind(rule: LayeredRule, network: Model, n_steps: int = N_STEPS) -> BoundRule:
    return rule.bind(network, DECODERS[rule.codes[0]](), n_steps)


def output_neuron(network: Model) -> Neuron:
    neuron = network.output.neuron
    assert neuron is not None
    return neuron


def with_output(network: Model, **changes: Any) -> Model:
    """The network with another neuron in its output population."""
    *others, last = network.populations
    last = replace(last, neuron=replace(output_neuron(network), **changes))
    return replace(network, populations=(*others, last))


def with_last(network: Model, **changes: Any) -> Model:
    """The network with another last connection."""
    *others, last = network.connections
    return replace(network, connections=(*others, replace(last, **changes)))


def with_more(name: str, source: str, target: str) -> Callable[[Model], Model]:
    """What gives a network one more connection."""

    def change(network: Model) -> Model:
        more = Connection(name, source, target, network.connections[0].synapse)
        return replace(network, connections=(*network.connections, more))

    return change


def adaptive(network: Model) -> Model:
    neuron = output_neuron(network)
    equations, reset = f"{neuron.equations}\na : 1  # adaptation\n", f"{neuron.reset}; a += 1"
    return with_output(network, equations=equations, reset=reset, name="adaptive")


def two_inputs(network: Model) -> Model:
    first, *others = network.populations
    both = replace(network, populations=(first, Population("more", 2), *others))
    return with_more("more_hidden", "more", "hidden")(both)


def reset_twice(network: Model) -> Model:
    return with_output(network, reset="; ".join([output_neuron(network).reset] * 2))


def one_to_one(network: Model) -> Model:
    *others, last = network.populations
    wider = replace(network, populations=(*others, replace(last, size=5)))
    return with_last(wider, connectivity=OneToOne())


def convolved(network: Model) -> Model:
    image = Convolution(2, 2, 1, kernel=1, filters=1)
    first, hidden, output = network.populations
    populations = (first, replace(hidden, size=4), output)
    one, two = network.connections
    connections = (replace(one, connectivity=image), two)
    return replace(network, populations=populations, connections=connections)


#: What is planted in a network, and what is said of it.
PLANTED: dict[str, tuple[Callable[[Model], Model], str]] = {
    "adaptive neuron": (adaptive, r"Population 'output'.*not for 'adaptive'.*'a : 1'"),
    "other reset": (
        lambda n: with_output(n, reset="v = -1"),
        r"Population 'output'.*its reset is 'v = -1'",
    ),
    "reset twice": (reset_twice, r"Population 'output'.*its reset is"),
    "other threshold": (
        lambda n: with_output(n, threshold="v > 2*theta"),
        r"Population 'output'.*its threshold is 'v > 2\*theta'",
    ),
    "refractory": (lambda n: with_output(n, refractory="t < 2*ms"), r"'output'.*refractory"),
    "begins elsewhere": (lambda n: with_output(n, initial={"v": 0.3}), r"'output'.*begins with"),
    "trained threshold": (
        lambda n: with_output(n, trainable=("theta",)),
        r"Population 'output': theta is to be trained, but .* no gradient",
    ),
    "delay": (lambda n: with_last(n, delay=1), r"Connection 'hidden_output'.*delay \(1\)"),
    "delays": (
        lambda n: with_last(n, delay=UniformDelays(0, 3)),
        r"Connection 'hidden_output'.*has a delay",
    ),
    "other synapse": (
        lambda n: with_last(n, synapse=SynapseModel("halved", on_pre="v_post += w / 2")),
        r"Connection 'hidden_output'.*its on_pre is 'v_post \+= w / 2'",
    ),
    "self-connection": (
        with_more("again", "hidden", "hidden"),
        r"chains of layers.*'again' leads from 'hidden' to itself",
    ),
    "feedback": (with_more("back", "output", "hidden"), r"'back' leads from 'output' back"),
    "shortcut": (with_more("past", "input", "output"), r"more than one connection.*'output'.*past"),
    "two inputs": (two_inputs, r"number of inputs is 2 \(input, more\)"),
    "cut": (lambda n: replace(n, connections=n.connections[:1]), r"do not lead through all"),
    "turned round": (
        lambda n: replace(n, connections=n.connections[::-1]),
        r"listed from the input to the output: input_hidden, hidden_output",
    ),
    "one-to-one": (one_to_one, r"Connection 'hidden_output'.*it is one_to_one, not all_to_all"),
}


@pytest.mark.parametrize("name", LAYERED)
@pytest.mark.parametrize("planted", PLANTED)
def test_what_a_rule_was_not_derived_for_is_refused(name: str, planted: str) -> None:
    rule, (change, message) = LAYERED[name], PLANTED[planted]
    network = network_for(rule)
    bind(rule, network)
    with pytest.raises(RuleError, match=f"[Tt]he rule '{name}'") as caught:
        bind(rule, change(network))
    assert caught.match(message)


@pytest.mark.parametrize("name", LAYERED)
def test_rules_that_know_no_convolution_refuse_it(name: str) -> None:
    network = convolved(network_for(LAYERED[name]))
    if name == "count":
        assert bind(LAYERED[name], network)
        return
    with pytest.raises(RuleError, match=r"Connection 'input_hidden'.*convolution, not all_to_all"):
        bind(LAYERED[name], network)


@pytest.mark.parametrize("name", LAYERED)
@pytest.mark.parametrize("decoder", [FirstSpikeDecoder(), RateDecoder()])
def test_decoders_that_read_something_else_are_refused(name: str, decoder: Decoder) -> None:
    rule, kind = LAYERED[name], type(decoder).__name__
    if any(isinstance(decoder, DECODERS[code]) for code in rule.codes):
        assert rule.bind(network_for(rule), decoder, N_STEPS)
        return
    with pytest.raises(RuleError, match=f"'{name}' does not go with {kind}"):
        rule.bind(network_for(rule), decoder, N_STEPS)


@pytest.mark.parametrize("name", LAYERED)
def test_how_a_neuron_is_written_does_not_matter(name: str) -> None:
    rule = LAYERED[name]
    network = network_for(rule)
    neuron = output_neuron(network)
    changes = {
        "name": "mine",
        "equations": neuron.equations.replace("(shared, constant)", "(constant)  # its own"),
        "threshold": neuron.threshold.replace(" ", "  "),
        "initial": {**neuron.initial, "unused": 0},
    }
    assert bind(rule, with_output(network, **changes)) == bind(rule, network)


def test_numbers_and_other_names_stand_for_parameters() -> None:
    network = network_for(Decision())
    text = {"equations": "v : 1\nfired : boolean", "parameters": {}, "name": "mine"}
    hidden = replace(output_neuron(network), threshold="v > 6.5 and not fired", **text)
    named = {"equations": "fired : boolean\nup : 1 (constant)\nv : 1", "parameters": {"up": 3.0}}
    mine = with_output(network, threshold="v > up and not fired", **named)
    first, middle, last = mine.populations
    mine = replace(mine, populations=(first, replace(middle, neuron=hidden), last))
    assert bind(Decision(), mine).threshold == 6.5  # type: ignore[attr-defined]
    twice = with_output(network, threshold="v > v and not fired")
    with pytest.raises(RuleError, match="its threshold is 'v > v and not fired'"):
        bind(Decision(), twice)


def test_a_bias_that_is_not_trained_is_taken_for_0() -> None:
    network = network_for(Antlr())
    given = {**output_neuron(network).parameters, "onset": 0.0}
    fixed = {"trainable": (), "reset": "v = 0; current = 0"}
    assert bind(Antlr(), with_output(network, parameters=given, **fixed))
    with pytest.raises(RuleError, match=r"'output'.* bias that is not trained to be 0"):
        bind(Antlr(), with_output(network, parameters={**given, "bias": 0.1}, **fixed))


@pytest.mark.parametrize(
    ("rule", "parameters", "n_steps", "message"),
    [
        (Race(handicaps=(0.1,)), {}, N_STEPS, "1 handicaps for the 3 classes of 'output'"),
        (Antlr(), {}, 2, "trials longer than the 2 connections"),
        (Antlr(loss="count", target_spikes=11), {}, N_STEPS, "for 11 spikes.*at most 10"),
        (Antlr(), {"onset": 0.0}, N_STEPS, "'hidden': .* bias to set in at step 1.*onset is 0"),
        (Count(), {"duration": 1e9}, 1, "they have: 'hidden' 0"),
        (Count(), {"theta": [1.0, 2.0]}, N_STEPS, "one theta for all neurons; there are 2"),
        (S4NN(), {}, 0, "needs trials of 1 step or more: 0"),
    ],
)
def test_what_a_rule_alone_refuses(
    rule: LayeredRule, parameters: dict[str, Any], n_steps: int, message: str
) -> None:
    with pytest.raises(RuleError, match=message):
        bind(rule, network_for(rule, **parameters), n_steps)


def test_populations_that_a_rule_takes_as_one_must_be_alike() -> None:
    network = network_for(Count())
    given = output_neuron(network).parameters
    with pytest.raises(RuleError, match="'hidden' has 1 and 'output' 2"):
        bind(Count(), with_output(network, parameters={**given, "theta": 2.0}))
    with pytest.raises(RuleError, match="'hidden' 10, 'output' 3"):
        bind(Count(), with_output(network, parameters={**given, "duration": 3.0}))
    once = network_for(Antlr(), 1)
    assert bind(Antlr(), once).once  # type: ignore[attr-defined]
    free = network_for(Antlr()).output
    mixed = replace(once, populations=(*once.populations[:-1], free))
    with pytest.raises(RuleError, match=r"same neuron in all.*current_based, current_based_once"):
        bind(Antlr(), mixed)


@pytest.mark.parametrize("rule", [Race(), Decision(reads="peak")])
def test_rules_of_one_hidden_layer_refuse_two(rule: LayeredRule) -> None:
    network = network_for(rule)
    first, hidden, output = network.populations
    connections = (
        network.connections[0],
        Connection("hidden_second", "hidden", "second"),
        Connection("second_output", "second", "output"),
    )
    deep = Model("deep", (first, hidden, replace(hidden, name="second"), output), connections)
    with pytest.raises(RuleError, match="one hidden layer, not 2"):
        bind(rule, deep)
    assert bind(S4NN(), deep)


def test_thresholds_of_hidden_neurons_alone_count_where_the_window_lies() -> None:
    network = with_output(network_for(Decision(), theta=7.0), parameters={"theta": 9.0})
    assert bind(Decision(), network).threshold == 7.0  # type: ignore[attr-defined]


def test_first_weights_of_one_sign_are_drawn_anew_with_it() -> None:
    network = network_for(S4NN())
    signed = tuple(replace(c, sign="inhibitory") for c in network.connections)
    rule = bind(S4NN(redraw_below=1), replace(network, connections=signed))
    weights = {"input_hidden": np.ones((4, 5)), "hidden_output": np.ones((5, 3))}
    fired = {"input": np.ones(4), "hidden": np.zeros(5), "output": np.ones(3)}
    assert rule.end_epoch(weights, fired, np.random.default_rng(1)) == 5
    assert (weights["input_hidden"] <= 0).all()


def test_what_differs_in_a_neuron_is_said() -> None:
    network = network_for(S4NN())
    first, hidden, output = network.populations
    foreign = replace(network, populations=(first, hidden, replace(output, neuron=current_based)))
    with pytest.raises(RuleError, match="neuron integrate_and_fire_once, not for 'current_based'"):
        bind(S4NN(), foreign)
    with pytest.raises(RuleError, match="it lacks 'fired : boolean'"):
        bind(S4NN(), with_output(network, equations="v : 1"))


def test_a_trainer_binds_a_rule_to_the_network_of_its_engine() -> None:
    network = with_more("again", "hidden", "hidden")(network_for(S4NN()))
    engine: Any = SimpleNamespace(model=network, n_steps=N_STEPS, populations=network.sizes)
    with pytest.raises(RuleError, match="'again' leads"):
        Trainer(engine, S4NN(), FirstSpikeDecoder(), TrainingConfig(), 0.1, Streams(1))
