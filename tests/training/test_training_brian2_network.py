"""A Brian2 network of the user's own runs trials as Brian2 does, and learns."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import brian2
import numpy as np
import pytest
from brian2 import ms

import brainsnn as bs
from brainsnn.errors import ConfigError, DataError, DerivationError, ModelError, RuleError

N, N_STEPS = 90, 40


@pytest.fixture(scope="module", autouse=True)
def _numpy() -> Iterator[None]:
    target = brian2.prefs.codegen.target
    brian2.prefs.codegen.target, brian2.defaultclock.dt = "numpy", 1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms
    brian2.prefs.codegen.target = target


def joined(source: object, target: object, spread: float, **more: object) -> brian2.Synapses:
    name = f"{source.name}_{target.name}"  # type: ignore[attr-defined]
    path = brian2.Synapses(source, target, "w : 1", on_pre="v_post += w", name=name, **more)
    path.connect()
    rng = np.random.default_rng(len(name))
    path.w = rng.normal(0.05, spread / np.sqrt(len(source)), len(path))  # type: ignore[arg-type]
    return path


def script(reset: str = "v -= 1; a += 1", noise: str = "") -> SimpleNamespace:
    """A recurrent network with adaptation, in the default schedule of Brian2, steps of 1 ms."""
    given = brian2.SpikeGeneratorGroup(12, [], [] * ms, name="given")
    cells = brian2.NeuronGroup(
        16,
        f"dv/dt = -v/tau {noise}: 1\nda/dt = -a/(100*ms) : 1\ntau : second (constant)",
        threshold="v > 1 + 0.3*a",
        reset=reset,
        method="euler",
        name="cells",
    )
    cells.tau = 20 * ms
    out = brian2.NeuronGroup(
        2, "dv/dt = -v/(20*ms) : 1", "exact", threshold="v > 1", reset="v = 0", name="out",
    )  # fmt: skip
    paths = [joined(given, cells, 1.5), joined(cells, cells, 0.5, delay=2 * ms)]
    paths.append(joined(cells, out, 2.0))
    return SimpleNamespace(
        given=given, cells=cells, out=out, paths=paths, net=brian2.Network(given, cells, out, paths)
    )


def shown() -> tuple[bs.SpikeTrains, np.ndarray]:
    """Class "left" comes from the left, "right" from the right."""
    rng = np.random.default_rng(1)
    right = np.arange(N) % 2 == 1
    steps = np.tile(2 * np.arange(12), (N, 1))
    steps[right] = steps[right, ::-1]
    steps += rng.integers(0, 5, steps.shape)
    return bs.SpikeTrains.from_first_steps(steps, N_STEPS), np.where(right, "right", "left")


def test_it_runs_as_brian2_does_and_learns_weights_time_constants_and_first_values() -> None:
    mine, (trains, labels) = script(), shown()
    learned = dict.fromkeys(mine.paths, "w") | {mine.cells: ("tau", "v")}
    rule = bs.BPTT(scale=2, learning_rate=0.02)
    taught = bs.compile(mine.net, inputs=mine.given, outputs="out", trainable=learned, rule=rule)
    recording = taught.run(trains)
    monitors = {name: brian2.SpikeMonitor(getattr(mine, name)) for name in ("cells", "out")}
    mine.net.add(*monitors.values())
    mine.given.set_spikes(np.arange(12), trains.first_steps()[1] * ms)
    mine.net.run(N_STEPS * ms)
    for name, monitor in monitors.items():
        own = (recording.trial == 1) & (recording.population == recording.code(name))
        ours = np.array([recording.step[own], recording.neuron[own]])
        theirs = np.array([np.rint(monitor.t / ms), np.array(monitor.i)])
        np.testing.assert_array_equal(ours, theirs[:, np.lexsort(theirs[::-1])])
    before, first = taught.weights, np.array(mine.paths[0].w)
    half = np.arange(N // 2)
    with pytest.raises(DataError, match="not been fitted"):
        taught.predict(trains)
    taught.fit(trains.take(half), labels[half], epochs=10)
    assert taught.score(trains.take(half + N // 2), labels[half + N // 2]) > 0.9
    assert all((taught.weights[name] != values).any() for name, values in before.items())
    assert taught.weights["cells.tau"].min() > 1e-3
    np.testing.assert_array_equal(mine.paths[0].w, first)
    taught.write_back()
    np.testing.assert_array_equal(np.array(mine.paths[0].w), taught.weights["given_cells.w"])
    np.testing.assert_array_equal(np.array(mine.cells.tau), taught.weights["cells.tau"])
    with pytest.raises(DataError, match="3 classes, and 2 output"):
        taught.fit(trains.take(half[:3]), ["a", "b", "c"])
    with pytest.raises(DataError, match="need a label each"):
        taught.fit(trains, labels[:-1])
    for other in (np.ones((3, 12)), {"given": np.ones((3, 12))}, [1, 2], None):
        with pytest.raises(DataError, match="Trials are SpikeTrains"):
            taught.run(other)
    with pytest.raises(DataError, match=r"Inputs are \{'given': 12\}"):
        taught.run({"given": trains, "other": trains})
    few = trains.take(half[:4])
    for wrong in (["left", None] * 2, [0.5, 1.5] * 2, [0, "left"] * 2, [[0]] * 4, [b"a", b"b"] * 2):
        with pytest.raises(DataError, match=r"[Ll]abel"):
            taught.fit(few, wrong)
    for wrong in (labels[:4][:, None], labels[:1], [0, 1, 0, 1]):
        with pytest.raises(DataError, match=r"[Ll]abel"):
            taught.score(few, wrong)
    with pytest.raises(DataError, match="no trial"):
        taught.score(trains.take(half[:0]), [])
    for settings in ({"epochs": 0}, {"batch_size": 0}, {"random_state": None}):
        with pytest.raises(ConfigError):
            taught.fit(few, labels[:4], **settings)


def test_outputs_without_a_class_have_no_say_and_open_ties_go_to_the_first_in_them() -> None:
    """Of four outputs the last stands for no class and fires most; two others are alike."""
    given = brian2.SpikeGeneratorGroup(1, [], [] * ms, name="given")
    out = brian2.NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0", name="out")
    path = brian2.Synapses(given, out, "w : 1", on_pre="v_post += w", name="path")
    path.connect()
    path.w = [0.1, 0.4, 0.4, 2.0]
    net = brian2.Network(given, out, path)
    rule = bs.BPTT(learning_rate=1e-12)
    taught = bs.compile(net, inputs=given, outputs=out, trainable={path: "w"}, rule=rule)
    offsets, steps = np.array([0, 6, 8, 8]), np.array([*range(6), 0, 1])
    trains = bs.SpikeTrains(1, 8, offsets, np.zeros(8, np.int32), steps)
    taught.fit(trains, ["a", "b", "c"], epochs=1, optimiser="sgd")
    assert taught.run(trains).counts("out")[0].tolist() == [0, 1, 1, 3]
    assert taught.predict(trains).tolist() == ["b", "b", "a"]
    assert taught.score(trains, ["b", "c", "a"]) == 2 / 3


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"inputs": "cells"}, "'cells' has equations"),
        ({"inputs": []}, "'given' gives spikes too"),
        ({"inputs": "gaven"}, "'gaven' is not in the network. It has: .*given"),
        ({"outputs": "given"}, "'given' is no group of neurons with a threshold"),
        ({"potential": "u"}, "'out' has no state 'u'"),
        ({"trainable": {}}, "trainable is empty"),
        ({"trainable": {"path": "w"}}, "trainable: 'path' is not in the network"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changed: dict[str, object], message: str) -> None:
    mine = script()
    asked = {"inputs": mine.given, "outputs": mine.out, "trainable": {mine.paths[0]: "w"}} | changed
    with pytest.raises(ModelError, match=message):
        bs.compile(mine.net, **asked)


def test_what_has_no_derivative_is_refused_by_name() -> None:
    noisy, mine = script(noise="+ xi*ms**-0.5 "), script()
    with pytest.raises(RuleError, match="'cells': its equations draw random numbers"):
        bs.compile(
            noisy.net, inputs=noisy.given, outputs=noisy.out, trainable={noisy.paths[0]: "w"}
        )
    with pytest.raises(DerivationError, match="no parameter 'speed'"):
        bs.compile(mine.net, inputs=mine.given, outputs=mine.out, trainable={mine.cells: "speed"})
