import numpy as np
import pandas as pd
import pytest
from fakes import N_STEPS, SIZES, FakeEngine, make_trials

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.errors import DataError
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import Recording
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.evaluation import evaluate, fan_outs, summary, tabulate

FAN_OUT = {"input": 2, "output": 0}


def hand_made():
    """Three trials of 2 inputs and 2 outputs: a clear winner, a broken tie, silence."""
    rows = [
        # trial, population, neuron, step, potential
        (0, 0, 0, 1, np.nan),
        (0, 0, 1, 2, np.nan),
        (0, 1, 1, 3, 5.0),
        (0, 0, 1, 4, np.nan),
        (1, 0, 0, 0, np.nan),
        (1, 1, 0, 2, 6.0),
        (1, 1, 1, 2, 5.0),
        (2, 0, 0, 0, np.nan),
    ]
    trial, population, neuron, step, potential = map(np.array, zip(*rows, strict=True))
    return Recording(
        {"input": 2, "output": 2},
        8,
        1e-3,
        np.concatenate(([0], np.cumsum(np.bincount(trial)))),
        population.astype(np.int32),
        neuron.astype(np.int32),
        step.astype(np.int32),
        potential,
        {"output": np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 3.0]])},
    )


def table():
    recording = hand_made()
    decisions = FirstSpikeDecoder().decode(recording)
    return tabulate(recording, decisions, np.array([1, 1, 1]), "output", FAN_OUT)


def test_table_of_a_hand_made_raster():
    expected = pd.DataFrame(
        {
            "trial": [0, 1, 2],
            "label": [1, 1, 1],
            "decision": [1, 0, 1],
            "decision_step": [3, 2, 8],
            "tie": [False, True, False],
            "silent": [False, False, True],
            "candidate": [True, True, True],
            "first_step_0": [8, 2, 8],
            "first_step_1": [3, 2, 8],
            "spikes_input": [3, 1, 1],
            "spikes_output": [1, 2, 0],
            "spikes_to_decision_input": [2, 1, 1],
            "spikes_to_decision_output": [1, 2, 0],
            "spikes_to_decision": [3, 3, 1],
            "synaptic_operations": [4, 2, 2],
        }
    )
    pd.testing.assert_frame_equal(table(), expected)


def test_summary_of_a_hand_made_raster():
    assert summary(table()) == pytest.approx(
        {
            "accuracy": 2 / 3,
            "accuracy_ties_wrong": 2 / 3,
            "accuracy_ties_right": 1.0,
            "silent_fraction": 1 / 3,
            "decision_step": 13 / 3,
            "spikes_to_decision": 7 / 3,
            "synaptic_operations": 8 / 3,
        }
    )


def test_broken_tie_is_right_in_one_column_and_wrong_in_the_other():
    recording = hand_made()
    decisions = FirstSpikeDecoder().decode(recording)
    trials = tabulate(recording, decisions, np.array([1, 0, 1]), "output", FAN_OUT)
    numbers = summary(trials)
    assert numbers["accuracy"] == 1.0
    assert numbers["accuracy_ties_wrong"] == pytest.approx(2 / 3)


def test_blocks_change_nothing():
    engine, trials, decoder = FakeEngine(), make_trials(50), FirstSpikeDecoder()
    whole = evaluate(engine, trials, decoder)
    assert len(whole) == 50
    pd.testing.assert_frame_equal(evaluate(engine, trials, decoder, block=7), whole)


def test_fan_outs_of_a_chain():
    found = {name: set(n.tolist()) for name, n in fan_outs(FakeEngine().model).items()}
    assert found == {"input": {12}, "hidden": {3}, "output": {0}}


def test_fan_outs_of_an_image_are_smaller_at_its_edge():
    model = Network("3x3-5c2-2a-2", integrate_and_fire_once, initialiser=Uniform(), name="cnn")
    found = fan_outs(model)
    np.testing.assert_array_equal(found["input"], [5, 10, 5, 10, 20, 10, 5, 10, 5])
    np.testing.assert_array_equal(found["conv1"], np.ones(20))
    np.testing.assert_array_equal(found["pool1"], np.full(5, 2))


def test_columns_count_spikes():
    engine, trials = FakeEngine(), make_trials(20)
    table = evaluate(engine, trials, FirstSpikeDecoder())
    counts = np.diff(trials.inputs.offsets)
    assert (table["spikes_input"] == counts).all()
    first = table[[f"first_step_{k}" for k in range(SIZES["output"])]]
    assert (table["decision_step"] == first.min(axis=1)).all()
    assert (table["silent"] == (first == N_STEPS).all(axis=1)).all()


def test_empty_set_and_unknown_label_are_refused():
    trials, decoder = make_trials(4), FirstSpikeDecoder()
    with pytest.raises(DataError, match="empty"):
        evaluate(FakeEngine(), make_trials(0), decoder)
    with pytest.raises(DataError, match="no output neuron"):
        evaluate(FakeEngine(), LabelledTrials(trials.inputs, trials.labels + 3), decoder)
