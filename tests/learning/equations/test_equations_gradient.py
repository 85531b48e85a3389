"""Derived gradients of recurrent networks, against finite differences; forward, against Brian2."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import ms
from learning.equations.gradient_table import HEAD, PAGE
from learning.equations.neurons_to_derive import NEURONS, steps_of

from brainsnn.learning.equations import check_gradient, derive


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms


@pytest.mark.parametrize("name", NEURONS)
def test_gradient_is_that_of_finite_differences(name: str) -> None:
    neuron = NEURONS[name]
    first = name in list(NEURONS)[::2]
    network, inputs, trained, steps = steps_of(name, 3, first)
    table = check_gradient(network, trained, inputs, steps, neuron.scale, most=3)
    assert len(table) == len(neuron.trained) + 2
    assert (table["largest"] > 0).all()
    assert table["error"].max() < 1e-7, table


@pytest.mark.parametrize("first", [False, True], ids=["Brian2's order", "arrivals first"])
@pytest.mark.parametrize("name", [n for n in NEURONS if "nois" not in n])
def test_forward_is_brian2s_own_run(name: str, first: bool) -> None:
    network, inputs, _, steps = steps_of(name, 4, first)
    monitor = brian2.SpikeMonitor(network["cells"])
    derived = derive(network, {"into": "w"})
    trace = derived.run(inputs, steps)
    network.add(monitor)
    network.run(steps * 0.1 * ms)
    step, _, neuron = np.nonzero(trace.spikes["cells"])
    order = np.lexsort((monitor.i, np.rint(monitor.t / (0.1 * ms))))
    assert len(step) > 2
    np.testing.assert_array_equal(neuron, np.asarray(monitor.i)[order])
    np.testing.assert_array_equal(step, np.rint(monitor.t / (0.1 * ms))[order])


def test_the_page_has_every_neuron_and_none_above_the_bound() -> None:
    table = PAGE.read_text(encoding="utf-8").split(HEAD)[1].split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.split("\n")[2:]]
    assert [row[0] for row in rows] == list(NEURONS)
    numbers = [cell for row in rows for cell in row[3:] if "draws" not in cell]
    assert len(numbers) == 2 * len(NEURONS) - 2
    assert max(float(n) for n in numbers) <= 1e-7
