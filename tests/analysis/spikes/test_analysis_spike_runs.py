"""Spike tables of run directories: of as many trials, steps and neurons as the run had."""

from __future__ import annotations

import pandas as pd
import pytest

from brainsnn.analysis.spikes import from_run
from brainsnn.analysis.spikes.rates import tuning
from brainsnn.analysis.tables import TableError

FACTS = {"n_trials": 3, "n_steps": 20, "dt": 2e-3, "populations": {"input": 4, "output": 3}}


@pytest.fixture
def run(tmp_path):
    """Write the tables of a run; the third trial is silent, the fourth not in the sample."""

    def written(attrs=FACTS, spikes=((0, 1, 2), (0, 0, 3), (1, 1, 4)), **columns):
        frame = pd.DataFrame(list(spikes), columns=["trial", "neuron", "step"])
        frame["population"] = "output"
        frame.attrs = dict(attrs)
        frame.to_parquet(tmp_path / "spikes.parquet")
        trials = {"trial": range(4), "label": [10, 2, 10, 2], **columns}
        pd.DataFrame(trials).to_parquet(tmp_path / "trials.parquet")
        return tmp_path

    return written


def test_the_run_says_how_long_and_how_many(run):
    table = from_run(run())
    assert table.stop == pytest.approx(0.04)
    assert table.stimuli == [2, 10]
    assert table.counts().tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert tuning(table)["rate"].max() == pytest.approx(1 / 0.04)
    assert table.time.tolist() == pytest.approx([0.006, 0.004, 0.008])


def test_a_silent_population_is_silent(run):
    path = run()
    assert from_run(path, "input").counts().shape == (3, 4)
    nothing = run(spikes=())
    assert from_run(nothing).counts().sum() == 0
    with pytest.raises(TableError, match="no population 'hidden'; there are input, output"):
        from_run(path, "hidden")


def test_what_is_not_recorded_is_asked_for(run):
    path = run(attrs={})
    known = {"dt": 1e-3, "n_steps": 9, "n_trials": 4, "n_neurons": 2}
    table = from_run(path, **known)
    assert table.counts().shape == (4, 2)
    assert table.stop == pytest.approx(0.009)
    for name in known:
        with pytest.raises(TableError, match=name):
            from_run(path, **{key: value for key, value in known.items() if key != name})


@pytest.mark.parametrize(
    "wrong", [{"dt": 1e-3}, {"n_steps": 256}, {"n_trials": 4}, {"n_neurons": 10}]
)
def test_what_is_recorded_is_not_contradicted(run, wrong):
    with pytest.raises(TableError, match="was given, but the run had"):
        from_run(run(), **wrong)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"attrs": {**FACTS, "n_steps": 4}}, "1 spikes are after the last of 4 steps"),
        ({"attrs": {**FACTS, "n_trials": 1}}, "trial not in the list"),
        ({"attrs": {**FACTS, "n_trials": 9}}, "cannot be of 4 trials"),
        ({"attrs": {**FACTS, "dt": 0.0}}, "dt = 0.0"),
        ({"attrs": {**FACTS, "populations": {"output": 1}}}, "not among"),
        ({"label": [0, 1, None, 0]}, "label is missing in 1"),
        ({"label": [0, 1, -1, 0]}, "label must be whole numbers"),
    ],
)
def test_tables_that_do_not_fit_are_refused(run, changed, message):
    with pytest.raises(TableError, match=message):
        from_run(run(**changed))


def test_missing_and_damaged_tables_are_refused(run, tmp_path):
    with pytest.raises(TableError, match="no spikes or trials table"):
        from_run(tmp_path / "nowhere")
    path = run()
    (path / "trials.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(TableError, match="no spikes or trials table"):
        from_run(path)
