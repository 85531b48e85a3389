"""Parameters found again from traces that a neuron made of them."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import ms, mV

from brainsnn.errors import DataError, ModelError
from brainsnn.network.neurons import Neuron
from brainsnn.network.neurons.library import adex, lif
from brainsnn.training.fitting import fit

N = 150


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")


def test_parameters_of_a_leaky_neuron_are_found() -> None:
    """The trace is the closed form's: v goes to E_L + R I with the time constant."""
    time = 1e-4 * np.arange(1, N + 1)
    target = -0.07 + 1e7 * 1e-9 * (1 - np.exp(-time / 0.012))
    found = fit(
        lif.neuron,
        np.full(N, 1e-9),
        target,
        {"tau_m": (5 * ms, 30 * ms)},
        dt=1e-4,
        starts=2,
    )
    assert found.parameters["tau_m"] == pytest.approx(0.012, rel=1e-4)
    assert found.error < 1e-15
    assert found.starts["simulations"].max() < 60


def test_what_cannot_be_fitted_is_refused() -> None:
    x = np.zeros(N)
    for values, error in (
        ({"tua": (1, 2)}, ModelError),
        ({}, ModelError),
        ({"tau_m": (2, 1)}, DataError),
    ):
        with pytest.raises(error):
            fit(lif.neuron, x, x, values, dt=1e-4)
    one = {"tau_w": (0.1, 0.4)}
    with pytest.raises(DataError):
        fit(adex.neuron, x, x[:-1], one, dt=1e-4)
    with pytest.raises(DataError):
        fit(adex.neuron, x, x * np.nan, one, dt=1e-4)
    with pytest.raises(ModelError, match="for the stimulus"):
        fit(adex.neuron, x, x, one, dt=1e-4, current="J")
    with pytest.raises(ModelError, match="has no state 'w'"):
        fit(lif.neuron, x, x, {"tau_m": (0.005, 0.03)}, dt=1e-4, variable="w")
    with pytest.raises(DataError, match="another unit"):
        fit(lif.neuron, x, x, {"tau_m": (5 * mV, 30 * mV)}, dt=1e-4)
    with pytest.raises(DataError, match="above 0 s"):
        fit(lif.neuron, x, x, {"tau_m": (0.005, 0.03)}, dt=0)
    with pytest.raises(DataError, match="A step is a time"):
        fit(lif.neuron, x, x, {"tau_m": (0.005, 0.03)}, dt=1 * mV)
    for wrong in ({"starts": 1.5}, {"iterations": 0}):
        with pytest.raises(DataError, match="whole number in 1"):
            fit(lif.neuron, x, x, {"tau_m": (0.005, 0.03)}, dt=1e-4, **wrong)
    with pytest.raises(DataError, match="are a pair"):
        fit(lif.neuron, x, x, {"tau_m": 0.01}, dt=1e-4)


@pytest.mark.parametrize("line", ["I_ext : 1", "I_ext:1(constant)", "I_ext : 1 (shared, constant)"])
def test_the_stimulus_takes_the_place_of_any_declaration_and_overflow_is_no_fit(line: str) -> None:
    equations = f"dv/dt = (I_ext - g*v)/(10*ms) : 1\n{line}\ng : 1 (constant)"
    values = {"I_ext": 0.0, "g": 1.0}
    neuron = Neuron(equations, "v > 1e9", "v = 0", method="euler", parameters=values)
    target, v = [], 0.0
    for _ in range(20):
        v += 0.1 * (1 - 1.7 * v)
        target.append(v)
    found = fit(neuron, np.ones(20), target, {"g": (0.5, 3)}, dt=1 * ms, starts=1)
    assert found.parameters["g"] == pytest.approx(1.7)
    with pytest.raises(DataError, match="No start has a finite loss"), np.errstate(all="ignore"):
        fit(neuron, np.ones(20), target, {"g": (-1e308, 1e308)}, dt=1 * ms, starts=1)
