"""A C++ project in float32: the precision that it says, and the decisions that it changes."""

from __future__ import annotations

from pathlib import Path

import brian2
import numpy as np
import pandas as pd
import pytest
from export.test_export_cpp import MODEL, N_STEPS, call, expected, make, samples, weights

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.errors import EngineError
from brainsnn.export import build_project, changed_decisions
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import SynapseModel, Uniform
from brainsnn.spikes import SpikeTrains


@pytest.mark.slow
@pytest.mark.compiler
def test_it_computes_in_float32(tmp_path: Path) -> None:
    project = tmp_path / "net"
    build_project("cpp-float32", MODEL, N_STEPS, weights(), samples(), project)
    assert brian2.prefs["core.default_float_dtype"] is np.float64
    assert "in float32" in (project / "README.md").read_text()
    make(project)
    done = call(project, "--potentials")
    assert done.returncode == 0, done.stderr
    theirs = expected(MODEL, weights(), samples())
    values = pd.read_csv(project / "potentials.csv").query("population == 'hidden'")["potential"]
    np.testing.assert_array_equal(values, values.astype(np.float32))
    np.testing.assert_allclose(values, theirs.final["hidden"].ravel(), 1e-5, 1e-3)
    found = pd.read_csv(project / "decisions.csv")["decision"]
    np.testing.assert_array_equal(found, FirstSpikeDecoder().decode(theirs).decision)
    huge = np.full(MODEL.shapes["input_hidden"], 1e300)
    huge.tofile(project / "weights" / "input_hidden.f64")
    assert "is not finite" in call(project).stderr


@pytest.mark.slow
@pytest.mark.compiler
def test_decisions_that_rounding_changes_are_counted() -> None:
    model = Network({"input": 3, "output": 2}, integrate_and_fire_once, initialiser=Uniform(0, 1))
    # Input 0 alone passes the threshold of 100 by what float32 does not see.
    values = {"input_output": np.array([[100 * (1 + 1e-9), 0.0], [0.0, 200.0], [200.0, 0.0]])}
    never = 20
    steps = np.array([[0, 5, never], [never, 5, never], [never, never, 5]])
    inputs = SpikeTrains.from_first_steps(steps, 10)
    decided = FirstSpikeDecoder().decode(expected(model, values, inputs)).decision
    assert decided.tolist() == [0, 1, 0]
    assert changed_decisions(model, 10, values, inputs) == 1


def test_what_trials_change_is_refused(tmp_path: Path) -> None:
    grows = SynapseModel("grows", "w : 1", on_pre="v_post += w; w += 0.01", plastic=("w",))
    model = Model(
        "plastic",
        (Population("input", 2), Population("output", 1, integrate_and_fire_once)),
        (Connection("drive", "input", "output", grows, Uniform(0, 1)),),
    )
    values = {name: np.ones(shape) for name, shape in model.shapes.items()}
    empty = SpikeTrains.from_first_steps(np.zeros((0, 2), np.int64), 5)
    with pytest.raises(EngineError, match="float32 is too coarse"):
        build_project("cpp-float32", model, 5, values, empty, tmp_path / "net")
