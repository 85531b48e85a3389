"""Bounds and masks hold under every optimiser, compiled and step by step to the last bit."""

import shutil

import numpy as np
import pytest

import brainsnn as bs
from brainsnn.codes import FirstSpikeDecoder
from brainsnn.engine import build_engine
from brainsnn.errors import LearningError, RunDirectoryError
from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.loop.blocks import CompiledBlocks
from brainsnn.training.loop.updates import StepByStep

ENGINE = "resident" if shutil.which("g++") else "runtime"
MASK = np.random.default_rng(3).random((9, 6)) < 0.7


def network(*constraints):
    sizes = (("input", 9), ("hidden", 6), ("output", 3))
    neuron = integrate_and_fire_once.with_parameters(theta=4.0)
    populations = [Population(name, n, neuron if name != "input" else None) for name, n in sizes]
    connections = [
        Connection(f"{a}_{b}", a, b, initialiser=bs.Uniform(0, 2), constraint=constraint)
        for (a, _), (b, _), constraint in zip(sizes, sizes[1:], constraints, strict=False)
    ]
    return Model("bounded", tuple(populations), tuple(connections))


def trials(n=40):
    rng = np.random.default_rng(5)
    steps = rng.integers(0, 9, (n, 9))
    return LabelledTrials(bs.SpikeTrains.from_first_steps(steps, 10), rng.integers(0, 3, n))


LIMITED = network(bs.Constraint(-0.3, 1.1, MASK), bs.Constraint(upper=1.5))
SIGNED = network(bs.Constraint(0, None, MASK), bs.Constraint(0))


def trainer(engine, optimiser, batch_size, compiled, **options):
    config = TrainingConfig(
        epochs=2, batch_size=batch_size, optimiser=optimiser, monitor="epoch", update="simultaneous"
    )
    made = Trainer(engine, bs.S4NN(), FirstSpikeDecoder(), config, 0.05, bs.Streams(2), **options)
    assert isinstance(made.updater, CompiledBlocks) == (ENGINE == "resident")
    if not compiled:
        made.updater = StepByStep(
            engine, made.rule, made.state.optimiser, batch_size, sequential=False
        )
    return made


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("name", ["sgd", "adam", "quantised_adam"])
def test_learned_weights_keep_to_them_however_they_are_learned(name, batch_size):
    model = SIGNED if name == "quantised_adam" else LIMITED
    settings = {"weight_decay": 0.01} if name == "sgd" else {}
    found = []
    with build_engine(ENGINE, model, 10, bs.Streams(1)) as engine:
        for compiled in (True, False):
            engine.set_weights({k: np.full(w.shape, 1.4) for k, w in engine.weights.items()})
            made = trainer(engine, OPTIMISERS[name](**settings), batch_size, compiled)
            found.append(made.fit(trials()).weights)
    for key, parameter in model.trainable.items():
        np.testing.assert_array_equal(found[0][key], found[1][key], err_msg=key)
        low, high = parameter.bounds
        assert found[0][key].min() >= low
        assert found[0][key].max() <= high
        assert np.unique(found[0][key]).size > 3
    assert not found[0]["input_hidden"][~MASK].any()


def test_what_an_optimiser_cannot_keep_to_is_refused():
    beyond = network(bs.Constraint(lower=0.1), None)
    with build_engine("runtime", beyond, 10, bs.Streams(1)) as engine:

        def begin(name, **settings):
            config = TrainingConfig(optimiser=OPTIMISERS[name](**settings))
            return Trainer(engine, bs.S4NN(), FirstSpikeDecoder(), config, 0.1, bs.Streams(0))

        with pytest.raises(LearningError, match="which a weight decay of"):
            begin("sgd", weight_decay=0.5)
        with pytest.raises(LearningError, match="which weights of 4 bits"):
            begin("quantised_adam", bits=4)
        assert begin("sgd")
        assert begin("adam", weight_decay=0.5)


def test_a_run_is_not_resumed_with_other_constraints(tmp_path):
    path = tmp_path / "checkpoint.npz"
    for model, resume in ((LIMITED, False), (LIMITED, True), (network(None, None), True)):
        with build_engine("runtime", model, 10, bs.Streams(1)) as engine:
            config = TrainingConfig(epochs=1, monitor="epoch")
            given = engine, bs.S4NN(), FirstSpikeDecoder(), config, 0.05, bs.Streams(2)
            made = Trainer(*given, checkpoint=path)
            if model is LIMITED:
                made.fit(trials(), resume=resume)
                continue
            with pytest.raises(RunDirectoryError, match="constraints"):
                made.fit(trials(), resume=True)
