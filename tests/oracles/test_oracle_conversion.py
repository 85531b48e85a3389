"""Conversion of a rectified network: scaled weights, spikes and membranes of 200 steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from brainsnn.conversion import Converted, Linear, ReLU, activations, normalise, stages

with np.load(Path(__file__).parent / "data/ann_conversion.npz", allow_pickle=False) as file:
    ORACLE = dict(file)
LAYERS = [layer for k in range(3) for layer in (Linear(ORACLE[f"w{k}"], ORACLE[f"b{k}"]), ReLU())][
    :-1
]
X = ORACLE["x"]


def test_activations() -> None:
    for k, value in enumerate(activations(stages(LAYERS), X), start=1):
        np.testing.assert_allclose(value, ORACLE[f"activation{k}"], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("method", ["data", "model", "percentile"])
@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_scaled_weights_and_spikes(method: str, reset: str) -> None:
    parts = normalise(LAYERS, method, X)
    for k, stage in enumerate(parts):
        np.testing.assert_allclose(stage.weighted.weight, ORACLE[f"{method}_w{k}"], rtol=1e-12)
        if method == "percentile":
            np.testing.assert_allclose(stage.weighted.bias, ORACLE[f"percentile_b{k}"], rtol=1e-12)
        else:
            assert stage.weighted.bias is None
    run = Converted(parts, reset).run(X, int(ORACLE["steps"]))
    for k in range(3):
        own = f"{method}_{reset}"
        np.testing.assert_array_equal(run.counts[k], ORACLE[f"{own}_counts{k + 1}"])
        np.testing.assert_allclose(run.membranes[k], ORACLE[f"{own}_membrane{k + 1}"], atol=1e-9)
    np.testing.assert_array_equal(run.output, ORACLE[f"{own}_output_cumulative"])
