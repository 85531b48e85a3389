"""Classifiers that learn from Zarr: the same bits as from memory."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import brainsnn as bs
from brainsnn.cli.main import app
from brainsnn.errors import InputError

zarr = pytest.importorskip("zarr")

pytestmark = [
    pytest.mark.compiler,
    pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning"),
]

KINDS = np.arange(200) % 3
IMAGES = (
    np.random.default_rng(0).integers(0, 200, (200, 5, 4)) + 20 * KINDS[:, None, None]
).astype(np.uint8)


def classifier(network="5x4-8-3", **settings):
    return bs.Classifier(network, **{"random_state": 0, "epochs": 2, **settings})


@pytest.fixture
def folder(tmp_path):
    made = zarr.open_group(tmp_path / "own.zarr", mode="w")
    for name, values in {"images": IMAGES, "kinds": KINDS}.items():
        chunks = (64, *values.shape[1:])
        made.create_array(name, shape=values.shape, dtype=values.dtype, chunks=chunks)
        made[name][...] = values
    return tmp_path / "own.zarr"


def assert_same(one, other):
    for name, weights in other.weights_.items():
        np.testing.assert_array_equal(one.weights_[name], weights)
    pd.testing.assert_frame_equal(
        one.history_.drop(columns="seconds"), other.history_.drop(columns="seconds")
    )


@pytest.mark.parametrize(
    "settings",
    [{"validation_fraction": 0.2}, {"encoder": bs.Latency(20), "rule": "s4nn", "scaler": (0, 255)}],
    ids=["validated", "first spikes"],
)
def test_images_read_by_block_are_those_in_memory_to_the_bit(folder, settings):
    stored = classifier(**settings).fit(str(folder), "kinds")
    held = classifier(**settings).fit(IMAGES, KINDS)
    assert_same(stored, held)
    np.testing.assert_array_equal(stored.predict_proba(folder), held.predict_proba(IMAGES))
    assert stored.score(folder) == held.score(IMAGES, KINDS)
    assert stored.n_features_in_ == 20


def test_an_array_alone_has_its_labels_beside_it(folder):
    stored, held = classifier(), classifier()
    stored.fit(folder / "images", KINDS)
    assert_same(stored, held.fit(IMAGES, KINDS))
    stored.partial_fit(folder / "images", KINDS)
    held.partial_fit(IMAGES, KINDS)
    assert_same(stored, held)
    assert stored.score(folder / "images", KINDS) == held.score(IMAGES, KINDS)


def test_rows_of_numbers_are_a_table_without_names(folder):
    path = folder.with_name("rows.zarr")
    rows = IMAGES.reshape(200, 20) / 7
    zarr.open_array(path, mode="w", shape=rows.shape, dtype=float, chunks=(30, 20))[...] = rows
    stored, held = classifier(8).fit(path, KINDS), classifier(8).fit(rows, KINDS)
    assert_same(stored, held)
    assert not hasattr(stored, "feature_names_in_")


def test_the_command_takes_them(folder, tmp_path):
    out = str(tmp_path / "mine")
    given = ["fit", str(folder), "--label", "kinds", "--network", "8", "--set", "epochs=2"]
    assert CliRunner().invoke(app, [*given, "--out", out]).exit_code == 0
    said = CliRunner().invoke(app, ["predict", out, str(folder)])
    assert said.exit_code == 0, said.output
    assert said.output.count("\n") == len(IMAGES) + 1


def test_what_does_not_go_together_is_refused(folder):
    with pytest.raises(InputError, match="200 trials need as many labels, got 199"):
        classifier().fit(folder, KINDS[1:])
    with pytest.raises(InputError, match="0 arrays of one axis"):
        classifier().fit(folder / "images")
    fitted = classifier().fit(folder)
    turned = folder.with_name("turned.zarr")
    zarr.open_array(turned, mode="w", shape=(2, 4, 5), dtype=int)[...] = 1
    with pytest.raises(InputError, match=r"Images of \(4, 5\); the classifier learned from"):
        fitted.predict(turned)
