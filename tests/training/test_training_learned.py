"""Biases are trained, averaged, selected, saved and resumed like weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import make_trainer, make_trials

from brainsnn.engine import build_engine
from brainsnn.engine.base import Engine
from brainsnn.learning.antlr import AntlrBackprop
from brainsnn.learning.losses import SpikeLatencyLoss
from brainsnn.network.network import Network
from brainsnn.network.neurons import Coefficients
from brainsnn.network.synapses import Normal, current
from brainsnn.records import load_weights, save_weights
from brainsnn.streams import Streams
from brainsnn.training import Callback, Interrupted

SIZES, N_STEPS = {"input": 6, "hidden": 8, "output": 3}, 16
COEFFICIENTS = Coefficients(0.8, 0.9).normalised(N_STEPS)
MODEL = Network(
    SIZES,
    COEFFICIENTS.layers(len(SIZES) - 1),
    synapse=current,
    initialiser=[Normal(0.4, 0.5), Normal(0.4, 0.5)],
    name="biased",
)
TRIALS = make_trials(40, 0, SIZES, N_STEPS), make_trials(10, 1, SIZES, N_STEPS)


def new_engine() -> Engine:
    engine = build_engine("resident", MODEL, N_STEPS + 2)
    engine.set_weights(MODEL.draw_weights(Streams(2)))
    return engine


class StopInTheMiddle(Callback):
    def on_block(self, progress, metrics) -> None:
        if progress.epoch == 2:
            self.trainer.stop.request()


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_trained_and_resumed_exactly(optimiser: str, tmp_path: Path) -> None:
    path, rule = tmp_path / "latest.npz", AntlrBackprop(SpikeLatencyLoss(), COEFFICIENTS)
    settings = {
        "rule": rule,
        "epochs": 2,
        "batch_size": 4,
        "optimiser": {"name": optimiser, "weight_decay": 1e-3},
        "average": {"name": "exponential"},
    }
    whole = make_trainer(new_engine(), **settings).fit(*TRIALS)
    stopping = StopInTheMiddle()
    extra = {"checkpoint": path, "callbacks": [stopping]}
    stopping.trainer = make_trainer(new_engine(), extra=extra, **settings)
    with pytest.raises(Interrupted):
        stopping.trainer.fit(*TRIALS)
    resumed = make_trainer(new_engine(), extra={"checkpoint": path}, **settings)
    again = resumed.fit(*TRIALS, resume=True)
    assert list(whole.weights) == list(MODEL.shapes)
    for name, values in whole.last_weights.items():
        assert np.array_equal(values, again.last_weights[name]), name
        assert np.array_equal(whole.weights[name], again.weights[name]), name
        assert (values != MODEL.start_weights()[name]).any(), name
    assert "gradient_norm_hidden.bias" in whole.metrics
    save_weights(tmp_path / "w.npz", whole.weights)
    read = load_weights(tmp_path / "w.npz", MODEL.shapes)
    assert np.array_equal(read["output.bias"], whole.weights["output.bias"])
