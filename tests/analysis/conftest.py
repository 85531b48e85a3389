"""Small tables whose every number can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

N_STEPS = 100


@pytest.fixture
def trials() -> pd.DataFrame:
    """Six trials of three classes: right, wrong, tie broken, tie unbroken, silent, right."""
    table = pd.DataFrame(
        {
            "trial": range(6),
            "label": [0, 0, 1, 1, 2, 2],
            "decision": [0, 1, 1, -1, 2, 2],
            "decision_step": [10, 20, 30, 12, 100, 8],
            "tie": [False, False, True, True, False, False],
            "silent": [False, False, False, False, True, False],
            "candidate": [True, False, True, True, True, True],
            "first_step_0": [10, 50, 30, 12, 100, 90],
            "first_step_1": [40, 20, 30, 12, 100, 80],
            "first_step_2": [100, 100, 100, 100, 100, 8],
            "spikes_to_decision_input": [5, 6, 7, 8, 9, 1],
            "spikes_to_decision_hidden": [2] * 6,
            "spikes_to_decision_output": [1, 1, 2, 2, 0, 1],
        }
    )
    parts = [f"spikes_to_decision_{name}" for name in ("input", "hidden", "output")]
    table["spikes_to_decision"] = table[parts].sum(axis=1)
    table["synaptic_operations"] = 10 * table["spikes_to_decision"]
    return table


@pytest.fixture
def spikes() -> pd.DataFrame:
    """Spikes of trials 0 and 1 in populations of 6, 4 and 3 neurons."""
    rows = [
        (0, "input", 0, 1),
        (0, "input", 5, 3),
        (0, "hidden", 1, 6),
        (0, "output", 0, 10),
        (1, "input", 2, 9),
        (1, "hidden", 3, 15),
        (1, "output", 1, 20),
        (1, "output", 0, 50),
    ]
    return pd.DataFrame(rows, columns=["trial", "population", "neuron", "step"])


@pytest.fixture
def metrics() -> pd.DataFrame:
    """Three epochs of two seeds; seed 0 is best in epoch 2, seed 1 in epoch 3."""
    return pd.DataFrame(
        {
            "seed": [0, 0, 0, 1, 1, 1],
            "epoch": [1, 2, 3] * 2,
            "loss": [0.9, 0.5, 0.4, 0.8, 0.6, 0.5],
            "train_accuracy": [0.5, 0.7, 0.9, 0.7, 0.7, 0.9],
            "validation_accuracy": [0.4, 0.8, 0.7, 0.6, 0.6, 0.9],
            "validation_accuracy_ties_wrong": [0.3, 0.7, 0.6, 0.5, 0.5, 0.8],
            "silent_neurons_hidden": [4, 2, 1, 5, 5, 5],
            "gradient_norm_input_hidden": [1.0, 0.5, 0.25, 1.0, 1.0, 1.0],
            "seconds": [2.0] * 6,
        }
    )


@pytest.fixture
def weights() -> dict[str, np.ndarray]:
    """Weights of a 6-4-3 network, rising from 0."""
    return {
        "input_hidden": np.arange(24.0).reshape(6, 4),
        "hidden_output": np.arange(12.0).reshape(4, 3) - 6,
    }
