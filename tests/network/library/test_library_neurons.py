"""Neurons of the library: against independent integrations, trainable, shown."""

from __future__ import annotations

from pathlib import Path

import brian2
import numpy as np
import pytest
from network.library.independent import of

from brainsnn.cli.neurons import shown, traced
from brainsnn.errors import ConfigError, ModelError
from brainsnn.learning.equations import check_gradient
from brainsnn.network.build import build
from brainsnn.network.network import Network
from brainsnn.network.neurons.library import LIBRARY, adex, glif
from brainsnn.network.synapses.library import exponential_current, receiving

DURATION, DT = 20.0, 0.04
#: Currents under which a neuron spikes soon, and under which it never does; of unit.
CURRENTS = {
    "lif": (4000, 1000, "pA"),
    "lif_normalised": (2.5, 0.9, "1"),
    "leaky_readout": (2.0, 0.5, "1"),
    "alif": (3.0, 0.9, "1"),
    "exponential_if": (400, 20, "pA"),
    "quadratic_if": (2000, 100, "pA"),
    "adex": (700, 100, "pA"),
    "izhikevich": (14, 1, "mV/ms"),
    "hodgkin_huxley": (2000, 100, "pA"),
    "coba": (250, 50, "pA"),
    **{f"glif{k}": (350, 100, "pA") for k in range(1, 6)},
}


@pytest.fixture(scope="module")
def simulated() -> dict[str, tuple[list[np.ndarray], np.ndarray]]:
    """Spikes (ms) and last potentials of each neuron under both currents, in one run of Brian2."""
    target = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = "numpy"
    network = Network(dt=f"{DT}*ms", name="library")
    network.add("input", 1)
    for name, (strong, weak, unit) in CURRENTS.items():
        values = np.array([strong, weak]) * eval(unit, vars(brian2))
        network.add(name, 2, LIBRARY[name].neuron.with_parameters(I_ext=values))
    built = build(network.frozen())
    monitors = {name: brian2.SpikeMonitor(built.groups[name]) for name in CURRENTS}
    built.network.add(*monitors.values())
    built.network.run(DURATION * brian2.ms)
    brian2.prefs.codegen.target = target
    found = {}
    for name, monitor in monitors.items():
        times = [np.asarray(monitor.t[monitor.i == k] / brian2.ms) for k in range(2)]
        found[name] = (times, np.asarray(built.groups[name].v_))
    return found


@pytest.mark.parametrize("name", CURRENTS)
def test_spikes_and_potentials_are_those_of_an_independent_integration(
    name: str, simulated: dict[str, tuple[list[np.ndarray], np.ndarray]]
) -> None:
    """`scipy.integrate.solve_ivp` finds the crossings; steps are of the first order in dt."""
    strong, weak, unit = CURRENTS[name]
    (driven, calm), last = simulated[name]
    times, _ = of(name, strong).spikes(DURATION)
    assert len(times) >= (0 if name == "leaky_readout" else 1)
    assert abs(driven.size - len(times)) <= int(any(t > DURATION - 0.5 for t in times))
    each = min(driven.size, len(times))
    np.testing.assert_allclose(driven[:each], times[:each], rtol=0.03, atol=2 * DT)
    assert not calm.size
    _, state = of(name, weak).spikes(DURATION)
    assert last[1] * (1 if unit == "1" else 1e3) == pytest.approx(state[0], abs=0.02)


def test_every_entry_is_checked_and_says_what_it_is() -> None:
    assert set(CURRENTS) == set(LIBRARY)
    for name, entry in LIBRARY.items():
        assert entry.neuron.name == name
        assert entry.neuron.summary
        assert entry.neuron.citation
        assert entry.example() != entry.neuron


@pytest.mark.parametrize("name", ["alif", "adex", "izhikevich", "hodgkin_huxley", "glif5"])
def test_gradients_are_those_of_differences(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    strong, _, unit = CURRENTS[name]
    receptor = exponential_current(unit=unit)
    values = strong * np.array([1.0, 0.8]) * eval(unit, vars(brian2))
    driven = LIBRARY[name].neuron.with_parameters(I_ext=values)
    network = Network(dt="0.1*ms", name="learning")
    network.add("input", 2)
    network.add("output", 2, receiving(driven, receptor))
    network.connect("input", "output", synapse=receptor.synapse)
    built = build(network.frozen())
    built.synapses["input_output"].w = strong * np.linspace(0.1, 0.3, 4)
    spikes = np.zeros((40, 1, 2))
    spikes[[3, 10], 0, [0, 1]] = 1
    trainable = {"output": ("I_ext", "tau_syn"), "input_output": "w"}
    scale = {"1": 0.3, "mV/ms": 20e-3}.get(unit, 3e-3)
    table = check_gradient(built.network, trainable, {"input": spikes}, 40, scale, most=2)
    assert (table["largest"] > 0).all()
    assert table["error"].max() < 1e-5, table


def test_firing_patterns_are_what_they_are_called() -> None:
    assert traced(adex, "transient")[2].size == 1
    with pytest.raises(ConfigError, match="firing pattern"):
        adex.example("bursty")
    with pytest.raises(ModelError, match="1 to 5"):
        glif(6)


def test_a_neuron_is_shown_with_its_figure(tmp_path: Path) -> None:
    text = shown("lif", tmp_path / "lif.png")
    for part in ("dv/dt", "tau_m = 10. ms", "Gerstner", "Threshold: v > theta", "Refractory"):
        assert part in text
    assert (tmp_path / "lif.png").stat().st_size > 1000
    assert "regular_bursting" in shown("adex:tonic")
    assert "I_ext = 0.5 nA" in shown("adex:tonic")
    assert set(LIBRARY) <= set(shown("").split())
    with pytest.raises(ConfigError, match="Did you mean 'adex'"):
        shown("adx")
