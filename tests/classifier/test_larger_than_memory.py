"""Tables in Parquet files, read by block: the same bits as from memory, and memory that stays."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import brainsnn as bs
from brainsnn.cli.main import app
from brainsnn.codes import BernoulliEncoder
from brainsnn.errors import InputError

pytestmark = [
    pytest.mark.compiler,
    pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning"),
]

FEATURES = list("abcd")


def classifier(**settings):
    return bs.Classifier(**{"network": 8, "random_state": 0, "epochs": 2, **settings})


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 300)
    frame = pd.DataFrame(rng.random((300, 4)) + 0.3 * kind[:, None], columns=FEATURES)
    frame["c"] = (100 * frame["c"]).astype(np.int32)
    return frame.assign(kind=np.array(["left", "middle", "right"])[kind])


@pytest.fixture
def file(table, tmp_path):
    table.to_parquet(tmp_path / "own.parquet", row_group_size=64)
    return tmp_path / "own.parquet"


@pytest.mark.parametrize(
    "settings",
    [
        {"validation_fraction": 0.2},
        {"encoder": BernoulliEncoder(6), "scaler": "range"},
        {"encoder": bs.Latency(20), "rule": "s4nn", "scaler": (0, 300)},
    ],
    ids=["validated", "drawn", "first spikes"],
)
def test_a_file_read_by_block_is_the_table_in_memory_to_the_bit(table, file, settings):
    X, y = table[FEATURES], table["kind"].to_numpy()
    stored, held = classifier(**settings).fit(file, "kind"), classifier(**settings).fit(X, y)
    for name, weights in held.weights_.items():
        np.testing.assert_array_equal(stored.weights_[name], weights)
    pd.testing.assert_frame_equal(
        stored.history_.drop(columns="seconds"), held.history_.drop(columns="seconds")
    )
    np.testing.assert_array_equal(stored.predict_proba(file), held.predict_proba(X))
    assert stored.score(file) == held.score(X, y)
    assert list(stored.feature_names_in_) == FEATURES


def test_a_folder_of_files_is_one_table_and_more_rows_can_come(table, tmp_path):
    for k, begin in enumerate((0, 90, 200)):
        part = table.iloc[begin : (90, 200, 300)[k]]
        part.to_parquet(tmp_path / f"{k}.parquet")
    X, y = table[FEATURES], table["kind"].to_numpy()
    stored, held = classifier().fit(tmp_path), classifier().fit(X, y)
    np.testing.assert_array_equal(stored.predict_proba(tmp_path), held.predict_proba(X))
    one = tmp_path / "0.parquet"
    stored.partial_fit(one, y[:90])
    held.partial_fit(X[:90], y[:90])
    np.testing.assert_array_equal(stored.predict_proba(X), held.predict_proba(X))
    first, last = stored.input_spikes(one), held.input_spikes(X[:90])
    np.testing.assert_array_equal(first.step, last.step)


def test_the_command_takes_such_files(file, table, tmp_path):
    out = str(tmp_path / "mine")
    given = ["fit", str(file), "--label", "kind", "--network", "8", "--set", "epochs=2"]
    assert CliRunner().invoke(app, [*given, "--out", out]).exit_code == 0
    moved = tmp_path / "moved.parquet"
    table[FEATURES[::-1]].to_parquet(moved)
    said = CliRunner().invoke(app, ["predict", out, str(moved)])
    assert said.exit_code == 0, said.output
    assert said.output.count("\n") == len(table) + 1


def damaged(path):
    data = bytearray(path.read_bytes())
    data[4:2000] = b"\xff" * 1996
    path.write_bytes(bytes(data))


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def changed(**columns):
    def write(path):
        pd.read_parquet(path).assign(**columns).to_parquet(path)

    return write


def twice(path):
    names = ["a", "a", "kind"]
    pq.write_table(pa.Table.from_arrays([pa.array([1, 2])] * 3, names=names), path)


def no_rows(path):
    pd.read_parquet(path).iloc[:0].to_parquet(path)


def no_columns(path):
    pq.write_table(pa.table({}), path)


def held(**columns):
    def write(path):
        table = pq.read_table(path)
        for name, values in columns.items():
            table = table.set_column(table.schema.get_field_index(name), name, pa.array(values))
        pq.write_table(table, path)

    return write


HOLE = np.where(np.arange(300) == 170, np.nan, 1.0)


@pytest.mark.parametrize(
    ("defect", "label", "words"),
    [
        (damaged, None, "cannot be read as a Parquet table"),
        (cut, None, "cannot be read as a Parquet table"),
        (changed(b="word"), "kind", "column 'b' holds .*string, no numbers"),
        (changed(b=HOLE), "kind", "row 170: b"),
        (changed(b=np.inf), "kind", "row 0: b = inf is no finite number"),
        (changed(kind=[None, *"ab" * 149, "a"]), "kind", "row 0: kind is missing"),
        (lambda path: None, "kinds", "Did you mean 'kind'"),
        (lambda path: None, [1, 2], "one of its columns, by name"),
        (twice, "kind", "column 'a' is there more than once"),
        (no_rows, "kind", "no row"),
        (no_columns, None, "the table has no column"),
        (held(kind=[["a"]] * 300), "kind", "column 'kind' holds list.*, no labels"),
        (held(kind=[{"a": 1}] * 300), "kind", "column 'kind' holds struct.*, no labels"),
        (held(kind=[b"a", b"b"] * 150), "kind", "column 'kind' holds binary, no labels"),
        (lambda path: path.unlink(), None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused(file, defect, label, words):
    defect(file)
    with pytest.raises(InputError, match=words):
        classifier().fit(file, label)


def test_files_that_do_not_go_together_and_codes_that_cannot_are_refused(table, file):
    fitted = classifier().fit(file)
    lacking = file.with_name("lacking.parquet")
    table.drop(columns="b").assign(e=0.0).to_parquet(lacking)
    with pytest.raises(InputError, match="column 'b', which was learned from, is missing"):
        fitted.predict(lacking)
    with pytest.raises(InputError, match=r"own\.parquet: the column 'e' of lacking"):
        classifier().fit(file.parent, "kind")
    with pytest.raises(InputError, match=r"sample 0, feature 2, is not in 0\.\.1"):
        classifier(scaler=None).fit(file)
    with pytest.raises(InputError, match="cannot be encoded in another order"):
        classifier(encoder=BernoulliEncoder(6, sparse=True)).fit(file)


PEAK = """
import resource, sys
import brainsnn as bs
bs.Classifier(4, encoder=bs.Latency(16), epochs=1, batch_size=256, random_state=0).fit(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    rng, peaks = np.random.default_rng(0), []
    for n in (4_000, 32_000):  # As float64 and spikes, 7 and 58 times 3 MiB.
        table = pa.table({f"f{k}": rng.random(n, np.float32) for k in range(100)})
        table = table.append_column("kind", pa.array(rng.integers(0, 2, n)))
        pq.write_table(table, tmp_path / f"{n}.parquet", row_group_size=4_000)
        command = [sys.executable, "-c", PEAK, str(tmp_path / f"{n}.parquet")]
        peaks.append(float(subprocess.run(command, capture_output=True, check=True).stdout))
    # The same in memory: 25 MB of numbers as float64, and 25 MB of spikes, with their copies.
    assert peaks[1] < peaks[0] + 25, peaks
