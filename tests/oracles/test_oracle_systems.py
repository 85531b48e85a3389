"""Alpha synapses and gated synapses, held against independent programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainsnn.learning.systems import AlphaNetwork, GatedNetwork

DATA = Path(__file__).parent / "data" / "memory"


def read(name: str) -> dict[str, Any]:
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
        return dict(file)


def near(found: Any, wanted: Any) -> None:
    assert np.abs(wanted).max() > 0
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9 * np.abs(wanted).max())


@pytest.fixture
def alpha() -> tuple[AlphaNetwork, dict[str, Any]]:
    oracle = read("alpha_synapse")
    layers = [k for k in range(9) if f"w{k}" in oracle]
    weights = [oracle[f"w{k}"] for k in layers]
    pulses = [oracle[f"pulses{k}"] for k in layers]
    constants = float(oracle["decay"]), float(oracle["threshold"])
    return AlphaNetwork(weights, pulses, *constants), oracle


def test_alpha_spike_times(alpha: Any) -> None:
    network, oracle = alpha
    layers = network._forward(oracle["x"])
    for k, layer in enumerate(layers, start=1):
        np.testing.assert_allclose(layer.times, oracle[f"times{k}"], rtol=1e-10)
        spiked = np.isfinite(layer.times)
        wanted = oracle[f"causal{k}"].astype(bool)
        place = np.argsort(layer.order, axis=1)
        causal = place[:, None, :] <= layer.last[:, :, None]
        np.testing.assert_array_equal(causal[spiked], wanted[spiked])
    assert any((~np.isfinite(layer.times)).any() for layer in layers)


def test_alpha_gradients(alpha: Any) -> None:
    network, oracle = alpha
    penalty = float(oracle["penalty_no_spike"])
    plain = network.gradients(oracle["x"], oracle["target"])
    pushed = network.gradients(oracle["x"], oracle["target"], penalty)
    np.testing.assert_allclose(pushed.loss.sum(), oracle["loss"].sum(), rtol=1e-10)
    for k, (mine, more, pulses) in enumerate(
        zip(plain.weights, pushed.weights, pushed.pulses, strict=True)
    ):
        near(mine, oracle[f"dw{k}_no_penalty"])
        near(more, oracle[f"dw{k}"])
        near(pulses, oracle[f"dpulses{k}"])


def test_alpha_gradients_clipped(alpha: Any) -> None:
    network, oracle = alpha
    clipped = AlphaNetwork(
        network.weights, network.pulses, network.decay, network.threshold, clip=0.5
    )
    penalty = float(oracle["penalty_no_spike"])
    found = clipped.gradients(oracle["x"], oracle["target"], penalty).weights
    for k, mine in enumerate(found):
        near(mine, oracle[f"clip05_dw{k}"])


def test_gated_synapses() -> None:
    oracle = read("gated_synapse")
    names = ("w_in", "w_rec", "bias", "w_out")
    constants = (float(oracle[n]) for n in ("dt", "tau_v", "tau_s", "gate_width"))
    network = GatedNetwork(*(oracle[n] for n in names), *constants)
    phase, current = network.run(oracle["x"])
    np.testing.assert_allclose(phase, oracle["phase"], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(current, oracle["current"], rtol=1e-10, atol=1e-12)
    loss, found = network.gradients(oracle["x"], oracle["target"])
    np.testing.assert_allclose(loss, oracle["loss"], rtol=1e-10)
    for name in names:
        near(found[name], oracle[f"d{name}"])
