"""Rules of the atlas, each with the code that it learns by and a network of 100 hidden neurons.

Closed forms have the neurons and first weights that `brainsnn.classifier` gives them. Derived rules
share one network, leaky neurons with synaptic currents, whose outputs do not spike where their
potential is read; what has to be kept in mind has a recurrent network of leaky and adaptive ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from brainsnn.classifier.families import built, family_of
from brainsnn.learning.glm import GLM
from brainsnn.learning.glm.network import glm_model
from brainsnn.learning.rule import Rule
from brainsnn.learning.rules import S4NN, Antlr, Count, Decision, MaximumLikelihood, Race
from brainsnn.network.model import Model
from brainsnn.protocols.atlas.tasks import Task
from brainsnn.protocols.eventprop.network import LatencyNetwork
from brainsnn.protocols.recurrent.network import NEVER, MemoryNetwork
from brainsnn.training import BPTT, EProp, EventProp

HIDDEN, FUNCTIONS = 100, 8
"""Neurons of the hidden layer, and basis functions of a GLM, which has none."""


@dataclass(frozen=True)
class Method:
    """A rule with a code.

    Parameters
    ----------
    rule : Rule
    code : {"rate", "first_spike", "potential"}
        By which it learns and is tested.
    title : str
        The rule's name in figures.
    goes_with : callable
        Whether it makes sense for a task.
    family : bool, default True
        Whether the network is that of the rule's own neurons.
    """

    rule: Rule
    code: str
    title: str
    goes_with: Callable[[Task], bool]
    family: bool = True

    def learning_rate(self) -> float:
        """Return the rule's usual one."""
        rate = family_of(self.rule).learning_rate if self.family else None
        return self.rule.learning_rate if rate is None else rate

    def length(self, n_steps: int) -> int:
        """Steps of a trial: with lags, spikes take one for each of the two connections."""
        return n_steps + (2 if self.family and family_of(self.rule).lags else 0)

    def model(self, task: Task, n_steps: int, active: float) -> Model:
        """Return the network for trials with so many input spikes."""
        n_inputs, n_outputs = task.sizes
        if isinstance(self.rule, MaximumLikelihood):
            functions = GLM.build(n_inputs, n_outputs, n_steps, functions=FUNCTIONS)
            return glm_model(functions, "two-layers")
        if self.family:
            notation = f"{n_inputs}-{HIDDEN}-{n_outputs}"
            return built(notation, self.rule, None, n_steps, active)
        spikes = self.code != "potential"
        if task.kind == "memory":
            return _recurrent(n_inputs, n_outputs, spikes)
        return _layered(n_inputs, n_outputs, active, spikes)


def _layered(n_inputs: int, n_outputs: int, active: float, spikes: bool) -> Model:
    """Network whose first weights let nearly every neuron reach its threshold."""
    network = LatencyNetwork(
        hidden=HIDDEN,
        step=1.0,
        input_mean=7.5 / active,
        input_sd=1.75 / active**0.5,
        hidden_mean=0.9 if spikes else 0.0,
        hidden_sd=0.3,
        fires=spikes,
    )
    return network.model("layered", n_inputs, n_outputs)


def _recurrent(n_inputs: int, n_outputs: int, spikes: bool) -> Model:
    """Network of as many leaky as adaptive neurons; outputs as `MemoryNetwork` has, or spiking."""
    half = HIDDEN // 2
    network = MemoryNetwork(n_regular=half, n_adaptive=half)
    return network.model("recurrent", n_inputs, n_outputs, threshold=1.0 if spikes else NEVER)


def _at_once(task: Task) -> bool:
    """Whether a chain of layers can solve it."""
    return task.kind != "memory"


def _once(task: Task) -> bool:
    """Whether, besides, inputs spike once at the most."""
    return _at_once(task) and task.inputs == "latencies"


def _always(task: Task) -> bool:  # noqa: ARG001
    return True


def _bptt(loss: Any) -> BPTT:
    return BPTT(learning_rate=0.005, loss=loss, precision="float32")


METHODS: Mapping[str, Method] = {
    "count": Method(Count(temperature=0.1), "rate", "count", _at_once),
    "antlr-rate": Method(Antlr(loss="count", target_spikes=5), "rate", "ANTLR", _at_once),
    "glm-rate": Method(MaximumLikelihood(likelihood="rate"), "rate", "GLM", _at_once),
    "bptt-rate": Method(_bptt("counts"), "rate", "BPTT", _always, family=False),
    "s4nn": Method(S4NN(), "first_spike", "S4NN", _once),
    "decision": Method(Decision(), "first_spike", "decision", _once),
    "race": Method(Race(), "first_spike", "race", _once),
    "antlr": Method(Antlr(), "first_spike", "ANTLR", _at_once),
    "glm": Method(MaximumLikelihood(), "first_spike", "GLM", _at_once),
    "bptt-first": Method(_bptt("first_spike"), "first_spike", "BPTT", _always, family=False),
    "eventprop": Method(EventProp(), "first_spike", "EventProp", _once, family=False),
    "bptt-potential": Method(
        _bptt("largest_potential"), "potential", "BPTT", _always, family=False
    ),
    "eprop": Method(
        EProp(learning_rate=0.005), "potential", "e-prop", lambda t: t.kind == "memory", False
    ),
}
"""Methods by name."""
