"""Every installed protocol loads, describes its network, and takes its own presets."""

from __future__ import annotations

import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.experiment.installed import load_protocol, protocols
from brainsnn.experiment.training import TrainingExperiment
from brainsnn.network.describe import describe_markdown, describe_text

NAMES = list(protocols())
WITHOUT_NETWORK = (
    "alpha-mnist",
    "alpha-xor",
    "codes-recorded",
    "conversion-mnist",
    "gated-xor",
    "spikeprop-xor",
)
ONE_OUTPUT = ("lsnn-l2l", "stdp-balance", "stdp-pattern", "srm-fit")


def test_the_protocols_of_this_package_are_installed() -> None:
    assert {"s4nn-mnist", "s4nn-caltech"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_knows_itself(name: str) -> None:
    protocol = load_protocol(name)
    config = protocol.config()
    assert protocol.name == config.protocol == name
    for text in (protocol.title, protocol.summary, protocol.citation):
        assert text
    conditions = protocol.conditions(config)
    assert len({condition.name for condition in conditions}) == len(conditions)
    if not isinstance(protocol, TrainingExperiment):
        return
    for condition in conditions:
        assert all(protocol.bound(condition.config))
        rule = protocol.rule(condition.config)
        assert rule.citation
        assert rule.codes
        assert protocol.learning_rate(condition.config) > 0


@pytest.mark.parametrize("name", NAMES)
def test_presets_change_settings_that_exist(name: str) -> None:
    protocol = load_protocol(name)
    for overrides in protocol.presets.values():
        config = apply_overrides(protocol.config(), overrides)
        assert config != protocol.config()
        if name in WITHOUT_NETWORK:
            with pytest.raises(ConfigError, match="no network"):
                protocol.model(config)
            continue
        model = protocol.model(config)
        assert (model.sizes["output"] > 1) == (name not in ONE_OUTPUT)
        for describe in (describe_text, describe_markdown):
            assert model.populations[-1].neuron.threshold in describe(model)
