"""Brian2GeNN is switched on only while it is needed, and its absence is explained."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import brian2
import pytest
from brian2.devices.device import get_device
from engine.genn.stand_in import MODEL
from engines import needs_brian2genn

from brainsnn.engine.genn import adapter
from brainsnn.engine.genn.project import generate
from brainsnn.errors import EngineError, ModelError
from brainsnn.network.model import SCHEDULE
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform


def state() -> tuple[object, ...]:
    """Brian2's device, step and preferences, and whether the former module is importable."""
    preferences = {name: brian2.prefs[name] for name in sorted(brian2.prefs)}
    core = {k: v for k, v in preferences.items() if not k.startswith("devices.genn")}
    return get_device(), float(brian2.defaultclock.dt), core, sys.modules.get("pkg_resources")


@pytest.fixture
def unusual() -> Iterator[None]:
    """A step and a schedule that are not Brian2's defaults, for the length of a test."""
    dt, schedule = brian2.defaultclock.dt, brian2.prefs.core.network.default_schedule
    brian2.defaultclock.dt = 0.25 * brian2.ms
    brian2.prefs.core.network.default_schedule = SCHEDULE[::-1]
    yield
    brian2.defaultclock.dt = dt
    brian2.prefs.core.network.default_schedule = schedule


@needs_brian2genn
@pytest.mark.usefixtures("unusual")
def test_nothing_of_brian2_is_changed_for_good() -> None:
    before = state()
    generate(MODEL)
    assert state() == before
    wrong = Neuron("v : 1", "v > missing", "v = 0", name="wrong")
    with pytest.raises(ModelError):
        generate(Network({"input": 2, "output": 2}, wrong, initialiser=[Uniform()], name="wrong"))
    assert state() == before


def test_what_is_missing_is_said_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "PACKAGE", "brian2genn_which_is_not_there")
    with pytest.raises(EngineError, match=r"pip install --no-deps brian2genn==1\.7\.0"):
        adapter.import_brian2genn("device")


@needs_brian2genn
def test_functions_of_brian2_still_run_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    generate(MODEL)
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    group = brian2.NeuronGroup(1, "x = exprel(0) + clip(int(True), 0, 2) : 1\ny : 1")
    group.run_regularly("y = x")
    brian2.Network(group).run(brian2.defaultclock.dt)
    assert group.y[0] == 2
