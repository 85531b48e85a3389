"""Local rules: what they add to a network, what they do between trials, what they refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from learning.local.given_spikes import acting, network, trains, weights_after
from numpy.typing import NDArray
from pydantic import ValidationError

from brainsnn.codes import LabelledResponses, RateDecoder
from brainsnn.engine import build_engine
from brainsnn.errors import RuleError
from brainsnn.learning.local import (
    InhibitorySTDP,
    LocalRule,
    PairSTDP,
    SeveralRules,
    SumOfProducts,
    SynapticScaling,
    TrialRewardSTDP,
    VoltageSTDP,
)
from brainsnn.learning.local.weights import normalise
from brainsnn.learning.rules import RULES
from brainsnn.network.connectivity import FixedProbability
from brainsnn.network.describe import describe_text
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.targets import NoTargets
from brainsnn.streams import Streams

LOCAL = {name: rule() for name, rule in RULES.items() if issubclass(rule, LocalRule)}
leaky = Neuron(
    "dv/dt = (-70*mV - v) / (12*ms) : volt",
    "v > -50*mV",
    "v = -65*mV",
    initial={"v": "-70*mV"},
    method="exact",
    name="leaky",
)
volts = replace(acting, on_pre="v_post += w*mV", name="volts")


def plain() -> Network:
    made = Network({"input": 6, "output": 3}, leaky, synapse=volts)
    made.connect("output", "output", FixedProbability(0.5), synapse=volts, name="echo")
    return made


@pytest.mark.parametrize("name", LOCAL)
def test_every_rule_is_added_to_a_network_that_runs(name: str) -> None:
    rule = LOCAL[name]
    model = rule.augment(plain())
    assert {"input_output"} <= set(model.plastic)
    assert model.connections[1] == plain().connections[1]
    assert rule.bind(model, LabelledResponses(), 20).loss(recording([[1, 0, 0]]), None).size == 1
    with build_engine("runtime", model, 20) as engine:
        weights = {k: np.full_like(w, 0.5) for k, w in engine.weights.items()}
        engine.set_weights(weights)
        engine.run(SpikeTrains.from_first_steps(np.arange(6)[None, :], 20))
        assert all(np.isfinite(w).all() for w in engine.weights.values())
    assert rule.citation in describe_text(model) or isinstance(rule, SeveralRules | SynapticScaling)


def test_a_rule_is_a_class_of_strings() -> None:
    class Growing(LocalRule):
        citation: ClassVar[str] = "An example."
        on_pre: ClassVar[str] = "w += step"
        name: Literal["growing"] = "growing"
        step: float = 0.25

    plan = network(Growing(), (2, 1), 1e-3)
    pre = [3, 7, 8], [0, 0, 1]
    found = weights_after(plan, 20, np.zeros((2, 1)), pre, ([1], [0]), 10, engine_name="runtime")
    np.testing.assert_allclose(found["w"][:, :, 0], [[0.5, 0.25], [0.5, 0.25]])


def test_networks_that_a_rule_does_not_fit_are_refused() -> None:
    taught = PairSTDP().augment(plain())
    with pytest.raises(RuleError, match="'input_output' is plastic already"):
        PairSTDP().augment(taught)
    with pytest.raises(RuleError, match=r"no connection 'other', only"):
        PairSTDP(connections=("other",)).augment(plain())
    other = replace(acting, equations="g : 1", weight="g")
    made = Network({"input": 2, "output": 1}, leaky, synapse=other)
    with pytest.raises(RuleError, match="has a weight 'g'"):
        PairSTDP().augment(made)
    alone = Network({"input": 2, "output": 1}, leaky)
    empty = Network(populations=alone.populations)
    with pytest.raises(RuleError, match="no connection leads from an input"):
        PairSTDP().augment(empty)
    with pytest.raises(ValidationError, match=r"a time is text such as"):
        PairSTDP(tau_plus="20*mV")
    with pytest.raises(ValidationError, match="above 0"):
        PairSTDP(tau_plus="0*ms")
    with pytest.raises(ValidationError, match="a rate is text"):
        InhibitorySTDP(target_rate="5")
    assert InhibitorySTDP(target_rate="0*Hz").target_rate == "0*Hz"
    with pytest.raises(ValidationError, match="0 or more"):
        InhibitorySTDP(target_rate="-1*Hz")
    with pytest.raises(ValidationError, match="above 0"):
        SynapticScaling(target_rate="0*Hz")
    with pytest.raises(ValidationError, match="finite"):
        PairSTDP(tau_plus="1e400*ms")


def test_weights_beyond_the_bounds_have_no_power_that_is_no_number() -> None:
    """They count as the bound itself: potentiation from below, depression from above."""
    rule = PairSTDP(dependence="power", A_plus=0.5, A_minus=0.5, mu=0.5)
    plan, first = network(rule, (2, 1), 1e-3), np.array([[-3.0], [4.0]])
    given = [3, 3, 7, 7], [0, 1, 0, 1]
    found = weights_after(plan, 20, first, given, ([4], [0]), 10, engine_name="runtime")
    assert ((found["w"][-1] >= 0) & (found["w"][-1] <= 1)).all()


def test_first_weights_out_of_bounds_stay_until_an_event_of_their_synapse() -> None:
    plan = network(PairSTDP(A_plus=0, A_minus=0), (3, 1), 1e-3)
    given, nothing = ([3, 12], [0, 1]), ([], [])
    first = np.array([[2.0], [-1.0], [2.0]])
    found = weights_after(plan, 20, first, given, nothing, 10, engine_name="runtime")
    np.testing.assert_array_equal(found["w"][:, :, 0], [[1, -1, 2], [1, 0, 2]])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"terms": {"v": ()}}, "must have an entry for 'w'"),
        ({"terms": {"w": ((1, ("x0", "z")),)}}, "factor 'z' is none of"),
        ({"terms": {"w": (), "x0": ()}}, "'x0' cannot be a variable"),
        ({"traces": {"z1": "1*ms"}}, "a trace is called"),
    ],
)
def test_tables_that_say_nothing_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SumOfProducts(**settings)


def recording(counts: list[list[int]]) -> Recording:
    """Trials of the plain network with so many spikes of each output neuron."""
    parts = [trains(3, 20, np.concatenate([np.arange(k) for k in row]),
                    np.repeat(np.arange(3), row)) for row in counts]  # fmt: skip
    both = SpikeTrains.concatenate(parts)
    n = both.step.size
    return Recording(
        {"input": 6, "output": 3}, 20, 1e-3, both.offsets, np.ones(n, np.int32), both.neuron,
        both.step, np.zeros(n), {"output": np.zeros((len(counts), 3))},
    )  # fmt: skip


def test_weights_onto_each_neuron_are_scaled_to_a_sum() -> None:
    weights = np.array([[1.0, 0.0, 2.0], [3.0, 0.0, 0.5]])
    normalise(weights, 2.0)
    np.testing.assert_allclose(weights, [[0.5, 0, 1.6], [1.5, 0, 0.4]])
    listed = np.array([[1.0, 2.0, 3.0]])
    normalise(listed, 6.0, np.array([0, 1, 0]))
    np.testing.assert_allclose(listed, [[1.5, 6.0, 4.5]])


def test_scaling_moves_rates_to_their_target() -> None:
    rule = SynapticScaling(target_rate="100*Hz", strength=0.5)  # 2 spikes in 20 ms
    model = rule.augment(plain())
    weights = {"input_output": np.ones((6, 3))}
    rule.bind(model, None, 20, NoTargets).after_trial(weights, recording([[0, 2, 8]]), None)
    np.testing.assert_allclose(weights["input_output"][0], [1.5, 1.0, 0.0])


def test_a_reward_at_the_end_turns_eligibility_into_weights() -> None:
    rule = TrialRewardSTDP(reward=2.0, punishment=0.5)
    model = rule.augment(plain())
    assert model.plastic == ("input_output", "input_output.eligibility")
    bound = rule.bind(model, RateDecoder(), 20)
    counts = {"right": [1, 4, 0], "wrong": [4, 1, 0], "tie": [3, 3, 0]}
    for outcome, change in {"right": 0.2, "wrong": -0.05, "tie": 0.0}.items():
        weights = {
            "input_output": np.full((6, 3), 0.5),
            "input_output.eligibility": np.full((6, 3), 0.1),
        }
        bound.after_trial(weights, recording([counts[outcome]]), np.array([1]))
        np.testing.assert_allclose(weights["input_output"], 0.5 + change)
        assert not weights["input_output.eligibility"].any()
    weights["input_output.eligibility"][:] = 0.1
    bound.after_trial(weights, recording([counts["right"]]), np.array([1]), 0.25)
    np.testing.assert_allclose(weights["input_output"], 0.5 + 0.25 * 0.2)


def test_several_rules_act_on_their_own_connections() -> None:
    rule = SeveralRules(
        rules=(
            PairSTDP(connections=("input_output",)),
            InhibitorySTDP(connections=("echo",)),
            SynapticScaling(connections=("input_output",), target_rate="100*Hz", normalise=3.0),
        )
    )
    model = rule.augment(plain())
    assert model.plastic == ("input_output", "echo")
    bound = rule.bind(model, None, 20, NoTargets)
    weights = model.draw_weights(Streams(1))
    bound.after_trial(weights, recording([[1, 1, 1]]), None)
    np.testing.assert_allclose(weights["input_output"].sum(axis=0), 3.0)
    assert SeveralRules.model_validate(rule.model_dump()) == rule


def spikes(seed: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    step, neuron = np.nonzero(np.random.default_rng(seed).random((300, n)) < 0.05)
    return step[step > 0], neuron[step > 0]


def test_inhibitory_plasticity_step_by_step() -> None:
    rule = InhibitorySTDP(eta=0.02, target_rate="20*Hz", tau="15*ms")
    pre, post = spikes(1, 4), spikes(2, 2)
    plan = network(rule, (4, 2), 1e-3)
    found = weights_after(plan, 300, np.full((4, 2), 0.5), pre, post, 100, engine_name="runtime")
    w, x, y, samples = np.full((4, 2), 0.5), np.zeros(4), np.zeros(2), []
    for step in range(300):
        x, y = x * np.exp(-1 / 15), y * np.exp(-1 / 15)
        for i in pre[1][pre[0] == step]:
            w[i] = np.clip(w[i] + 0.02 * (y - 2 * 20 * 0.015), 0, 1)
            x[i] += 1
        for j in post[1][post[0] == step]:
            w[:, j] = np.clip(w[:, j] + 0.02 * x, 0, 1)
            y[j] += 1
        if step % 100 == 99:
            samples.append(w.copy())
    np.testing.assert_allclose(found["w"], samples, rtol=0, atol=1e-12)


def test_voltage_based_plasticity_step_by_step() -> None:
    rule = VoltageSTDP(A_LTD=2e-3, A_LTP=5e-4, theta_minus="-69*mV", theta_plus="-60*mV")
    model = rule.augment(Network({"input": 5, "output": 2}, leaky, synapse=volts))
    step, neuron = spikes(3, 5)
    inputs = trains(5, 300, step, neuron)
    w0 = np.random.default_rng(4).uniform(1, 3, (5, 2))
    with build_engine("runtime", model, 300) as engine:
        engine.set_weights({"input_output": w0})
        engine.run(inputs)
        found = engine.weights["input_output"].copy()
    w, x = w0.copy(), np.zeros(5)
    v, low, high = (np.full(2, -70.0) for _ in range(3))
    for now in range(300):
        for i in neuron[step == now - 1]:
            v += w[i]
            w[i] = np.clip(w[i] - 2e-3 * np.maximum(low + 69, 0), 0, 3)
            x[i] += 1
        grown = np.outer(x, np.maximum(v + 60, 0) * np.maximum(high + 69, 0))
        w = np.clip(w + 5e-4 * grown, 0, 3)
        x *= np.exp(-1 / 15)
        gap, fall = v + 70, np.exp(-1 / 12)
        low, high = (
            -70 + (u + 70) * np.exp(-1 / tau) + gap * (fall - np.exp(-1 / tau)) / (1 - tau / 12)
            for u, tau in ((low, 10), (high, 7))
        )
        v = -70 + gap * fall
        v[v > -50] = -65
    assert (np.abs(found - w0) > 0.01).any()
    np.testing.assert_allclose(found, w, rtol=0, atol=1e-9)
