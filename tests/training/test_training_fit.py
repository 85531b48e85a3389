"""Parameters found again from traces that a neuron made of them."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import ms, mV

from brainsnn.errors import DataError, ModelError
from brainsnn.network.neurons.library import adex, lif
from brainsnn.training.fit import fit

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
