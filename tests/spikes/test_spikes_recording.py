import numpy as np
import pandas as pd
import pytest
from helpers import NAN, recording

from brainsnn.errors import DataError

SIZES = {"input": 3, "output": 2}
SPIKES = [
    (0, "input", 2, 0, NAN),
    (0, "output", 1, 4, 1.5),
    (0, "output", 1, 6, 1.25),
    (2, "input", 0, 3, NAN),
    (2, "output", 0, 3, 1.0),
]


@pytest.fixture
def recorded():
    return recording(SPIKES, SIZES, n_trials=3, n_steps=8, dt=2e-3)


def test_trial_of_every_spike(recorded):
    assert recorded.n_trials == 3
    assert recorded.trial.tolist() == [0, 0, 0, 2, 2]


def test_first_steps_and_counts_of_a_population(recorded):
    assert recorded.first_steps("output").tolist() == [[8, 4], [8, 8], [3, 8]]
    assert recorded.first_steps("input").tolist() == [[8, 8, 0], [8, 8, 8], [3, 8, 8]]
    assert recorded.counts("output").tolist() == [[0, 2], [0, 0], [1, 0]]


def test_code_of_a_population(recorded):
    assert [recorded.code(name) for name in SIZES] == [0, 1]
    with pytest.raises(DataError, match=r"No population 'hidden' .* \['input', 'output'\]"):
        recorded.code("hidden")


def test_frame(recorded):
    frame = recorded.to_frame()
    assert list(frame.columns) == ["trial", "population", "neuron", "step", "time", "potential"]
    assert frame["population"].tolist() == ["input", "output", "output", "input", "output"]
    np.testing.assert_allclose(frame["time"], [0.0, 0.008, 0.012, 0.006, 0.006])
    assert frame["potential"].notna().tolist() == [False, True, True, False, True]


def test_frame_says_what_no_row_does(recorded, tmp_path):
    path = tmp_path / "spikes.parquet"
    recorded.to_frame().to_parquet(path)
    attrs = pd.read_parquet(path).attrs
    assert attrs.pop("populations") == SIZES
    assert attrs == {"n_trials": 3, "n_steps": recorded.n_steps, "dt": recorded.dt}


def test_frame_of_nothing_keeps_its_columns():
    frame = recording([], SIZES).to_frame()
    assert frame.empty
    assert list(frame["population"].cat.categories) == list(SIZES)
