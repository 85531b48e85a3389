"""Receptors: currents and conductances in closed form, depression, gap junctions, refusals."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import ms

from brainsnn.errors import ModelError
from brainsnn.network.build import build
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.neurons.library import lif, lif_normalised
from brainsnn.network.synapses.library import (
    Receptor,
    alpha_current,
    conductance,
    exponential_current,
    gap_junction,
    nmda,
    receiving,
    tsodyks_markram,
)

TIMES = np.array([2.0, 10.0, 14.0])


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")


def record(receptor: Receptor, variable: str, weight: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Variable of a receptor over 40 ms, spikes of one input at TIMES."""
    network = Network(dt="0.05*ms", name="one")
    network.add("input", 1)
    network.add("output", 1, receiving(lif.neuron, receptor))
    network.connect("input", "output", synapse=receptor.synapse)
    built = build(network.frozen())
    built.groups["input"].set_spikes([0] * TIMES.size, TIMES * ms)
    built.synapses["input_output"].w = weight
    monitor = brian2.StateMonitor(built.groups["output"], variable, record=True, when="end")
    built.network.add(monitor)
    built.network.run(40 * ms)
    return np.asarray(monitor.t / ms), np.asarray(getattr(monitor, variable)[0])


def since(time: np.ndarray) -> np.ndarray:
    """Time since each spike, arrivals a step after it; shape (times, spikes)."""
    return time[:, None] + 0.05 - (TIMES + 0.05)


@pytest.mark.parametrize(
    ("receptor", "variable", "kernel", "unit"),
    [
        (exponential_current(tau="4*ms"), "I_syn", lambda s: np.exp(-s / 4), 1e-12),
        (alpha_current(tau="4*ms"), "I_syn", lambda s: s / 4 * np.exp(1 - s / 4), 1e-12),
        (conductance(tau="6*ms"), "g_ampa", lambda s: np.exp(-s / 6), 1e-9),
        (
            nmda(decay="50*ms"),
            "g_nmda",
            lambda s: (np.exp(-s / 50) - np.exp(-s / 2)) * 50 / 48,
            1e-9,
        ),
    ],
    ids=["exponential", "alpha", "conductance", "nmda"],
)
def test_receptors_have_their_kernels(
    receptor: Receptor, variable: str, kernel: object, unit: float
) -> None:
    time, found = record(receptor, variable)
    s = since(time)
    wanted = 3 * np.where(s > 1e-9, kernel(np.maximum(s, 0)), 0).sum(axis=1)  # type: ignore[operator]
    # Of the first order in the step where the neuron's equations are not linear.
    np.testing.assert_allclose(found / unit, wanted, atol=0.05)


def test_depressing_synapses_follow_the_recursion_of_their_paper() -> None:
    plain = exponential_current(tau="1*ms")
    receptor = tsodyks_markram(plain, use=0.5, recovery="100*ms", facilitation="50*ms")
    time, found = record(receptor, "I_syn", weight=1.0)
    u, x, last, jumps = 0.0, 1.0, 0.0, []
    for t in TIMES:
        u, x = u * np.exp(-(t - last) / 50), 1 - (1 - x) * np.exp(-(t - last) / 100)
        u += 0.5 * (1 - u)
        jumps.append(u * x)
        x -= u * x
        last = t
    s = since(time)
    wanted = (np.where(s > 1e-9, np.exp(-np.maximum(s, 0)), 0) * jumps).sum(axis=1)
    np.testing.assert_allclose(found * 1e12, wanted, atol=1e-9)


def test_gap_junctions_draw_potentials_together() -> None:
    gap = gap_junction()
    network = Network(dt="0.05*ms", name="pair")
    network.add("input", 1)
    network.add("output", 2, receiving(lif.neuron, gap))
    network.connect("output", "output", synapse=gap.synapse)
    built = build(network.frozen())
    built.synapses["output_output"].w = 20
    built.groups["output"].I_ext = [1, 0] * brian2.nA
    built.network.run(100 * ms)
    # 100 nS of leak each, 20 nS between them: differences are 1 nA / (100 + 2 * 20) nS.
    one, other = np.asarray(built.groups["output"].v_) * 1e3
    assert one - other == pytest.approx(1000 / 140, rel=1e-3)
    assert one + other + 140 == pytest.approx(10, rel=1e-3)


def test_several_receptors_add_up_and_others_are_refused() -> None:
    both = receiving(lif.neuron, conductance("ampa"), conductance("gaba", reversal="-80*mV"))
    assert "I = I_ext + g_ampa*(E_ampa - v) + g_gaba*(E_gaba - v) : amp" in both.equations
    assert "I_syn : 1" in receiving(lif_normalised.neuron, exponential_current(unit="1")).equations
    with pytest.raises(ModelError, match="name of its own"):
        receiving(lif.neuron, conductance("x"), exponential_current("x"))
    with pytest.raises(ModelError, match="no line"):
        receiving(integrate_and_fire_once, conductance())
    with pytest.raises(ModelError, match="part of variables' names"):
        conductance("a b")
