"""The examples of docs/adding.md, taken from the page: registered, built, run, trained an epoch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from engines import usable_engines
from registries import REGISTRIES

import brainsnn as bs
from brainsnn.engine import build_engine
from brainsnn.experiment import resume, start
from brainsnn.network.neurons import integrate_and_fire_once

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
SECTIONS = {m[1]: m[2] for m in re.finditer(r"^## (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.S | re.M)}
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)

ENGINES = usable_engines()
N_FEATURES, SIDE = 16, 4


@pytest.fixture(scope="module")
def added() -> Iterator[SimpleNamespace]:
    """Everything that the page's examples define; what they register ends with the tests."""
    before = [dict(registry._entries) for registry in REGISTRIES]
    names: dict[str, Any] = {}
    for section in SECTIONS.values():
        for block in _BLOCK.findall(section):
            own: dict[str, Any] = {}  # As a file of its own.
            exec(compile(block, "docs/adding.md", "exec", dont_inherit=True), own)
            names |= own
    yield SimpleNamespace(**names)
    for registry, entries in zip(REGISTRIES, before, strict=True):
        registry._entries = entries


def chain_of_layers(added: SimpleNamespace) -> bs.Classifier:
    """The network that S4NN was derived for, with the loss, on the code."""
    first = bs.Uniform(0, 20)
    network = bs.Network(f"{2 * N_FEATURES}-2", integrate_and_fire_once, initialiser=first)
    return bs.Classifier(
        network,
        rule=added.S4NNHinge(learning_rate=100),
        encoder="on_off",
        decoder="first_spike",
        optimiser="sgd",
    )


def everything_else(added: SimpleNamespace) -> bs.Classifier:
    """Neuron, synapse, connectivity, rule, encoder and decoder together."""
    network = bs.Network(synapse=added.bounded, initialiser=bs.Uniform(0, 0.5))
    network.add("input", 2 * N_FEATURES)
    network.add("output", 2, added.NEURONS["leaky_once"])
    network.connect("input", "output", added.Neighbours(reach=1))
    return bs.Classifier(
        network, rule="delta", encoder="on_off", decoder="margin", learning_rate=0.2
    )


EXAMPLES = {"loss": chain_of_layers, "everything else": everything_else}


@pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning")
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_engine_runs_and_trains_them_alike(added: SimpleNamespace, example: str) -> None:
    digits = added.DATASETS["halves"]().load()
    found = {}
    for engine in ENGINES:
        clf = EXAMPLES[example](added)
        clf.set_params(engine=engine, epochs=1, batch_size=4, random_state=1, scaler=(0, 255))
        first = clf.fit(digits.train).history_["loss"].iloc[0]
        found[engine] = (first, clf.weights_, clf.predict(digits.test.images))
    loss, weights, predicted = found.pop("runtime")
    assert loss > 0
    (name,) = weights
    assert (predicted == digits.test.labels).mean() > 0.8
    for engine, (other_loss, others, also_predicted) in found.items():
        assert other_loss == pytest.approx(loss, rel=1e-12), engine
        np.testing.assert_allclose(others[name], weights[name], rtol=1e-12, err_msg=engine)
        np.testing.assert_array_equal(also_predicted, predicted, err_msg=engine)


@pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning")
def test_the_experiment_is_carried_out_and_gone_on_with(
    added: SimpleNamespace, tmp_path: Path
) -> None:
    config = added.QuadrantsConfig(engine="resident", seeds=2, epochs=1)
    outcome = start(added.PROTOCOL, config, tmp_path / "run", ["mine"])
    assert outcome.claims["claim"].tolist() == ["2", "16"]
    parts = [path.name for path in (outcome.path / "conditions").iterdir()]
    assert sorted(parts) == [f"{n}-hidden-seed{seed}" for n in (16, 2) for seed in (0, 1)]
    again = resume(added.PROTOCOL, outcome.path, ["mine"])
    assert again.claims.equals(outcome.claims)


def test_the_local_rule_learns_inside_its_trials(added: SimpleNamespace) -> None:
    plain = bs.Network("2-1", added.leaky_once, initialiser=bs.Uniform(0.6, 0.6))
    network = added.OjaSTDP(rate=0.5).augment(plain)
    inputs = bs.SpikeTrains.from_first_steps(np.array([[0, 0], [0, 9]]), 10)
    for name in (name for name in ENGINES if name != "genn"):
        with build_engine(name, network, 10) as engine:
            engine.set_weights(network.draw_weights(bs.Streams(1)))
            engine.run(inputs)
            # Only the first trial makes the output spike, two steps after its inputs.
            trace = np.exp(-1 / 20)
            np.testing.assert_allclose(engine.weights["input_output"], 0.3 + 0.5 * trace)


def test_what_is_registered_is_found_by_name(added: SimpleNamespace) -> None:
    assert added.RULES["delta"] is added.Delta
    assert added.RULES["oja_stdp"] is added.OjaSTDP
    assert added.RULES["s4nn_hinge"] is added.S4NNHinge
    assert added.NEURONS["leaky_once"] is added.leaky_once
    assert added.ENCODERS["on_off"] is added.OnOffEncoder
    assert added.DECODERS["margin"] is added.MarginDecoder


def names_of_ours(source: str) -> set[str]:
    """Names of brainsnn that a block of Python uses, ``bs.datasets.MNIST`` as one."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("brainsnn"):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "bs":
            found.add(node.attr)
    return found


def test_the_page_counts_the_names_that_one_needs() -> None:
    first, own_neuron, *_ = _BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    blocks = (first, own_neuron, *_BLOCK.findall(SECTIONS["A rule"]))
    counts = [len(names_of_ours(block)) for block in blocks]
    said = re.search(
        r"first network takes (\d+) names.*?own neuron (\d+), an own rule (\d+)", TEXT, re.DOTALL
    )
    assert said is not None
    assert [int(number) for number in said.groups()] == counts


def test_the_folders_that_the_page_names_are_there() -> None:
    named = re.findall(r"`((?:brainsnn|protocols|tests)/[\w/]*/)[<\w]", TEXT)
    assert named
    assert not [folder for folder in named if not (ROOT / folder).is_dir()]
