"""Settings of s4nn-mnist that follow from the images: what is asked, what is kept, what is read."""

import shutil

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from brainsnn.cli import options as cli_options
from brainsnn.cli.main import app
from brainsnn.config import apply_overrides
from brainsnn.datasets import ImageSet, Splits
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.experiment.carry_out import start
from brainsnn.experiment.installed import load_protocol
from brainsnn.experiment.weights import evaluate_weights
from brainsnn.export import build_protocol
from brainsnn.interrupts import Interrupted
from brainsnn.protocols.common import augmentation
from brainsnn.protocols.common.augmentation import nearest_right
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.s4nn.base import NoiseConfig
from brainsnn.protocols.s4nn.candidates import CANDIDATES
from brainsnn.protocols.s4nn.recipe import WARPED, Recipe
from brainsnn.records import RunDirectory, save_weights
from brainsnn.streams import Streams
from brainsnn.training import Trainer

ENGINE = "resident" if shutil.which("g++") else "runtime"
LITTLE = (
    f"engine={ENGINE}",
    "epochs=1",
    "network.hidden=[10]",
    "thresholds=[]",
    "recipe.share=4",
    "recipe.pilot_epochs=1",
    "recipe.pilot_images=40",
    "recipe.pilot_validation=20",
    "recipe.neighbours=40",
)
PROTOCOL = load_protocol("s4nn-mnist")


def images(n, seed):
    """A bright square for each class, in its own place, and noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 10
    out = rng.integers(0, 90, (n, 28, 28), dtype=np.uint8)
    for image, label in zip(out, labels, strict=True):
        row, column = divmod(int(label), 4)
        image[9 * row : 9 * row + 7, 7 * column : 7 * column + 7] = 200
    return ImageSet("squares", out, labels, tuple("0123456789"))


@pytest.fixture
def squares(monkeypatch):
    """Little images; what is concluded from a run is none of these tests' business."""
    monkeypatch.setattr(type(PROTOCOL), "conclude", lambda *_: pd.DataFrame())
    splits = Splits(images(60, 0), images(40, 1), images(30, 2))
    monkeypatch.setattr(MnistConfig, "load", lambda _: splits)
    return splits


def configured(*overrides):
    return apply_overrides(PROTOCOL.config(), [*LITTLE, *overrides])


def settled(monkeypatch, *overrides, pilots=None):
    """What was found, its tables, and what was said, with given results of pilots by code."""
    scores = pilots or {"latency": 0.6, "rank": 0.5}
    monkeypatch.setattr(Recipe, "_pilot", lambda _, config: scores[config.code.name])
    said = []
    return *PROTOCOL.settle(configured(*overrides), said.append), said


@pytest.mark.parametrize(("better", "index"), [("latency", 0), ("rank", 1)])
def test_best_pilot_gives_code_rule_and_length(squares, monkeypatch, better, index):
    scores = {"latency": 0.5, "rank": 0.5, better: 0.6}
    found, tables, said = settled(monkeypatch, pilots=scores)
    candidate = CANDIDATES[index]
    assert found.code == candidate.code
    assert found.rule == candidate.rule
    assert found.network.n_steps == candidate.n_steps
    table = tables["recipe"]
    assert table.loc[table["chosen"] & (table["question"] == "code"), "option"].tolist() == [better]
    assert [line.partition(":")[0] for line in said] == ["augmentation", "code", "first weights"]


def test_of_equal_pilots_the_first_is_taken(squares, monkeypatch):
    found, *_ = settled(monkeypatch, pilots={"latency": 0.5, "rank": 0.5})
    assert found.code.name == "latency"


def test_digits_are_learned_with_the_values_of_the_protocol(squares, monkeypatch):
    monkeypatch.setattr(augmentation, "nearest_right", lambda kept, *_: len(kept) / 1000)
    sparse = np.zeros((60, 28, 28), np.uint8)
    sparse[:, 10:18, 10:18] = 255
    digits = ImageSet("sparse", sparse, np.arange(60) % 10, tuple("0123456789"))
    monkeypatch.setattr(MnistConfig, "load", lambda _: Splits(digits, digits, digits))
    found, *_ = settled(monkeypatch)
    stated = configured("recipe.fitted=false")
    assert found == stated


def test_bright_images_scale_the_first_weights(squares, monkeypatch):
    found, *_ = settled(monkeypatch)
    config = found
    trains = config.code.build(256).encode(squares.train.images[:40])
    before = (trains.step < config.rule.target).sum() / 40
    assert config.network.initial_low == (-1.0, -1.5) or before > 100
    bright = ImageSet(
        "bright", 255 - squares.train.images, squares.train.labels, tuple("0123456789")
    )
    monkeypatch.setattr(MnistConfig, "load", lambda _: Splits(bright, bright, bright))
    network = settled(monkeypatch)[0].network
    dark = bright.images[:40].astype(int)
    n_spikes = ((255 - dark) * 256 // 255 < 86)[dark > 0].sum() / 40
    scale = float(f"{100 / n_spikes:.2g}")
    assert network.initial_low == (-scale, -1.5)
    assert network.initial_high == (3 * scale, 2.5)


def test_what_was_given_is_kept(squares, monkeypatch):
    given = (
        "noise.rotation=3",
        "rule.target=50",
        "network.initial_low=[0.0, 0.0]",
        "network.initial_high=[1.0, 2.0]",
    )
    config = settled(monkeypatch, *given, pilots={"latency": 0.1, "rank": 0.2})[0]
    assert config.noise == WARPED.model_copy(update={"rotation": 3.0})
    assert (config.rule.target, config.rule.reads) == (50.0, "decision")
    assert (config.network.initial_low, config.network.initial_high) == ((0.0, 0.0), (1.0, 2.0))
    assert (config.code.name, config.network.n_steps) == ("rank", 256)


def test_code_that_was_given_goes_with_its_own_rule_in_trials_of_the_given_length(
    squares, monkeypatch
):
    config = settled(monkeypatch, "code.name=rank", "network.n_steps=128")[0]
    assert (config.rule.target, config.rule.tau, config.rule.reads) == (64.0, 6.0, "peak")
    other = settled(monkeypatch, "code.name=staggered")[0]
    assert other.code.name == "staggered"
    assert other.rule == CANDIDATES[0].rule


def test_images_are_warped_only_where_neighbours_gain(squares, monkeypatch):
    for gain, noise in ((0.1, WARPED), (0.0, NoiseConfig()), (-0.1, NoiseConfig())):
        monkeypatch.setattr(
            augmentation, "nearest_right", lambda kept, *_, g=gain: 0.5 + g * (len(kept) > 40)
        )
        assert settled(monkeypatch)[0].noise == noise


def test_a_short_training_has_the_protocols_own_values_and_says_so(squares, monkeypatch):
    monkeypatch.setattr(Recipe, "_pilot", None)
    monkeypatch.setattr(augmentation, "nearest_right", None)
    said = []
    found, tables = PROTOCOL.settle(configured("recipe.share=0.25"), said.append)
    stated = configured("recipe.fitted=false")
    for name in ("noise", "code", "rule"):
        assert getattr(found, name) == getattr(stated, name)
    assert [line for line in said if "not compared: training is too short" in line] == said[:2]
    table = tables["recipe"].set_index("question")
    assert table.loc["code", "value"].isna().all()
    assert table.loc["code", "option"].tolist() == ["latency", "rank"]
    assert table.loc["code", "chosen"].tolist() == [True, False]


@pytest.mark.parametrize(("epochs", "asked"), [(1, []), (11, ["copies"]), (16, ["copies", "code"])])
def test_questions_take_a_quarter_of_the_trials_of_training_at_most(
    squares, monkeypatch, epochs, asked
):
    # 160 warped copies, and two pilots of at least 90 trials: all 60 images in two epochs.
    sizes = ("recipe.share=0.25", "recipe.pilot_images=90", f"epochs={epochs}")
    pilots = []
    monkeypatch.setattr(Recipe, "_pilot", lambda self, _: pilots.append(self._pilot_epochs()) or 0)
    _, tables = PROTOCOL.settle(configured(*sizes), lambda _: None)
    table = tables["recipe"].dropna()
    compared = {"augmentation": "copies", "code": "code"}
    assert [compared[q] for q in table["question"].unique() if q in compared] == asked
    assert set(pilots) <= {2}


def test_nothing_is_asked_where_everything_is_given(monkeypatch):
    monkeypatch.setattr(MnistConfig, "load", None)
    bounds = ("network.initial_low=[0.0, 0.0]", "network.initial_high=[1.0, 2.0]")
    config = configured("noise.rotation=1", "code.name=rank", "rule.target=90", *bounds)
    assert not PROTOCOL.undecided(config)
    found, tables = PROTOCOL.settle(config, lambda _: None)
    assert not tables
    assert not found.recipe.fitted


def test_equal_distances_go_to_the_first_and_large_ones_are_exact():
    rng = np.random.default_rng(0)
    kept = rng.integers(0, 256, (700, 28, 28), dtype=np.uint8)
    kept[600:] = kept[:100]
    names = tuple(map(str, range(100)))
    judged = ImageSet("j", kept[600:], np.arange(100), names)
    assert nearest_right(kept, np.arange(700), judged) == 1
    others = ImageSet("j", rng.integers(0, 256, (30, 28, 28), dtype=np.uint8), np.arange(30), names)
    far = kept[:, None].astype(int) - others.images.astype(int)
    nearest = (far**2).sum(axis=(2, 3)).argmin(axis=0)
    labels = np.full(700, -1)
    labels[nearest[:12]] = np.arange(12)
    right = np.mean(labels[nearest] == others.labels)
    assert nearest_right(kept, labels, others) == right > 0


def test_nearest_neighbours_by_hand():
    kept = np.array([[[0, 0]], [[200, 0]]], np.uint8)
    judged = ImageSet(
        "j",
        np.array([[[90, 0]], [[120, 0]], [[130, 0]]], np.uint8),
        np.array([0, 1, 0]),
        ("a", "b"),
    )
    assert nearest_right(kept, np.array([0, 1]), judged) == pytest.approx(2 / 3)


def test_no_test_image_is_read(squares, monkeypatch):
    poisoned = Splits(squares.train, squares.validation, None)
    monkeypatch.setattr(MnistConfig, "load", lambda _: poisoned)
    PROTOCOL.settle(configured(), lambda _: None)


def test_run_keeps_what_was_found_and_repeats_from_it(squares, tmp_path):
    outcome = start(PROTOCOL, configured(), tmp_path / "one", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    assert set(run.table("recipe")["question"]) == {"augmentation", "code", "first weights"}
    kept = run.config(PROTOCOL.config)
    assert not kept.recipe.fitted
    again = start(PROTOCOL, kept, tmp_path / "two", ["brainsnn", "run"])
    repeated = RunDirectory.read(again.path)
    assert not repeated.has_table("recipe")
    assert repeated.trials().equals(run.trials())


def test_weights_of_unknown_settings_are_refused(squares, tmp_path):
    weights = tmp_path / "w.npz"
    save_weights(weights, PROTOCOL.model(configured()).draw_weights(Streams(0)))
    with pytest.raises(ConfigError, match=r"came without the settings.*recipe\.fitted=false"):
        evaluate_weights(PROTOCOL, configured(), weights, "test", tmp_path / "out", ["brainsnn"])
    with pytest.raises(ConfigError, match="came without the settings"):
        build_protocol(PROTOCOL, configured(), tmp_path / "net", weights=weights)
    with pytest.raises(ConfigError, match=r"that training starts from.*recipe\.fitted=false"):
        build_protocol(PROTOCOL, configured(), tmp_path / "net")
    assert [path.name for path in tmp_path.iterdir()] == ["w.npz"]


def test_weights_in_a_run_directory_come_with_its_settings(squares, tmp_path, monkeypatch):
    monkeypatch.setattr(Recipe, "_pilot", lambda _, config: float(config.code.name == "rank"))
    outcome = start(PROTOCOL, configured(), tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    for k, weights in enumerate((run.path, run.weights_file, run.checkpoint)):
        _, config = cli_options.configured("s4nn-mnist", None, run=weights)
        assert config == run.config(PROTOCOL.config)
        assert config.code.name == "rank"
        if weights != run.checkpoint:  # its weights are the last, not the selected ones
            again = evaluate_weights(PROTOCOL, config, weights, "test", tmp_path / str(k), ["x"])
            assert RunDirectory.read(again.path).trials().equals(run.trials())


def test_a_taken_directory_is_refused_before_the_search(squares, tmp_path, monkeypatch):
    monkeypatch.setattr(Recipe, "settled", None)
    RunDirectory.create(tmp_path / "run", configured(), ["brainsnn"]).close()
    with pytest.raises(RunDirectoryError, match="holds a run already"):
        start(PROTOCOL, configured(), tmp_path / "run", ["brainsnn", "run"])


def test_a_search_that_is_stopped_leaves_nothing_and_begins_anew(squares, tmp_path, monkeypatch):
    whole = start(PROTOCOL, configured(), tmp_path / "whole", ["brainsnn", "run"])
    fit, calls = Trainer.fit, []

    def stopped(self, *args, **settings):
        calls.append(self)
        if len(calls) == 2:
            raise Interrupted(self.checkpoint)
        return fit(self, *args, **settings)

    monkeypatch.setattr(Trainer, "fit", stopped)
    with pytest.raises(Interrupted, match="nothing was saved"):
        start(PROTOCOL, configured(), tmp_path / "run", ["brainsnn", "run"])
    assert not (tmp_path / "run").exists()
    again = start(PROTOCOL, configured(), tmp_path / "run", ["brainsnn", "run"])
    ours, theirs = RunDirectory.read(again.path), RunDirectory.read(whole.path)
    assert ours.table("recipe").equals(theirs.table("recipe"))
    assert ours.trials().equals(theirs.trials())
    assert (ours.path / "config.toml").read_text() == (theirs.path / "config.toml").read_text()


def test_what_is_shown_says_that_settings_are_open():
    for command in (["describe", "s4nn-mnist"], ["show", "s4nn-mnist"]):
        assert "s4nn-mnist finds from the data" in CliRunner().invoke(app, command).stdout
    stated = ["describe", "s4nn-mnist", "--preset", "faithful"]
    assert "finds from the data" not in CliRunner().invoke(app, stated).stdout


@pytest.mark.parametrize("preset", sorted(PROTOCOL.presets))
def test_presets_leave_nothing_open(preset):
    config = apply_overrides(PROTOCOL.config(), PROTOCOL.presets[preset])
    assert not PROTOCOL.undecided(config)
    assert PROTOCOL.settle(config, lambda _: None)[0] is config
