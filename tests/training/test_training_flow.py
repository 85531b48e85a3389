"""A stalled network is told how its error fares on the way back; the engine is left as it was."""

from types import SimpleNamespace

import numpy as np
from fakes import FakeEngine, make_trainer, make_trials

from brainsnn.codes import RateDecoder
from brainsnn.learning.equations.flow import GradientFlow
from brainsnn.network.network import Network
from brainsnn.network.neurons import leaky_integrate_and_fire
from brainsnn.network.synapses import Uniform
from brainsnn.training import BPTT, HealthMonitor
from brainsnn.training.flow import look

SIZES, N_STEPS = {"input": 20, "hidden": 6, "output": 3}, 30
TRIALS = make_trials(6, sizes=SIZES, n_steps=N_STEPS)
MODEL = Network(SIZES, leaky_integrate_and_fire, initialiser=Uniform(0, 0.6), name="stalls")


def engine_of(model):
    rng = np.random.default_rng(0)
    weights = {name: rng.uniform(0, 0.6, shape) for name, shape in model.shapes.items()}
    return SimpleNamespace(weights=weights, n_steps=N_STEPS)


def test_the_error_of_every_population_is_looked_at_and_nothing_changed():
    rule, engine = BPTT().bind(MODEL, RateDecoder(), N_STEPS), engine_of(MODEL)
    before = {name: values.copy() for name, values in engine.weights.items()}
    flow = look(engine, rule, TRIALS)
    assert set(flow.sizes) == {"hidden", "output"}
    assert all(size.shape == (N_STEPS,) and size.any() for size in flow.sizes.values())
    first = TRIALS.inputs.take(np.arange(2)).step.min()
    assert flow.begins == first
    for name, values in before.items():
        np.testing.assert_array_equal(engine.weights[name], values)


def test_rules_without_a_way_back_and_large_networks_have_no_flow():
    rule, engine = BPTT().bind(MODEL, RateDecoder(), N_STEPS), engine_of(MODEL)
    assert look(engine, object(), TRIALS) is None
    engine.n_steps = 10**7
    assert look(engine, rule, TRIALS) is None


def test_a_network_that_stalls_is_looked_at_once_and_every_such_report_says_it():
    size, looked = np.array([1e-9, 1e-9, 0.5, 1.0]), []

    def flow():
        looked.append(1)
        return GradientFlow({"hidden": size})

    engine, said = FakeEngine(), []
    engine.weights["input_hidden"][:, 3:] = -1.0
    monitor = HealthMonitor(said.append, 10, 3, look=flow)
    extra = {"callbacks": [monitor]}
    trainer = make_trainer(engine, learning_rate=1e-9, extra=extra, epochs=2)
    trainer.fit(make_trials(60), make_trials(30, 1))
    assert len(looked) == 1
    for report in monitor.reports:
        assert any("'hidden' has vanished by step 1" in line for line in report.advice)
        assert "a factor of 0.001 a step back, largest at step 3" in str(report)
    assert "never fire" in monitor.reports[0].advice[0]
