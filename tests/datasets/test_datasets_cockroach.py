"""The recorded neurons: contents, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.datasets.cockroach import CockroachAntennalLobe
from brainsnn.errors import DataError

HEAD = "odour,trial,neuron,time_s\n"


def test_the_recording_is_what_it_should_be():
    if CockroachAntennalLobe().find() is None:
        pytest.skip("the recording is not there")
    recorded = CockroachAntennalLobe().load()
    assert len(recorded.frame) == 42_943
    assert recorded.frame.groupby("stimulus")["trial"].nunique().tolist() == [20, 20, 20]
    assert sorted(recorded.frame["neuron"].unique()) == [0, 1, 2]


def test_a_spike_listed_twice_is_taken_once(tmp_path):
    (tmp_path / "spikes.csv").write_text(HEAD + "mix,0,1,2.5\nmix,0,1,2.5\nterpi,0,1,3\n")
    recorded = CockroachAntennalLobe(tmp_path).load()
    assert recorded.frame["time"].tolist() == [2.5, 3]
    onsets = recorded.onsets(recorded.frame["stimulus"].to_numpy())
    np.testing.assert_array_equal(onsets, [6.01, 6.03])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("odour,trial\nmix,1\n", "columns must be"),
        (HEAD + "rose,0,1,2.5\n", "unknown odours"),
        (HEAD + "mix,0,1,2500\n", "times must be in"),
        (HEAD + "mix,0,1,nan\n", "times must be in"),
    ],
)
def test_damaged_files_are_refused(tmp_path, text, message):
    (tmp_path / "spikes.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        CockroachAntennalLobe(tmp_path).load()
    with pytest.raises(DataError, match="cannot be read"):
        CockroachAntennalLobe(tmp_path / "nowhere").load()


def test_it_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINSNN_DATA", str(tmp_path))
    monkeypatch.setattr("brainsnn.datasets.locate.search_roots", lambda: [("here", tmp_path)])
    with pytest.raises(DataError, match="R package"):
        CockroachAntennalLobe().load()
