"""A GeNN project: what is in it, and that its Makefile and program work, on a stand-in for GeNN."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from engine.genn.stand_in import MODEL, write_stand_in
from engines import needs_brian2genn, usable_engines

from brainsnn.engine import build_engine
from brainsnn.errors import EngineError
from brainsnn.export import build_project
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

pytestmark = needs_brian2genn
N_STEPS = 12
LEAKY = Neuron(
    "dv/dt = -v / (10*second) : 1", "v > 1", "v = 0", initial={"v": "0.1*i"}, name="leaky"
)


def samples() -> SpikeTrains:
    steps = np.random.default_rng(2).integers(0, N_STEPS + 3, (6, 4))
    return SpikeTrains.from_first_steps(steps, N_STEPS)


def write(model: Model, folder: Path) -> Path:
    return build_project(
        "genn", model, N_STEPS, model.draw_weights(Streams(1)), samples(), folder / "net"
    )


def make_and_run(project: Path, genn: str) -> None:
    arguments = ["make", "-C", str(project), f"GENN_PATH={genn}", "CXXFLAGS=-ffp-contract=off"]
    subprocess.run(arguments, check=True, capture_output=True)
    subprocess.run(["./network", "--potentials"], cwd=project, check=True, capture_output=True)


def assert_runtime_agrees(project: Path, model: Model) -> None:
    found = pd.read_csv(project / "spikes.csv")
    with build_engine("runtime", model, N_STEPS) as engine:
        engine.set_weights(model.draw_weights(Streams(1)))
        frame = engine.run(samples()).to_frame()
    assert (frame["population"] == "output").any()
    for column in ("trial", "population", "neuron", "step"):
        assert found[column].tolist() == frame[column].tolist(), column
    np.testing.assert_allclose(found["potential"], frame["potential"], rtol=1e-12)


def test_its_makefile_and_program_work(tmp_path: Path) -> None:
    project = write(MODEL, tmp_path)
    calls = write_stand_in(tmp_path / "genn")
    make_and_run(project, str(tmp_path / "genn"))
    assert calls.read_text() == "-c model.cpp\n"
    assert_runtime_agrees(project, MODEL)


@pytest.mark.skipif("genn" not in usable_engines(), reason="GENN_PATH names no GeNN 4")
@pytest.mark.parametrize(
    "model",
    [
        Network({"input": 4, "output": 3}, LEAKY, initialiser=[Uniform(0.2, 1)], name="leaky"),
        Network("2x2-5c1-2a-3", LEAKY, initialiser=Uniform(0.5, 2), name="image"),
    ],
    ids=lambda m: m.name,
)
def test_genn_makes_it(model: Model, tmp_path: Path) -> None:
    project = write(model, tmp_path)
    make_and_run(project, os.environ["GENN_PATH"])
    assert_runtime_agrees(project, model)


def test_without_genn_make_says_what_to_say(tmp_path: Path) -> None:
    project = write(MODEL, tmp_path)
    done = subprocess.run(
        ["make", "-C", str(project), "GENN_PATH="], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Say where GeNN 4.9 is: make GENN_PATH=..." in done.stderr
    text = (project / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# small on GeNN\n")
    assert "make GENN_PATH=" in text
    assert "## What goes in" in text


def test_what_genn_cannot_do_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    synapse = SynapseModel("s", on_pre="v_post -= w")
    neuron = MODEL.populations[1].neuron
    assert neuron is not None
    model = Network(
        {"input": 4, "output": 2}, neuron, synapse=synapse, initialiser=[Uniform()], name="down"
    )
    with pytest.raises(EngineError, match=r"only \+= is possible"):
        write(model, tmp_path)
    assert not list(tmp_path.iterdir())
