"""What was derived counts as included: Brian2 does not warn of it, and runs it in any network."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator

import brian2
import pytest

import brainsnn as bs
from brainsnn.errors import DerivationError
from brainsnn.learning.equations import derive
from brainsnn.learning.equations.eventprop import derive_events


def some_objects() -> tuple[brian2.Network, dict[str, object]]:
    given = brian2.SpikeGeneratorGroup(2, [0, 1], [0, 1] * brian2.ms, name="given")
    cells = brian2.NeuronGroup(
        2, "dv/dt = -v/(10*ms) : 1", "exact", threshold="v > 1", reset="v = 0", name="cells"
    )
    path = brian2.Synapses(given, cells, "w : 1", on_pre="v_post += w", name="path")
    path.connect()
    path.w = 2
    return brian2.Network(given, cells, path), {"given": given, "cells": cells, "path": path}


@pytest.fixture
def warned() -> Iterator[list[str]]:
    """Texts of Brian2's warnings of objects that were in no network."""
    texts: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: texts.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("brian2")
    gc.collect()
    logger.addHandler(handler)
    yield texts
    logger.removeHandler(handler)


def derived() -> None:
    derive(some_objects()[0], {"path": "w"})


def derived_events() -> None:
    derive_events(some_objects()[0], {"path": "w"})


def compiled() -> None:
    bs.compile(some_objects()[0], inputs="given", outputs="cells", trainable={"path": "w"})


def refused() -> None:
    with pytest.raises(DerivationError):
        derive(some_objects()[0], {"path": "nothing"})


@pytest.mark.parametrize("use", [derived, derived_events, compiled, refused])
def test_what_was_derived_counts_as_included(use: Callable[[], None], warned: list[str]) -> None:
    use()
    gc.collect()
    assert not [text for text in warned if "never included" in text]


def test_what_was_not_is_warned_of_as_before(warned: list[str]) -> None:
    derived()
    some_objects()
    gc.collect()
    names = [text.split("'")[1] for text in warned if "never included" in text]
    assert {"cells", "path"} <= set(names)


def test_what_was_derived_runs_in_another_network() -> None:
    network, parts = some_objects()
    derive(network, {"path": "w"})
    counted = brian2.SpikeMonitor(parts["cells"])
    brian2.Network(*parts.values(), counted).run(3 * brian2.ms)
    assert counted.num_spikes == 4
