"""A user's own files: CSV tables, folders of images, tables of spikes; the commands for them."""

import json
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import cross_val_score
from typer.testing import CliRunner

import brainsnn as bs
from brainsnn.cli.main import app
from brainsnn.errors import InputError
from brainsnn.spikes.trials import LabelledTrials

pytestmark = [
    pytest.mark.compiler,
    pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning"),
]


def classifier(**settings):
    return bs.Classifier(**{"network": 16, "random_state": 0, "epochs": 40, **settings})


@pytest.fixture(scope="module")
def table():
    X, y = load_iris(return_X_y=True)
    frame = pd.DataFrame(X, columns=["sepal", "width", "petal", "breadth"])
    return frame.assign(kind=np.array(["setosa", "versicolor", "virginica"])[y])


@pytest.fixture
def csv(table, tmp_path):
    path = tmp_path / "iris.csv"
    table.to_csv(path, index=False)
    return path


def test_a_csv_file_is_the_array_it_holds(table, csv):
    ours = classifier().fit(csv, "kind")
    X = table.drop(columns="kind")
    plain = classifier().fit(X, table["kind"])
    np.testing.assert_array_equal(ours.predict_proba(csv), plain.predict_proba(X))
    assert ours.score(X, table["kind"]) > 0.9
    np.testing.assert_array_equal(classifier().fit(table, "kind").predict(X), plain.predict(X))
    moved = csv.with_name("moved.csv")
    table[["kind", "breadth", "petal", "width", "sepal"]].to_csv(moved, index=False)
    np.testing.assert_array_equal(ours.predict(moved), plain.predict(X))


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("", None, "cannot be read as a CSV"),
        ("a,b\n", None, "no row"),
        ("1,2,3\n4,5,6\n", None, "has to name the columns"),
        ("a,a,b\n1,2,3\n", None, "column 'a' is there more than once"),
        ("a,b\n1,x\n", "c", "no column 'c'"),
        ("b\nx\n", None, "the only column"),
        ("a,b\n1,x\n2,\n", None, r"line 3: the label \(b\) is missing"),
        ("a,b\n1,x\nred,y\n", None, "line 3: a = red is no finite number"),
        ("a,b\n1,x\n,y\n", None, "line 3: a = nan is no finite number"),
    ],
)
def test_a_csv_file_that_cannot_be_taken_is_refused_by_line(tmp_path, text, label, words):
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        classifier().fit(path, label)


def test_files_that_are_not_there_are_refused(csv, tmp_path):
    with pytest.raises(InputError, match="No such file"):
        classifier().fit(tmp_path / "none.csv")
    with pytest.raises(InputError, match="one of its columns, by name"):
        classifier().fit(csv, [1, 2])
    with pytest.raises(InputError, match="a folder for each class"):
        classifier().fit(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        bs.datasets.read_image_folder(tmp_path / "none")


def test_a_column_that_was_learned_from_is_missed(table, csv, tmp_path):
    ours = classifier(epochs=1).fit(csv)
    table.drop(columns="petal").to_csv(tmp_path / "less.csv", index=False)
    with pytest.raises(InputError, match="'petal', which was learned from, is missing"):
        ours.predict(tmp_path / "less.csv")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    X, y = load_digits(n_class=3, return_X_y=True)
    folder = tmp_path_factory.mktemp("digits")
    for k in range(90):
        (folder / f"digit{y[k]}").mkdir(exist_ok=True)
        image = Image.fromarray((15 * X[k]).reshape(8, 8).astype(np.uint8))
        image.save(folder / f"digit{y[k]}" / f"{k:03}.png")
    (folder / "notes.txt").write_text("passed over", encoding="utf-8")
    return folder


def test_a_folder_of_images_by_class(images, tmp_path):
    net = classifier(network=(16,)).fit(images)
    pixels, labels = bs.datasets.read_image_folder(images)
    assert pixels.shape == (90, 8, 8)
    assert net.classes_.tolist() == ["digit0", "digit1", "digit2"]
    assert net.score(pixels, labels) > 0.95
    np.testing.assert_array_equal(
        net.predict(images / "digit1"), net.predict(pixels)[labels == "digit1"]
    )
    assert bs.datasets.read_image_folder(images, size=(4, 6))[0].shape == (90, 4, 6)


def test_a_folder_without_images_is_nothing_to_decide_about(images, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: no images"):
        classifier(network=(4,), epochs=1).fit(images).predict(tmp_path / "empty")


def test_images_that_cannot_be_taken_are_refused(images, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_bytes((images / "digit0" / "000.png").read_bytes())
    (tmp_path / "a" / "2.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"2\.png: not a readable image"):
        classifier().fit(tmp_path)
    Image.new("L", (3, 5)).save(tmp_path / "a" / "2.png")
    with pytest.raises(InputError, match=r"5 x 3 pixels, and .*1\.png has 8 x 8"):
        classifier().fit(tmp_path)


def test_sets_that_have_their_labels():
    X, y = load_iris(return_X_y=True)
    rows = bs.datasets.TableSet("iris", X, y, ("a", "b", "c"), tuple("wxyz"))
    net = classifier().fit(rows)
    np.testing.assert_array_equal(net.predict(rows), classifier().fit(X, y).predict(X))
    trials = LabelledTrials(net.input_spikes(X), y)
    spiking = classifier().fit(trials)
    np.testing.assert_array_equal(spiking.predict(trials), net.predict(X))
    events = bs.datasets.EventSet(
        "two",
        *(2, 2),
        *(np.array([0, 1, 2]), np.array([0, 3]), np.array([0, 5]), np.array([0, 1])),
        ("a", "b"),
    )
    with pytest.raises(InputError, match=r"trials = events.trials\(n_steps=100\)"):
        classifier().fit(events)
    clear = classifier().fit(events.trials(n_steps=10, length=1e-5))
    assert clear.n_features_in_ == 8


@pytest.fixture(scope="module")
def spikes():
    """Forty trials of six neurons: in class "late" three are silent."""
    rng = np.random.default_rng(1)
    labels = np.array(["early", "late"])[np.arange(40) % 2]
    steps = rng.integers(0, 6, (40, 6))
    steps[labels == "late", :3] = 20
    return bs.SpikeTrains.from_first_steps(steps, 6), labels


def frame_of(trains):
    trial = np.repeat(np.arange(trains.n_trials), np.diff(trains.offsets))
    return pd.DataFrame({"trial": trial, "neuron": trains.neuron, "step": trains.step})


def test_a_table_of_spikes(spikes):
    trains, labels = spikes
    frame = frame_of(trains).sample(frac=1, random_state=0)
    net = classifier().fit(frame, labels)
    assert net.score(frame, labels) > 0.9
    np.testing.assert_array_equal(net.predict(frame), net.predict(trains))
    with pytest.raises(InputError, match="of 7 steps; the classifier learned from 6"):
        net.predict(bs.SpikeTrains.from_first_steps(np.zeros((1, 6), int), 7))
    with pytest.raises(InputError, match=r"neuron must be in 0\.\.5, got 6"):
        net.predict(frame.assign(neuron=frame["neuron"] + 1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.assign(step=f["step"] - 1), "step must be 0 or more, got -1"),
        (lambda f: f.assign(trial=f["trial"] + 1), r"trial must be in 0\.\.39, got 40"),
        (lambda f: f.assign(neuron=f["neuron"] + 0.5), "whole"),
        (lambda f: pd.concat([f, f[:1]]), "twice"),
        (lambda f: f.assign(population=["a"] + ["b"] * (len(f) - 1)), "keep those of one"),
    ],
    ids=["step", "trial", "half", "twice", "populations"],
)
def test_a_table_of_spikes_that_cannot_be_taken_is_refused(spikes, change, words):
    trains, labels = spikes
    with pytest.raises(ValueError, match=words):
        classifier().fit(change(frame_of(trains)), labels)


def test_spike_trains_are_cut_in_folds(spikes):
    trains, labels = spikes
    assert len(trains) == 40
    assert trains[-1].n_trials == 1
    with pytest.raises(IndexError, match="no trial 40"):
        trains[40]
    assert cross_val_score(classifier(), trains, labels, cv=2).mean() > 0.8


def test_from_a_csv_file_to_predictions_on_the_command_line(table, csv, tmp_path):
    out = str(tmp_path / "mine")
    shown = CliRunner().invoke(
        app, ["fit", str(csv), "--network", "16", "--set", "epochs=40", "--out", out, "--json"]
    )
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["train_accuracy"] > 0.9
    predicted = CliRunner().invoke(app, ["predict", out, str(csv)])
    assert predicted.exit_code == 0, predicted.output
    rows = pd.read_csv(StringIO(predicted.stdout))
    assert (rows["prediction"] == table["kind"]).mean() > 0.9
    assert rows.filter(like="p(").sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-4)
    again = CliRunner().invoke(app, ["fit", str(csv), "--out", out])
    assert again.exit_code == 2
    assert "must be new or empty" in again.output


def test_neuron_rule_and_code_are_named_on_the_command_line(csv, tmp_path):
    out = tmp_path / "named"
    given = ["--rule", "antlr", "--neuron", "current_based_once", "--code", "rank"]
    more = ["--network", "8", "--engine", "runtime", "--set", "epochs=1", "--out", str(out)]
    shown = CliRunner().invoke(app, ["fit", str(csv), *given, *more, "--json"])
    assert shown.exit_code == 0, shown.output
    kept = bs.Classifier.load(out)
    assert [kept.rule, kept.neuron, kept.encoder] == ["antlr", "current_based_once", "rank"]


def test_what_the_command_line_refuses(csv, tmp_path):
    for more, words in (
        (["--set", "epoch=3"], "Did you mean 'epochs'"),
        (["--rule", "coutn"], "Did you mean 'count'"),
        (["--network", "9-16-3"], "'4-16-3' would fit"),
        (["--label", "knid"], "Did you mean 'kind'"),
        (["--neuron", "current_basd"], "Did you mean 'current_based'"),
        (["--code", "latncy"], "Did you mean 'latency'"),
        (["--set", "rule=coutn"], "Did you mean 'count'"),
        (["--set", "network=9-16-3"], "'4-16-3' would fit"),
    ):
        shown = CliRunner().invoke(app, ["fit", str(csv), "--out", str(tmp_path / "x"), *more])
        assert shown.exit_code == 2
        assert words in shown.output
