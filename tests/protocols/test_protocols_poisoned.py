"""Every protocol learns the same whatever its test trials are.

Protocols of images, and those with something to choose, have cases of their own
(`test_protocols_test_split.py`); all others with a test split are asked for the least they can do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_protocols_killed import LITTLE, READ, contents
from test_protocols_test_split import (
    CHOOSING,
    LEARNING,
    OTHER,
    carry_out,
    concluded_without_a_page,
)

from brainsnn.datasets import DATASETS, MNIST
from brainsnn.experiment.installed import load_protocol, protocols

#: Protocols without a test split, and what they read instead.
WITHOUT = {
    "codes-recorded": "sixty recorded trials, each decoded by the folds it is not in",
    "antlr-matching": "losses of the tasks that were learned",
    "stdp-balance": "spikes drawn anew in each trial; nothing is selected",
    "stdp-pattern": "windows of one discharge, at its begin and end; nothing is selected",
    "rstdp-credit": "one long trial; nothing is selected",
    "glm-hidden": "trials drawn from a stream of their own, tried after learning; none is selected",
    "alpha-xor": "trials drawn from a stream of their own, read after learning; none is selected",
    "gated-xor": "trials drawn from a stream of their own, read after learning; none is selected",
    "srm-fit": "spikes drawn apart; nothing is selected (test_protocols_srm_fit.py)",
}

#: What the least lacks: with less, it tells all test trials to be of one class.
MORE = {
    "rstdp-iris": ("epochs=8", "network.fields=16", "network.dt=0.1"),
    "spikeprop-xor": ("epochs=8", "terminals=16", "hidden_iris=10", "fields=12"),
}

LEFT = [name for name in LITTLE if name not in {*CHOOSING, *LEARNING, *OTHER, *WITHOUT}]


def test_every_protocol_is_asked_or_has_nothing_to_poison() -> None:
    groups = (LEARNING, OTHER, CHOOSING, WITHOUT, LEFT)
    assert sorted(protocols()) == sorted(name for group in groups for name in group)
    for name in WITHOUT:
        protocol = load_protocol(name)
        named = protocol.sources(protocol.config()) if hasattr(protocol, "sources") else ()
        assert not {DATASETS[k] for k in DATASETS} & set(named)


@pytest.mark.slow
@pytest.mark.parametrize("name", LEFT)
def test_test_trials_teach_nothing(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    learned: list[dict[str, np.ndarray]],
    other_data: Any,
) -> None:
    if MNIST().find() is None:
        pytest.skip("MNIST is not there")
    monkeypatch.setattr("brainsnn.datasets.formats.idx_images.read_gzip", READ)
    monkeypatch.setattr(type(load_protocol(name)), "conclude", concluded_without_a_page)
    settings = *LITTLE[name], *MORE.get(name, ())
    ours = contents(carry_out(name, tmp_path / "ours", *settings).path)
    mine = list(learned)
    other_data("test")
    theirs = contents(carry_out(name, tmp_path / "theirs", *settings).path)
    assert len(mine) == len(learned) / 2 > 0
    for a, b in zip(mine, learned[len(mine) :], strict=True):
        assert all(np.array_equal(a[key], b[key]) for key in a)
    assert ours.keys() == theirs.keys()
    tables = [key for key in ours if key.endswith(".parquet")]
    assert [key for key in tables if not ours[key].equals(theirs[key])]
