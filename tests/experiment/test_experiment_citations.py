"""What a run is made of, cited: every protocol's, from settings alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import RunDirectoryError
from brainsnn.experiment.citations import citations
from brainsnn.experiment.installed import load_protocol, protocols
from brainsnn.learning.local import PairSTDP, SynapticScaling
from brainsnn.learning.local.several import SeveralRules
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.records import RunDirectory

#: Protocols that draw what they show by themselves.
WITHOUT_DATA = {
    "alpha-xor",
    "antlr-matching",
    "gated-xor",
    "glm-hidden",
    "rstdp-credit",
    "srm-fit",
    "stdp-balance",
    "stdp-pattern",
}

#: Protocols whose networks are none of Brian2's.
WITHOUT_NETWORK = {
    "alpha-mnist",
    "alpha-xor",
    "codes-recorded",
    "constrained-mnist",
    "conversion-mnist",
    "gated-xor",
    "spikeprop-xor",
}


def written(name: str, path: Path, *settings: str) -> Path:
    """A run directory of a protocol in which nothing has run."""
    protocol = load_protocol(name)
    config = apply_overrides(protocol.config(), settings)
    with RunDirectory.create(path, config, ["brainsnn", "run", name]) as run:
        return run.path


@pytest.mark.parametrize("name", protocols())
def test_every_protocol_says_what_it_is_made_of(name, tmp_path, monkeypatch):
    def refused(*_: object) -> None:
        raise AssertionError("no data are read")

    monkeypatch.setattr("pathlib.Path.read_bytes", refused)
    monkeypatch.setattr("gzip.open", refused)
    found = citations(written(name, tmp_path / "run"))
    assert next(iter(found.values())).startswith(f"protocol {name}")
    assert all(found)
    named = ", ".join(found.values())
    assert name in WITHOUT_DATA or "data set " in named, "name it in the protocol's sources"
    if name not in WITHOUT_NETWORK:
        assert name == "srm-fit" or "rule " in named
        assert "neuron " in named


def test_settings_say_what_is_cited(tmp_path):
    adam = AdamConfig.citation
    path = written("s4nn-mnist", tmp_path / "sgd", "optimiser.name=sgd")
    assert "data set mnist" in ", ".join(citations(path).values())
    assert adam not in citations(path)
    settings = ("optimiser.name=adam", "data.name=fashion-mnist", "code.name=oriented")
    found = citations(written("s4nn-mnist", tmp_path / "adam", *settings))
    assert found[adam] == "optimiser adam"
    named = ", ".join(found.values())
    assert "data set fashion-mnist" in named
    assert "encoder oriented" in named


def test_rules_of_several_are_cited_one_by_one(tmp_path, monkeypatch):
    path = written("s4nn-mnist", tmp_path / "run")
    both = SeveralRules(rules=(PairSTDP(), SynapticScaling()))
    monkeypatch.setattr(type(load_protocol("s4nn-mnist")), "rule", lambda *_: both)
    named = ", ".join(citations(path).values())
    assert "rule pair_stdp" in named
    assert "rule synaptic_scaling" in named
    assert SeveralRules.citation not in citations(path)


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunDirectoryError, match="not a run directory"):
        citations(tmp_path)
