"""Strings that Brian2 runs but never needs as expressions: conditions as numbers in comparisons."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import NeuronGroup, SpikeGeneratorGroup, Synapses, ms

from brainsnn.errors import DerivationError
from brainsnn.learning.equations import check_gradient, derive
from brainsnn.learning.equations.strings.reading import INT, parsed

STEPS = 80


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms


def network(threshold: str, equations: str = "dv/dt = -v/(2*ms) : 1") -> Any:
    rng = np.random.default_rng(5)
    step, sender = np.nonzero(rng.random((STEPS, 3)) < 0.25)
    given = SpikeGeneratorGroup(3, sender, step * 0.1 * ms, name="given")
    cells = NeuronGroup(
        4, equations, threshold=threshold, reset="v = 0", method="exact", name="cells"
    )
    path = Synapses(given, cells, "w : 1", on_pre="v_post += w", name="path")
    path.connect()
    path.w = rng.uniform(0.2, 0.6, 12)
    spikes = np.zeros((STEPS, 1, 3))
    spikes[step, 0, sender] = 1
    return brian2.Network(given, cells, path), {"given": spikes}


@pytest.mark.parametrize(
    "threshold",
    [
        "v > 1 + 5*int(t < 3*ms)",
        "v > 1 + 0.5*int(i > 1) - 0.2*int(not (i > 2))",
        "v - int(t >= 2*ms and t < 4*ms)*0.4 > 0.8 + 0.1*int(i == 0)",
    ],
)
def test_a_condition_is_a_number_in_a_threshold(threshold: str) -> None:
    net, inputs = network(threshold)
    table = check_gradient(net, {"path": "w"}, inputs, STEPS, 0.3, most=3)
    assert table["error"].max() < 1e-7
    trace = derive(net, {"path": "w"}).run(inputs, STEPS)
    monitor = brian2.SpikeMonitor(net["cells"])
    net.add(monitor)
    net.run(STEPS * 0.1 * ms)
    step, _, neuron = np.nonzero(trace.spikes["cells"])
    assert step.size > 4
    found = sorted(zip(np.rint(monitor.t / (0.1 * ms)).astype(int), monitor.i, strict=True))
    assert sorted(zip(step, neuron, strict=True)) == found


def test_what_is_no_expression_is_refused_by_name() -> None:
    assert parsed("int(x > 1) + 1") == INT(parsed("x > 1")) + 1
    for wrong in ("v >", "1 < v < 2", "v > [1]", "'text' > v"):
        with pytest.raises(DerivationError, match="cannot be read as an expression"):
            parsed(wrong)
