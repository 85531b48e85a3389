"""Reading early: both codes, step by step, by hand."""

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.codes.early import early_readings
from brainsnn.analysis.tables import TableError


def test_both_codes_step_by_step():
    spikes = [(0, 1, 1), (0, 0, 2), (0, 0, 3), (1, 2, 2), (1, 2, 0), (1, 1, 0)]
    frame = pd.DataFrame(spikes, columns=["trial", "neuron", "step"])
    table = early_readings(frame, np.array([0, 2]), 3, 5).set_index(["code", "step"])
    assert table.loc["rate", "accuracy"].tolist() == [0, 0, 0.5, 1, 1]
    assert table.loc["rate", "tie"].tolist() == [0.5, 0.5, 0.5, 0, 0]
    assert table.loc["first_spike", "accuracy"].tolist() == [0, 0, 0, 0, 0]
    assert table.loc["first_spike", "tie"].tolist() == [0.5] * 5
    assert table.loc["rate", "silent"].tolist() == [0.5, 0, 0, 0, 0]


def test_missing_columns_are_named():
    with pytest.raises(TableError, match="step"):
        early_readings(pd.DataFrame({"trial": [0], "neuron": [0]}), np.array([0]), 2, 2)


@pytest.mark.parametrize("column", ["trial", "neuron", "step"])
@pytest.mark.parametrize("value", [-1, 9, 0.5])
def test_spikes_that_cannot_be_are_refused(column, value):
    spikes = pd.DataFrame({"trial": [0.0], "neuron": [0.0], "step": [0.0]})
    spikes[column] = value
    with pytest.raises(TableError, match=column):
        early_readings(spikes, np.array([0, 1]), 2, 2)


@pytest.mark.parametrize("label", [-1, 2, 0.5, np.nan])
def test_labels_that_cannot_be_are_refused(label):
    spikes = pd.DataFrame({"trial": [0], "neuron": [0], "step": [0]})
    with pytest.raises(TableError, match="label"):
        early_readings(spikes, np.array([label, 0]), 2, 2)


def test_silence_is_read_as_silence():
    spikes = pd.DataFrame({"trial": [], "neuron": [], "step": []})
    table = early_readings(spikes, np.array([0, 1]), 2, 3)
    assert (table["silent"] == 1).all()
    assert (table["accuracy"] == 0).all()
