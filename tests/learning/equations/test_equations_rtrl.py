"""Real-time recurrent learning gives the gradient of back-propagation through time."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms

from brainsnn.errors import DerivationError
from brainsnn.learning.equations import DerivedNetwork, Spike, derive
from brainsnn.learning.equations.eprop import FullForwardGradient

N_STEPS, N_TRIALS = 40, 2
ORDERS = {
    "arrivals first": ["start", "synapses", "groups", "thresholds", "resets", "end"],
    "arrivals last": ["start", "groups", "thresholds", "synapses", "resets", "end"],
}


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def network(order: str, trained: Any = None) -> DerivedNetwork:
    """Adaptive neurons, refractory, recurrent with delays of their own; a readout."""
    rng = np.random.default_rng(0)
    given = brian2.SpikeGeneratorGroup(3, [], [] * ms, name="given")
    cells = brian2.NeuronGroup(
        4,
        """
        dv/dt = (i_syn - v)/(8*ms) : 1
        di_syn/dt = -i_syn/(3*ms) : 1
        da/dt = -a/(40*ms) : 1
        """,
        threshold="v > 0.5 + 0.2*a",
        reset="v -= 0.5; a += 1",
        refractory=3 * ms,
        method="exact",
        name="cells",
    )
    out = brian2.NeuronGroup(2, "dv/dt = -v/(6*ms) : 1", method="exact", name="out")
    parts: list[Any] = [given, cells, out]
    ways = {
        "into": (given, cells, "i_syn_post += w", 2.5),
        "again": (cells, cells, "i_syn_post += 0.7*w", 1.5),
        "read": (cells, out, "v_post += w", 1.0),
    }
    for name, (source, target, on_pre, scale) in ways.items():
        path = brian2.Synapses(source, target, "w : 1", on_pre=on_pre, name=name)
        path.connect(condition="i != j" if name == "again" else "True")
        path.w = scale * (rng.random(len(path.i)) - 0.25)
        path.delay = rng.integers(0, 4, len(path.i)) * ms
        parts.append(path)
    made = brian2.Network(parts)
    made.schedule = ORDERS[order]
    return derive(made, trained or dict.fromkeys(ways, "w"), {}, Spike("superspike", 0.3))


@pytest.mark.parametrize("order", ORDERS)
def test_forward_is_backward(order: str) -> None:
    derived, rng = network(order), np.random.default_rng(1)
    inputs = {"given": (rng.random((N_STEPS, N_TRIALS, 3)) < 0.3).astype(float)}
    trace = derived.run(inputs, N_STEPS)
    assert 0.03 < trace.spikes["cells"].mean() < 0.4
    by_spike = {"cells": rng.normal(size=(N_STEPS, N_TRIALS, 4))}
    by_state = {
        ("out", "v"): rng.normal(size=(N_STEPS, N_TRIALS, 2)),
        ("cells", "a"): rng.normal(size=(N_STEPS, N_TRIALS, 4)),
    }
    expected = derived.gradient(trace, by_spike, by_state)
    found = FullForwardGradient(derived).gradient(trace.spikes, by_state, by_spike)
    assert found.keys() == {(name, "w") for name in ("into", "again", "read")}
    for key, values in found.items():
        assert np.abs(values - expected[key]).max() < 1e-12 * np.abs(expected[key]).max()


def test_parameters_of_neurons_are_refused() -> None:
    derived = network("arrivals last", {"again": "w"})
    FullForwardGradient(derived)
    derived.populations["cells"].step.trained = ("tau",)  # type: ignore[union-attr]
    with pytest.raises(DerivationError, match="parameters of neurons"):
        FullForwardGradient(derived)
