"""DEEP R, held against a program that rewires with the same noise and the same draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import SGD, DeepR

DATA = Path(__file__).parent / "data" / "memory"


class Told(DeepR):
    """Noise and draws are the oracle's: of places not connected, those of the smallest rank."""

    noise: NDArray[np.float64]
    rank: NDArray[np.float64]

    def _noise(self, name: str) -> NDArray[np.float64]:
        del name
        return self.noise

    def _chosen(self, name: str, places: Any, n: int) -> Any:
        del name
        return places[np.argsort(self.rank.ravel()[places], kind="stable")[:n]]


@pytest.mark.parametrize("file", ["deepr_cold", "deepr_noisy"])
def test_weights_are_those_of_the_program(file: str) -> None:
    with np.load(DATA / f"{file}.npz", allow_pickle=False) as opened:
        oracle = dict(opened)
    names = ("connectivity", "l1", "temperature")
    told = Told(SGD(), *(float(oracle[name]) for name in names))
    weights = oracle["sign"] * np.maximum(oracle["theta0"], 0)
    # Where nothing is connected yet, the sign is the oracle's, not drawn.
    told._sign["w"], told._draws["w"] = oracle["sign"].astype(float), np.zeros(1)
    rows, rate, rewired = np.arange(len(weights)), float(oracle["learning_rate"]), 0
    for step, gradient in enumerate(oracle["grad"]):
        told.noise, told.rank = oracle["noise"][step], oracle["rank"][step]
        told.step("w", weights, RowGradient(rows, gradient), rate)
        np.testing.assert_allclose(weights, oracle["weights"][step], rtol=1e-9, atol=1e-20)
        rewired += np.count_nonzero(np.abs(weights) == 1e-12)
    assert rewired == np.sum(oracle["n_reconnected"]) > 0
