"""Reading early: both codes, step by step, by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.codes.early import early_readings
from analysis.tables import TableError


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
