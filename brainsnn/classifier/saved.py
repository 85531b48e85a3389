"""A trained classifier in a folder: ``classifier.npz`` (arrays and JSON) and ``history.csv``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from brainsnn._version import __version__
from brainsnn.classifier.described import Arrays, describe, restore
from brainsnn.classifier.plan import Plan
from brainsnn.classifier.runner import Left, Runner
from brainsnn.errors import BrainsnnError, DataError, RunDirectoryError, WeightsError
from brainsnn.learning.optimisers import OptimiserConfig
from brainsnn.records.arrays import branch, graft, read_arrays, write_arrays
from brainsnn.records.atomic import write_whole
from brainsnn.records.tables import csv_writer
from brainsnn.records.weights import check_weights

if TYPE_CHECKING:
    from brainsnn.classifier.estimator import Classifier

C = TypeVar("C", bound="Classifier")

FILE, HISTORY = "classifier.npz", "history.csv"


def save(classifier: Classifier, folder: Path) -> None:
    """Write a fitted classifier to a folder, which is made if it is missing.

    A ``random_state`` that is a generator is not kept.

    Raises
    ------
    DataError
        If a setting is an object of a class that is not brainsnn's.
    RunDirectoryError
        If the folder or the file cannot be written.
    """
    state = dict(vars(classifier))
    runner: Runner = state.pop("_runner")
    if not isinstance(state["random_state"], int | np.integer):
        state["random_state"] = None
    arrays: Arrays = {}
    meta = {
        "brainsnn": __version__,
        "class": type(classifier).__name__,
        "state": describe(state, arrays),
        "plan": describe(runner.plan, arrays),
        "engine": [runner.kind, runner.workers, runner.seed],
        "optimiser": describe(runner.left and runner.left.optimiser, arrays),
        "streams": runner.streams.state(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunDirectoryError(
            f"{folder}: no such folder can be made: {error.strerror}."
        ) from None
    everything = {**graft("arrays", arrays), **graft("weights", runner.weights)}
    everything |= graft("optimiser", runner.left.state if runner.left else {})
    write_arrays(folder / FILE, everything, meta)
    write_whole(folder / HISTORY, csv_writer(classifier.history_))


def load(kind: type[C], folder: Path) -> C:
    """Classifier that `save` left in a folder.

    Raises
    ------
    RunDirectoryError
        If the file is missing or damaged.
    DataError
        If its content is none of a classifier.
    WeightsError
        If the weights do not fit the network.
    """
    path = folder / FILE if folder.is_dir() else folder
    arrays, meta = read_arrays(path)
    try:
        given = branch(arrays, "arrays")
        state, plan = restore(meta["state"], given), restore(meta["plan"], given)
        if not isinstance(state, dict) or not isinstance(plan, Plan):
            raise DataError("it describes something else than a classifier.")
        optimiser = restore(meta["optimiser"], given)
        runner = _runner(plan, meta, arrays, str(path))
        runner.left = _left(optimiser, branch(arrays, "optimiser"), plan)
    except KeyError as error:
        raise DataError(f"{path}: {error} is missing; no classifier was saved here.") from error
    except WeightsError:
        raise
    except BrainsnnError as error:
        raise DataError(f"{path}: {error}") from error
    classifier = kind()
    _fill(classifier, state)
    classifier._runner = runner
    return classifier


def _runner(plan: Plan, meta: Mapping[str, Any], arrays: Arrays, path: str) -> Runner:
    """What runs trials, with its weights and streams as they were."""
    weights = check_weights(branch(arrays, "weights"), plan.model.shapes, path)
    try:
        engine, workers, seed = meta["engine"]
        runner = Runner(plan, engine, workers, seed, weights)
        runner.streams.restore(meta["streams"])
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(f"engine or streams are damaged: {error}") from error
    return runner


def _left(optimiser: Any, state: Arrays, plan: Plan) -> Left | None:
    """What the last training left, checked as that of a checkpoint."""
    if not isinstance(optimiser, OptimiserConfig):
        return None
    optimiser.build().check_state(state, plan.model.shapes)
    return Left(optimiser, state)


def _fill(classifier: Any, state: dict[str, Any]) -> None:
    vars(classifier).update(state)
