"""A user's own neuron: a value that compares, copies and pickles."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from brian2 import ms, second

from brainsnn.errors import ModelError
from brainsnn.network.neurons import Neuron

EQUATIONS = "dv/dt = -v / tau : 1\ntau : second (constant)"


def own(**changes: object) -> Neuron:
    given = {"parameters": {"tau": 20 * ms}, "initial": {"v": "0.1*i"}, "trainable": ["tau"]}
    return Neuron(EQUATIONS, "v > 1", "v = 0", **{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_equal(again: object) -> None:
    many = own(parameters={"tau": np.array([0.01, 0.02]) * second})
    for neuron in (own(), many):
        other = again(neuron)  # type: ignore[operator]
        assert other == neuron
        assert hash(other) == hash(neuron)
        assert other.trainable == ("tau",)


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": {"tau": 30 * ms}},
        {"parameters": {"tau": [10, 20] * ms}},
        {"initial": {}},
        {"trainable": []},
        {"refractory": "2*ms"},
    ],
)
def test_another_value_makes_another_neuron(changes: dict[str, object]) -> None:
    assert own(**changes) != own()


def test_what_is_no_text_or_no_parameter_is_refused() -> None:
    with pytest.raises(ModelError, match="threshold is text, got 1"):
        Neuron(EQUATIONS, 1, "v = 0")  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="no parameter 'tua'"):
        own(trainable=["tua"])
