"""A neuron refitted to its spikes: what is foretold, and data to report."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.experiment.carry_out import start
from brainsnn.learning.systems import SpikeResponse
from brainsnn.protocols.spike_models.srm_fit import PROTOCOL, _bits
from brainsnn.records import RunDirectory

LITTLE = ("engine=runtime", "seeds=1", "lengths=[4]", "judged=4", "inputs=4", "theta=-62")


def test_from_spikes_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results").set_index("source")
    assert results["spikes"].min() > 20
    assert results.loc["spike response", "bits"] > 0
    assert results.loc["spike response", "error"] < 2
    assert results.loc["spike response", "bits_truth"] > 0.1
    assert np.isnan(results.loc["leaky", "error"])
    said = run.table("claims")["claim"].tolist()
    assert "Error of the weights, spike response, 4 s" in said
    assert "Error of the weights, leaky, 4 s" not in said
    assert "What is foretold" in run.report.read_text(encoding="utf-8")


def test_each_seed_has_other_inputs_and_noise_and_is_the_same_again(tmp_path):
    config = apply_overrides(PROTOCOL.config(), (*LITTLE, "seeds=2", 'sources=["leaky"]'))
    tables = []
    for name in ("one", "two"):
        outcome = start(PROTOCOL, config, tmp_path / name, ["brainsnn", "run"])
        found = RunDirectory.read(outcome.path).table("results")
        tables.append(found.drop(columns="seconds"))
    assert tables[0].equals(tables[1])
    assert tables[0]["bits"].nunique() == 2


def test_a_neuron_of_constant_rate_foretells_nothing():
    """Whose rate is the same in all steps that are not refractory, and equal to what is found."""
    rng = np.random.default_rng(0)
    flat = SpikeResponse(1e-3, eta0=0.0, rho0=20.0, theta=-65.0)
    inputs, weights = np.zeros((50_000, 1), bool), np.zeros((1, 1))
    spikes, _ = flat.run(inputs, weights, rng.random((50_000, 1)))
    assert _bits(flat, weights, inputs, spikes) == pytest.approx(0, abs=2e-3)
    assert np.isnan(_bits(flat, weights, inputs, np.zeros_like(spikes) * False))
