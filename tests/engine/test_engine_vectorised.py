"""Statements that vector registers take, and those that are left as Brian2 writes them."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.engine import build_engine
from brainsnn.engine.resident.generated.vectorised import Variable, lanes
from brainsnn.network.connectivity import AveragePooling, Convolution
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import FanInNormal, Normal, SynapseModel
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

N_STEPS = 25
ADDING = [
    "const int32_t _postsynaptic_idx = _ptr_post[_idx];",
    "double v_post = _ptr_v[_postsynaptic_idx];",
    "const double w = _ptr_w[_idx];",
    "v_post += 0.001 * w;",
    "_ptr_v[_postsynaptic_idx] = v_post;",
]
COUNTING = Neuron("v : 1\nu : 1", threshold="v >= 1", reset="v -= 1", name="counting")


def test_variables_of_targets_are_held_and_those_of_synapses_read() -> None:
    found = lanes(ADDING)
    assert found is not None
    assert found.held == [Variable("v_post", "_ptr_v")]
    assert found.rows == [Variable("w", "_ptr_w")]
    assert found.body == ["v_post += 0.001 * w;"]
    elsewhere = lanes(ADDING, "copy")
    assert elsewhere is not None
    assert elsewhere.rows == [Variable("w", "copy")]


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        (3, "v_post += exp(w);"),
        (3, "v_post += 2 * w;"),  # a register takes no whole number
        (3, "v_post += w * tau;"),  # shared, in no register
        (3, "v_post = w > 1.0 ? 1.0 : v_post;"),
        (3, "v_post = max(v_post, w);"),
        (1, "int32_t v_post = _ptr_v[_postsynaptic_idx];"),
        (2, "const double w = _ptr_w[_presynaptic_idx];"),
        (4, "_ptr_w[_idx] = w;"),
        (4, ""),
    ],
)
def test_everything_else_is_left_alone(line: int, instead: str) -> None:
    assert lanes([*ADDING[:line], instead, *ADDING[line + 1 :]]) is None


def _widths() -> Model:
    """Rows and runs shorter and longer than one and ten registers, and what is no register's."""
    first, wide = Convolution(4, 5, 3, 2, 1), Convolution(4, 5, 3, 4, 50)
    narrow = Convolution(4, 5, 3, 3, 7)
    mean, both = AveragePooling(4, 5, 3, 1), SynapseModel("both", on_pre="v += w; u += 0.5*w")
    clipped = SynapseModel("clipped", on_pre="v_post += clip(w, -0.1, 0.2)")
    parts = [
        ("first", first.n_target, first, SynapseModel("plain")),
        ("wide", wide.n_target, wide, SynapseModel("plain")),
        ("narrow", narrow.n_target, narrow, both),
        ("clipped", narrow.n_target, narrow, clipped),
        ("mean", mean.n_target, mean, both),
    ]
    connections = [
        Connection(f"c_{name}", "input", name, synapse, FanInNormal(2.0), connectivity=connectivity)
        for name, _, connectivity, synapse in parts
    ]
    dense = (1, 8, 13, 80, 81, 170)
    connections += [
        Connection(f"c_dense{n}", "input", f"dense{n}", both, Normal(0, 0.5)) for n in dense
    ]
    sizes = {**{name: n for name, n, *_ in parts}, **{f"dense{n}": n for n in dense}}
    populations = [Population(name, size, COUNTING) for name, size in sizes.items()]
    return Model("widths", (Population("input", 60), *populations), tuple(connections))


def _crowded() -> SpikeTrains:
    """Three trials with many spikes in a step."""
    spikes = np.random.default_rng(5).random((3, N_STEPS, 60)) < 0.4
    trial, step, neuron = np.nonzero(spikes)
    offsets = np.searchsorted(trial, np.arange(4)).astype(np.int64)
    return SpikeTrains(60, N_STEPS, offsets, neuron.astype(np.int32), step.astype(np.int32))


def test_every_width_gives_the_bits_of_one_synapse_at_a_time() -> None:
    model, frames, finals = _widths(), [], []
    for name in ("runtime", "resident"):
        with build_engine(name, model, N_STEPS) as engine:
            engine.set_weights(model.draw_weights(Streams(4)))
            recording = engine.run(_crowded())
            frames.append(recording.to_frame())
            finals.append(recording.final)
    assert set(frames[0]["population"]) == set(model.sizes)
    assert frames[0].equals(frames[1])
    for name, values in finals[0].items():
        np.testing.assert_array_equal(finals[1][name], values, name)


def test_weights_written_between_blocks_are_those_that_run() -> None:
    model = Network("6x5-9c2-4", COUNTING, initialiser=FanInNormal(2.0), name="cnn")
    rng = np.random.default_rng(1)
    inputs = SpikeTrains.from_first_steps(rng.integers(0, N_STEPS, (2, 30)), N_STEPS)
    with build_engine("resident", model, N_STEPS) as engine:
        engine.set_weights(model.draw_weights(Streams(1)))
        before = engine.run(inputs).to_frame()
        engine.weights["input_conv1"][...] *= 0.0
        assert not (engine.run(inputs).to_frame()["population"] == "conv1").any()
        engine.set_weights(model.draw_weights(Streams(1)))
        assert engine.run(inputs).to_frame().equals(before)
