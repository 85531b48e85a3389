import numpy as np
import pytest
from disk import full_disk
from fakes import FakeEngine, make_trainer, make_trials

from brainsnn.errors import RunDirectoryError
from brainsnn.records import read_arrays, write_arrays

TRIALS = make_trials(60), make_trials(30, 1)
SETTINGS = {
    "epochs": 2,
    "optimiser": {"name": "sgd", "weight_decay": 1e-3},
    "average": {"name": "epochs"},
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "latest.npz"
    make_trainer(extra={"checkpoint": path}, **SETTINGS).fit(*TRIALS)
    return path


def resume(path, engine=None, **changes):
    trainer = make_trainer(engine, extra={"checkpoint": path}, **{**SETTINGS, **changes})
    return trainer.fit(*TRIALS, resume=True)


def change(path, leaf=None, value=None, **meta):
    """Write the checkpoint again with one leaf changed (None takes it away)."""
    arrays, old = read_arrays(path)
    if value is not None:
        arrays[leaf] = value
    else:
        arrays.pop(leaf, None)
    write_arrays(path, arrays, {**old, **meta})


def test_finished_run_resumes_to_its_result(path):
    assert len(resume(path).metrics) == 2


def test_contents(path):
    arrays, meta = read_arrays(path)
    branches = {key.partition("/")[0] for key in arrays}
    assert branches == {"weights", "best", "optimiser", "average", "order"}
    assert meta["epoch"] == 2
    assert [row["epoch"] for row in meta["metrics"]] == [1, 2]


@pytest.mark.parametrize(
    ("leaf", "value", "words"),
    [
        ("weights/input_hidden", None, ["'weights'", "'input_hidden' is missing"]),
        ("weights/input_hidden", np.ones((2, 2)), ["'weights'", "(2, 2)", "(20, 12)"]),
        ("weights/hidden_output", np.full((12, 3), np.nan), ["'weights'", "NaN"]),
        ("average/blocks", None, ["'average'", "blocks"]),
        ("optimiser/input_hidden.first", np.ones(3), ["'optimiser'", "another optimiser"]),
        ("order", None, ["'epoch'", "order"]),
    ],
)
def test_damaged_leaf_is_named(path, leaf, value, words):
    change(path, leaf, value)
    with pytest.raises(RunDirectoryError) as caught:
        resume(path)
    for word in ["latest.npz", *words]:
        assert word in str(caught.value)


def test_other_format_is_refused(path):
    change(path, format=99)
    with pytest.raises(RunDirectoryError, match=r"latest\.npz.*format 99.*reads 1"):
        resume(path)


def test_missing_meta_entry(path):
    change(path, selection={"best": 1.0})
    with pytest.raises(RunDirectoryError, match=r"latest\.npz: 'meta'.*(?s:.)*best_epoch"):
        resume(path)


def test_other_optimiser_is_refused(path):
    with pytest.raises(RunDirectoryError, match=r"'optimiser' does not fit this run"):
        resume(path, optimiser={"name": "adam"})


def test_other_network_is_refused(path):
    engine = FakeEngine(sizes={"input": 20, "hidden": 7, "output": 3})
    with pytest.raises(RunDirectoryError, match=r"'input_hidden' has shape \(20, 12\)"):
        resume(path, engine)


def test_no_checkpoint_yet(tmp_path):
    with pytest.raises(RunDirectoryError, match=r"nothing\.npz: no such file"):
        resume(tmp_path / "nothing.npz")


def test_full_disk_keeps_the_checkpoint_before(path):
    before = path.read_bytes()
    with full_disk(1000), pytest.raises(RunDirectoryError, match=r"latest\.npz.*intact"):
        resume(path, epochs=3)
    assert path.read_bytes() == before
    assert len(resume(path, epochs=3).metrics) == 3


@pytest.mark.parametrize("optimiser", ["adam", "quantised_adam", "sgd"])
def test_an_optimisers_state_has_the_shape_of_what_it_learns(tmp_path, optimiser):
    path = tmp_path / "latest.npz"
    settings = {"optimiser": {"name": optimiser, "weight_decay": 1e-3}, "average": {"name": "off"}}
    extra = {"checkpoint": path}
    make_trainer(extra=extra, **{**SETTINGS, **settings}).fit(*TRIALS)
    arrays, meta = read_arrays(path)
    leaves = [name for name in arrays if name.startswith("optimiser/")]
    assert leaves
    for leaf in leaves:
        old = arrays[leaf]
        for odd in (np.zeros((1, 1)), np.full(old.shape, np.nan), old.astype(np.float32), old[:0]):
            write_arrays(path, {**arrays, leaf: odd}, meta)
            with pytest.raises(RunDirectoryError, match=r"'optimiser' does not fit"):
                resume(path, **settings)
        write_arrays(path, {k: v for k, v in arrays.items() if k != leaf}, meta)
        with pytest.raises(RunDirectoryError, match=r"'optimiser' does not fit.*missing"):
            resume(path, **settings)


@pytest.mark.parametrize("average", ["off", "exponential", "epochs"])
def test_an_averages_state_is_of_this_run(tmp_path, average):
    path, settings = tmp_path / "latest.npz", {"average": {"name": average}}
    make_trainer(extra={"checkpoint": path}, **{**SETTINGS, **settings}).fit(*TRIALS)
    arrays, meta = read_arrays(path)
    for leaf, odd in (
        ("average/input_hidden", np.zeros((2, 2))),
        ("average/0.input_hidden", np.zeros((2, 2))),
        ("average/7.input_hidden", np.zeros((20, 12))),
        ("average/blocks", np.array(-1)),
        ("average/x", np.zeros((20, 12))),
    ):
        write_arrays(path, {**arrays, leaf: odd}, meta)
        with pytest.raises(RunDirectoryError, match="'average' does not fit"):
            resume(path, **settings)


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": -1},
        {"epoch": 1},
        {"epoch": True},
        {"metrics": [1]},
        {"metrics": [{"epoch": 1}, {"epoch": 2, "x": 1}]},
        {"streams": True},
        {"streams": {"seed": 5, "streams": {"order": {"state": 3}}}},
        {"seconds": float("nan")},
        {"selection": {"best": 1.0, "best_epoch": 9}},
        {"surplus": 1},
    ],
)
def test_a_description_that_cannot_be_is_refused(path, change):
    arrays, meta = read_arrays(path)
    write_arrays(path, arrays, {**meta, **change})
    with pytest.raises(RunDirectoryError, match=r"latest\.npz: 'meta'"):
        resume(path)


def test_a_description_that_is_no_table_is_refused(path):
    arrays, _ = read_arrays(path)
    for odd in ("3", "[]", "[" * 99_999):
        np.savez(path, meta=np.array(odd), **arrays)
        with pytest.raises(RunDirectoryError, match=r"latest\.npz: 'meta'"):
            resume(path)
