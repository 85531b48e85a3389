"""What engines cannot do is found in a model, and the page lists it."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.scenarios import SCENARIOS, leaky

from brainsnn.engine import ENGINES
from brainsnn.engine.capabilities import LIMITS, refuse
from brainsnn.engine.limits_table import insert_table
from brainsnn.errors import EngineError
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"


def network(on_pre: str, equations: str = "w : 1", neuron: Neuron = leaky) -> Model:
    populations = (Population("input", 2), Population("out", 2, neuron), Population("up", 1, leaky))
    synapse = SynapseModel("s", equations, on_pre)
    connections = (Connection("first", "input", "out"), Connection("second", "out", "up", synapse))
    return Model("limits", populations, connections)


ALLOWED = [
    network(""),
    network("w += 0.1\nv_post += clip(w, 0, 1)"),
    network("v_post += w*exp(-t/second)"),
    network("u += 1; v += u", "w : 1\ndu/dt = -u/second : 1 (event-driven)"),
]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (network("v_post -= w"), r"'second', on_pre 'v_post -= w': .*only \+= is possible"),
        (network("v = w"), "on_pre 'v = w'"),
        (network("w *= 0.9\nv_post *= w  # decay"), r"on_pre 'v_post \*= w'"),
        (network("v_post += w; v_post += 2*w"), "'v_post [+]= 2[*]w': .*one sum a connection"),
        (network("v_post += w*v_pre"), "'v_post [+]= w[*]v_pre': .*hand them to GeNN"),
        (network("v_post += w*(i % 2)"), "hand them to GeNN"),
        (network("v_post += w*(1 - v_post)"), "another of the same step"),
        (network("v_post += w", "w : 1\ndu/dt = -u/second : 1 (clock-driven)"), "'second', du/dt"),
        (network("", "w : 1\nv_post = w : 1 (summed)"), "'second', v_post: .*loses"),
        (network("v_post += u", "w : 1\nu = 2*w : 1"), "does not expand subexpressions"),
        (network("v_post += poisson(w)"), "rand[(][)] and randn[(][)] are there"),
        (
            network("v_post += w", neuron=Neuron("v : 1", "poisson(v) > 3", "v = 0", name="p")),
            "Population 'out': ",
        ),
    ],
)
def test_limits_of_genn_are_found(model: Model, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        refuse("genn", model)
    refuse("resident", model)


def test_what_all_engines_run_is_not_refused() -> None:
    models = [scenario.model for scenario in SCENARIOS]
    for model in [*models, *ALLOWED]:
        for engine in ENGINES:
            refuse(engine, model)


@pytest.mark.parametrize("engine", ["resident", "standalone"])
@pytest.mark.parametrize(
    ("synapse", "message"),
    [
        (SynapseModel("s", "w : 1\nu : 1", "u += 1; v += w"), "variable 'u': .*share a weight"),
        (SynapseModel("s", "w : 1", "v += w; w *= 0.9"), r"on_pre 'w \*= 0.9': .*share a weight"),
    ],
)
def test_synapses_that_share_weights_have_no_state(engine, synapse, message) -> None:
    model = Network("3x3-2c2-1", leaky, synapse=synapse, initialiser=Uniform(), name="cnn")
    with pytest.raises(EngineError, match=message):
        refuse(engine, model)
    allowed = SynapseModel("s", "w : 1\nu = 2*w : 1\ng : 1 (shared)", "v += u*i*N_incoming")
    refuse(engine, Network("3x3-2c2-1", leaky, synapse=allowed, initialiser=Uniform(), name="cnn"))


def test_mistakes_are_left_to_those_who_explain_them() -> None:
    refuse("genn", network("v_post +="))
    refuse("genn", network("v_post += w", "w :"))


def test_limits_name_engines_that_exist() -> None:
    for limit in LIMITS:
        assert limit.reasons
        assert set(limit.reasons) <= set(ENGINES), limit.case


def test_the_page_holds_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert insert_table(text) == text, "python -m brainsnn.engine.limits_table docs/engines.md"
