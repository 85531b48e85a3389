"""Spike response neurons, against sums over spikes made by others (`data/local/srm.npz`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learning.local.given_spikes import trains

from brainsnn.engine import build_engine
from brainsnn.learning.systems import SpikeResponse
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel

DATA = Path(__file__).parent / "data" / "local" / "srm.npz"


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    with np.load(DATA, allow_pickle=False) as file:
        return {name: file[name][()] for name in file.files}


@pytest.fixture(scope="module")
def inputs(data: dict[str, Any]) -> Any:
    raster = np.zeros((data["n_steps"], len(data["w"])), bool)
    raster[data["in_step"], data["in_neuron"]] = True
    return raster


def model(data: dict[str, Any]) -> SpikeResponse:
    same = {
        name: float(data[name]) for name in ("dt", "tau_m", "tau_s", "tau_eta", "eta0", "theta")
    }
    noise = {name: float(data[name]) for name in ("rho0", "width")}
    refractory = float(data["absolute_refractory"])
    return SpikeResponse(**same, **noise, rest=float(data["u_rest"]), refractory=refractory)


def test_sharp_threshold(data: dict[str, Any], inputs: Any) -> None:
    spikes, u = model(data).run(inputs, data["w"])
    np.testing.assert_array_equal(spikes, data["spikes_srm0"])
    np.testing.assert_allclose(u, data["u_srm0"], rtol=0, atol=1e-11)
    again = model(data).potentials(inputs, data["w"], spikes)
    np.testing.assert_allclose(again, u, rtol=0, atol=1e-11)


def test_escape_noise_and_its_likelihood(data: dict[str, Any], inputs: Any) -> None:
    found = model(data)
    spikes, u = found.run(inputs, data["w"], data["uniforms"])
    np.testing.assert_array_equal(spikes, data["spikes_escape"])
    np.testing.assert_allclose(u, data["u_escape"], rtol=0, atol=1e-11)
    value = found.log_likelihood(inputs, data["w"], spikes)
    np.testing.assert_allclose(value, data["log_likelihood"], rtol=1e-11)
    slope = found.gradient(inputs, data["w"], spikes)
    np.testing.assert_allclose(slope, data["d_log_likelihood_d_w"], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", ["srm0", "lif"])
def test_the_same_neurons_as_strings(data: dict[str, Any], kind: str) -> None:
    """Brian2's exact integration: potentials and spikes of SRM0, and of the leaky neuron."""
    units = {k: f"{float(data[k])}*second" for k in ("tau_m", "tau_s", "tau_eta")}
    leak = "dh/dt = (current - h) / tau_m : 1\ndcurrent/dt = -current / tau_s : 1\n"
    taus = "tau_m : second (constant)\ntau_s : second (constant)\n"
    rest, theta = float(data["u_rest"]), float(data["theta"])
    n_steps, dt = int(data["n_steps"]), float(data["dt"])
    if kind == "srm0":
        neuron = Neuron(
            f"{leak}deta/dt = -eta / tau_eta : 1\n{taus}tau_eta : second (constant)",
            threshold=f"{rest} + h + eta >= {theta}",
            reset=f"eta = -{float(data['eta0'])}",
            refractory=f"{float(data['absolute_refractory']) + dt}*second",
            parameters=units,
            potential="h",
            method="exact",
        )
        scale = float(data["tau_m"] / data["tau_s"])
    else:
        reset, scale = float(data["u_reset"]) - rest, 1.0
        neuron = Neuron(
            f"{leak}{taus}",
            threshold=f"{rest} + h > {theta}",
            reset=f"h = {reset}",
            parameters={name: units[name] for name in ("tau_m", "tau_s")},
            potential="h",
            method="exact",
        )
    plan = Network(dt=dt)
    plan.add("given", 30)
    plan.add("cells", 4, neuron)
    plan.connect("given", "cells", synapse=SynapseModel("into", on_pre="current_post += w"))
    plan.record("cells", "h")
    if kind == "srm0":
        plan.record("cells", "eta")
    with build_engine("runtime", plan.frozen(), n_steps) as engine:
        engine.set_weights({"given_cells": scale * data["w" if kind == "srm0" else "w_lif"]})
        found = engine.run(trains(30, n_steps, data["in_step"], data["in_neuron"]))
    raster = np.zeros((n_steps, 4), bool)
    mine = found.population == found.code("cells")
    raster[found.step[mine], found.neuron[mine]] = True
    np.testing.assert_array_equal(raster, data[f"spikes_{kind}"])
    u = rest + sum(trace.values[0] for trace in found.traces.values())
    np.testing.assert_allclose(u, data[f"u_{kind}"], rtol=0, atol=1e-10)
