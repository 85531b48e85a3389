"""Everything that training needs to go on as if it had never stopped, in one file.

The weights are saved as they are, decay that the optimiser has put off included in its state, so
that writing a checkpoint changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from brainsnn.codes.responses.labelled import LabelledResponses
from brainsnn.errors import BrainsnnError, RunDirectoryError
from brainsnn.learning.averaging import Average
from brainsnn.learning.base import Weights
from brainsnn.learning.optimisers import Optimiser
from brainsnn.records.arrays import branch, graft, read_arrays, write_arrays
from brainsnn.records.weights import Shapes, check_weights
from brainsnn.streams import Streams
from brainsnn.training.selection import Selection
from brainsnn.training.statistics import EpochStatistics

FORMAT = 1


class _Selected(BaseModel):
    """What `Selection.meta` gives."""

    model_config = ConfigDict(strict=True, extra="forbid")

    best: float
    best_epoch: int = Field(ge=0)


class _Meta(BaseModel):
    """What stands in a checkpoint beside the arrays."""

    model_config = ConfigDict(strict=True, extra="forbid")

    format: int
    epoch: int = Field(ge=0)
    block: int = Field(ge=1)
    seconds: float = Field(ge=0, allow_inf_nan=False)
    metrics: list[dict[str, int | float]]
    selection: _Selected
    streams: dict[str, Any]
    about: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if [row.get("epoch") for row in self.metrics] != list(range(1, self.epoch + 1)):
            raise ValueError(f"metrics must have a row for each of the {self.epoch} epochs")
        if any(row.keys() != self.metrics[0].keys() for row in self.metrics):
            raise ValueError("the rows of metrics have different columns")
        if self.selection.best_epoch > self.epoch:
            raise ValueError(f"best_epoch must be in 0..{self.epoch}")
        return self


@dataclass
class TrainingState:
    """What changes while training goes on, besides the weights in the engine.

    Parameters
    ----------
    optimiser : Optimiser
    average : Average
    selection : Selection
    streams : Streams
    decoder : LabelledResponses, optional
        One that learns.
    metrics : list of dict
        Rows so far, an epoch a row.
    epoch : int, default 0
        Epochs done.
    order : array of int64, shape (n_trials,)
        Order of the trials in the epoch under way; empty between epochs.
    statistics : EpochStatistics or None
        Of the epoch under way; its `done` is the position in `order`. None between epochs.
    seconds : float, default 0.0
        Time spent on the epoch under way before the last resume.
    about : dict of str to str
        What the training is of; see `brainsnn.training.fingerprint`.
    """

    optimiser: Optimiser
    average: Average
    selection: Selection
    streams: Streams
    decoder: LabelledResponses | None = None
    metrics: list[dict[str, Any]] = field(default_factory=list)
    epoch: int = 0
    order: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    statistics: EpochStatistics | None = None
    seconds: float = 0.0
    about: dict[str, str] = field(default_factory=dict)


def save_checkpoint(path: Path, state: TrainingState, weights: Weights, block: int) -> None:
    """Write a checkpoint, whole or not at all.

    Parameters
    ----------
    path : Path
    state : TrainingState
    weights : mapping of str to array
        As they are in the engine.
    block : int
        Trials a block, on which a resume within an epoch depends.

    Raises
    ------
    RunDirectoryError
        If it cannot be written; the checkpoint before is then intact.
    """
    arrays: dict[str, NDArray[Any]] = {"order": state.order}
    arrays |= graft("weights", weights)
    arrays |= graft("optimiser", state.optimiser.state())
    arrays |= graft("average", state.average.state())
    arrays |= graft("best", state.selection.weights)
    if state.decoder is not None:
        arrays |= graft("decoder", state.decoder.state())
    if state.statistics is not None:
        arrays |= graft("epoch", state.statistics.state())
    meta = {
        "format": FORMAT,
        "epoch": state.epoch,
        "block": block,
        "seconds": state.seconds,
        "metrics": state.metrics,
        "selection": state.selection.meta(),
        "streams": state.streams.state(),
        "about": state.about,
    }
    write_arrays(path, arrays, meta)


def load_checkpoint(
    path: Path,
    state: TrainingState,
    shapes: Shapes,
    block: int,
    new_statistics: Callable[[], EpochStatistics],
) -> dict[str, NDArray[np.float64]]:
    """Fill `state` from a checkpoint and return the weights.

    Parameters
    ----------
    path : Path
    state : TrainingState
        Freshly made with the settings of the run.
    shapes : mapping of str to tuple of int
        What the model expects.
    block : int
        Trials a block with the present settings.
    new_statistics : callable
        Makes empty statistics of an epoch.

    Returns
    -------
    dict of str to array of float64

    Raises
    ------
    RunDirectoryError
        If the file is missing, damaged, of another version, or of a run with other settings; the
        message names the file and the part.
    """
    arrays, meta = read_arrays(path)
    if meta.get("format") != FORMAT:
        raise RunDirectoryError(
            f"{path}: a checkpoint of format {meta.get('format')!r}; this version reads {FORMAT}."
        )
    with _naming(path, "meta"):
        about = _Meta.model_validate(meta)
        state.metrics, state.epoch, state.seconds = about.metrics, about.epoch, about.seconds
        state.streams.restore(about.streams)
    with _naming(path, "weights"):
        weights = check_weights(branch(arrays, "weights"), shapes, "checkpoint")
    with _naming(path, "best"):
        best = branch(arrays, "best")
        if about.selection.best_epoch:
            check_weights(best, shapes, "checkpoint")
        state.selection.restore(about.selection.model_dump(), best)
    for part in ("optimiser", "average"):
        with _naming(path, part):
            keeper, mine = getattr(state, part), branch(arrays, part)
            keeper.check_state(mine, shapes)
            keeper.restore(mine)
    if state.decoder is not None:
        with _naming(path, "decoder"):
            state.decoder.restore(branch(arrays, "decoder"))
    with _naming(path, "epoch"):
        _restore_epoch(arrays, state, new_statistics, same_block=about.block == block)
    other = [name for name, told in about.about.items() if state.about.get(name, told) != told]
    if other:
        raise RunDirectoryError(
            f"{path}: a checkpoint of other {', '.join(other)}: training can go on only with the "
            "data and settings that it began with. Begin anew, or restore them."
        )
    return weights


@contextmanager
def _naming(path: Path, part: str) -> Iterator[None]:
    """Turn what goes wrong within into an error that names the file and the part."""
    try:
        yield
    except (BrainsnnError, LookupError, ValueError, TypeError, ArithmeticError) as error:
        raise RunDirectoryError(f"{path}: {part!r} does not fit this run: {error}") from error


def _restore_epoch(
    arrays: Mapping[str, NDArray[Any]],
    state: TrainingState,
    new_statistics: Callable[[], EpochStatistics],
    *,
    same_block: bool,
) -> None:
    """Put back the epoch under way, if the checkpoint was written in the middle of one."""
    state.order, under_way = arrays["order"], branch(arrays, "epoch")
    whole = np.arange(state.order.size)
    if state.order.dtype != np.int64 or not np.array_equal(np.sort(state.order, axis=None), whole):
        raise RunDirectoryError("'order' does not name every trial once.")
    if (state.order.size > 0) != bool(under_way):
        raise RunDirectoryError("it must have both 'order' and the epoch's statistics, or neither.")
    if not under_way:
        state.statistics = None
        return
    statistics = new_statistics()
    if statistics.loss.size != state.order.size or not same_block:
        raise RunDirectoryError(
            f"it was written in the middle of an epoch of {state.order.size} trials with another "
            f"batch size or training set (now {statistics.loss.size} trials); resume with the "
            "settings of the run."
        )
    statistics.restore(under_way)
    state.statistics = statistics
