"""The GLM network on engines: potentials equal the equations', spikes have their odds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from engines import engine_params
from scipy.stats import binom

from brainsnn.codes import BernoulliEncoder
from brainsnn.engine import build_engine
from brainsnn.learning.glm import ACTIVATIONS, BASES, GLM
from brainsnn.learning.glm.network import glm_model, named
from brainsnn.learning.glm.simulate import simulate
from brainsnn.spikes import Recording
from brainsnn.streams import Streams

N_STEPS = 7


def network(activation="sigmoid"):
    basis, feedback = BASES["raised_cosine"](3, 4), BASES["unit"](2, 2)
    glm = GLM(6, 3, N_STEPS, basis, feedback, ACTIVATIONS[activation])
    return glm, glm.draw(np.random.default_rng(1))


def images(n):
    return np.random.default_rng(2).integers(0, 256, (n, 6), dtype=np.uint8)


def dense(recording: Recording, population: str):
    shape = (recording.n_trials, recording.n_steps, recording.populations[population])
    out = np.zeros(shape, bool)
    mine = recording.population == recording.code(population)
    out[recording.trial[mine], recording.step[mine], recording.neuron[mine]] = True
    return out


def runs(name, n, activation="sigmoid", **options):
    """What an engine (or the compiled simulation) records of n trials."""
    glm, weights = network(activation)
    trains = BernoulliEncoder(N_STEPS).encode(images(n), np.random.default_rng(3))
    if name == "simulate":
        return glm, weights, simulate(glm, weights, trains, np.random.default_rng(4), **options)
    with build_engine(name, glm_model(glm), N_STEPS, Streams(5)) as engine:
        engine.set_weights(named(weights))
        return glm, weights, engine.run(trains)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("name", [*engine_params(), "simulate"])
def test_potentials_of_a_free_run_are_those_of_teacher_forcing_with_its_own_spikes(
    name, activation
):
    glm, weights, recording = runs(name, 20, activation)
    inputs, outputs = dense(recording, "input"), dense(recording, "output")
    u = glm.potentials(inputs, outputs, weights)
    mine = recording.population == recording.code("output")
    assert mine.sum() > 40
    where = (recording.trial[mine], recording.step[mine], recording.neuron[mine])
    np.testing.assert_allclose(recording.potential[mine], u[where], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(recording.final["output"], u[:, -1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("name", ["resident", "simulate"])
def test_spikes_come_with_the_probability_of_their_potential(name, activation):
    """Potentials in ten classes; each count within its 1 - 10^-6 interval: fails 1 in 10^5."""
    glm, weights, recording = runs(name, 4000, activation)
    outputs = dense(recording, "output")
    u = glm.potentials(dense(recording, "input"), outputs, weights)
    p = glm.activation.probability(u)
    edges = np.quantile(p, np.linspace(0, 1, 11))
    for low, high in itertools.pairwise(edges):
        inside = (p >= low) & (p < high)
        # The variance of a sum of unlike Bernoulli draws is at most the binomial's.
        least, most = binom.interval(1 - 1e-6, inside.sum(), p[inside].mean())
        assert least <= outputs[inside].sum() <= most


def test_stopping_ends_each_trial_with_its_first_output_spike():
    whole = runs("simulate", 200)[2]
    stopped = runs("simulate", 200, stop_at_first=True)[2]
    spikes, first = dense(stopped, "output"), stopped.first_steps("output").min(axis=1)
    assert (spikes.any(axis=2).sum(axis=1) <= 1).all()
    assert first.mean() == pytest.approx(whole.first_steps("output").min(axis=1).mean(), abs=0.5)
