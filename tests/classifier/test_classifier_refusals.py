"""Settings and samples at the border of what a classifier takes."""

import signal

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

import brainsnn as bs
from brainsnn.errors import BrainsnnError, InputError, RunDirectoryError
from brainsnn.training import Callback

pytestmark = [
    pytest.mark.compiler,
    pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning"),
]

X, Y = load_iris(return_X_y=True)


def classifier(**settings):
    return bs.Classifier(**{"network": 16, "random_state": 0, "epochs": 3, **settings})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"random_state": np.random.default_rng(0)}, "random_state"),
        ({"random_state": -1}, "random_state = -1"),
        ({"learning_rate": "fast"}, "learning_rate = 'fast'"),
        ({"network": True}, "notation of the whole network"),
        ({"encoder": bs.Regular}, "encoder"),
        ({"decoder": dict}, "decoder"),
        ({"patience": 2}, "patience needs validation_fraction"),
        ({"workers": "two"}, "workers"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_settings_of_another_type_are_refused(settings, words):
    with pytest.raises(BrainsnnError, match=words) as caught:
        classifier(**settings).fit(X, Y)
    assert not isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    "samples",
    [
        X * 1e306 - 3e306,
        np.where(X.mean(axis=0) < X, 1.7e308, -1.7e308),
        X * 1e-320,
        X.astype(np.float16),
        X.astype(object),
        pd.DataFrame(X, index=range(500, 650)),
    ],
    ids=["huge", "beyond half", "denormal", "half", "objects", "frame"],
)
def test_numbers_of_any_range_and_type(samples):
    net = classifier(epochs=20).fit(samples, Y)
    assert net.score(samples, Y) > 0.6


@pytest.mark.parametrize(
    "labels", [Y > 0, pd.Series(Y, index=range(9, 159)), pd.Categorical(list("abc")).take(Y)]
)
def test_labels_of_any_kind(labels):
    net = classifier(epochs=20).fit(X, labels)
    assert (net.predict(X) == np.asarray(labels)).mean() > 0.6


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.ma.masked_greater(X, 5), "masked in part"),
        (pd.DataFrame({"when": pd.date_range("2020", periods=150), "x": X[:, 0]}), "DType"),
        ([["a", "b"], ["c", "d"]], "could not convert"),
        ([np.zeros((2, 2)), np.zeros((2, 3))], "inhomogeneous|could not broadcast"),
        (bs.datasets.EventSet, "argument must be"),
    ],
    ids=["masked", "dates", "text", "images", "class"],
)
def test_samples_that_hold_no_numbers_are_refused(samples, words):
    n = 2 if isinstance(samples, type) else len(samples)
    with pytest.raises(InputError, match=words):
        classifier().fit(samples, np.arange(n) % 2)


def test_images_of_another_shape_are_refused():
    rng = np.random.default_rng(0)
    images = rng.random((30, 4, 6))
    net = classifier(epochs=1).fit(list(images), np.arange(30) % 2)
    assert net.predict(images.reshape(30, -1)).shape == (30,)
    with pytest.raises(InputError, match=r"Images of \(6, 4\); the .* learned from \(4, 6\)"):
        net.predict(images.transpose(0, 2, 1))


def test_what_is_no_folder_is_refused(tmp_path):
    net = classifier(epochs=1).fit(X, Y)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(RunDirectoryError, match="no such folder can be made"):
        net.save(tmp_path / "file")
    for path in (tmp_path / "file", tmp_path / "none"):
        with pytest.raises(RunDirectoryError, match=path.name):
            bs.Classifier.load(path)


def test_ctrl_c_is_ctrl_c(monkeypatch):
    class Stopping(Callback):
        def on_block(self, progress, metrics):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("brainsnn.classifier.training.reporter", lambda quiet: Stopping())
    with pytest.raises(KeyboardInterrupt):
        classifier().fit(X, Y)
