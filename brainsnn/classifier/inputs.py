"""What a user hands over as samples: numbers, images, spikes, or files of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.classifier.checks import refusing
from brainsnn.datasets import EventSet, ImageSet, TableSet
from brainsnn.datasets.formats.csv_table import labels_of, numbers_of, read_csv
from brainsnn.datasets.formats.image_folder import image_files, read_image_folder, read_images
from brainsnn.datasets.formats.parquet_table import ParquetTable, is_parquet
from brainsnn.datasets.formats.stored_rows import StoredRows
from brainsnn.datasets.formats.zarr_samples import ZarrSamples, is_zarr
from brainsnn.errors import InputError
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.spike_table import is_spike_table, trains_of_table
from brainsnn.spikes.trials import LabelledTrials


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples in one of two forms.

    Parameters
    ----------
    content : array, shape (n, n_features), StoredRows, or SpikeTrains
    axes : tuple of int
        Shape of one sample: (n_features,), or (height, width[, channels]) of an image.
    """

    content: Any
    axes: tuple[int, ...] = field(default=())

    @property
    def spikes(self) -> bool:
        """Whether they are spikes already."""
        return isinstance(self.content, SpikeTrains)

    @property
    def stored(self) -> bool:
        """Whether they are in a file, of which only a block is in memory at a time."""
        return isinstance(self.content, StoredRows)

    @property
    def image(self) -> bool:
        """Whether each has rows and columns."""
        return len(self.axes) > 1

    def __len__(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class Form:
    """What is known of samples from those that were learned from.

    Parameters
    ----------
    features : sequence of str, optional
        Columns of a table, in order.
    n_neurons, n_steps : int, optional
        Of spike trains.
    """

    features: Sequence[str] | None = None
    n_neurons: int | None = None
    n_steps: int | None = None


def read_training(X: Any, y: Any) -> tuple[Samples, Any]:
    """Samples to learn from and their labels (see `Classifier.fit`).

    Raises
    ------
    InputError
        If they cannot be read.
    """
    if isinstance(X, str | Path):
        return _read_path(Path(X), y)
    if y is None and isinstance(X, ImageSet | TableSet | LabelledTrials):
        y = np.asarray(X.labels)
    if isinstance(y, str) and isinstance(X, pd.DataFrame):
        features, y = labels_of(X, y, "The data frame")
        X, y = features, X[y].to_numpy()
    n_trials = len(y) if is_spike_table(X) and hasattr(y, "__len__") else None
    return read_samples(X, Form(), n_trials), y


def labelled(X: Any, y: Any) -> tuple[Any, Any]:
    """What to decide about, and its labels, which may be a part of it (see `read_training`)."""
    if isinstance(X, str | Path) or y is None:
        stored = _opened(Path(X)) if isinstance(X, str | Path) else None
        if stored is not None:
            return X, _stored_labels(stored, y)[1]
        return X, read_training(X, y)[1]
    if isinstance(y, str) and isinstance(X, pd.DataFrame):
        return labels_of(X, y, "The data frame")[0], X[y].to_numpy()
    return X, y


def _opened(path: Path) -> ParquetTable | ZarrSamples | None:
    """What is read by block, if the path leads to such."""
    if is_parquet(path):
        return ParquetTable.opened(path)
    return ZarrSamples.opened(path) if is_zarr(path) else None


def _stored_labels(
    stored: ParquetTable | ZarrSamples, label: Any
) -> tuple[tuple[str, ...] | None, Any]:
    """Features and labels of what is read by block; samples of Zarr may have theirs beside them."""
    if isinstance(stored, ZarrSamples) and label is not None and not isinstance(label, str):
        return None, label
    _check_label(stored.path, label)
    features, label = stored.split(label)
    return features, stored.labels(label)


def _check_label(path: Path, label: Any) -> None:
    if label is not None and not isinstance(label, str):
        raise InputError(
            f"Labels of {path} are one of its columns, by name (the last by default), not "
            f"{type(label).__name__}."
        )


def _read_path(path: Path, label: Any) -> tuple[Samples, Any]:
    """Samples and labels of a table, a Zarr array or group, or a folder of images by class."""
    if (stored := _opened(path)) is not None:
        features, known = _stored_labels(stored, label)
        return _as_stored(stored.rows(features)), known
    if path.is_dir():
        images, names = read_image_folder(path)
        labels = names if label is None else label
        return _as_images(images), labels
    _check_label(path, label)
    table = read_csv(path)
    columns, label = labels_of(table, label, path)
    return Samples(numbers_of(columns, path)), table[label].to_numpy()


def read_samples(X: Any, form: Form, n_trials: int | None = None) -> Samples:
    """Samples in one of the two forms; numbers are checked later, as scikit-learn does.

    Parameters
    ----------
    X : array, DataFrame, SpikeTrains, data set, or path
    form : Form
    n_trials : int, optional
        Trials of a spike table, whose last ones may be without spikes.

    Raises
    ------
    InputError
        If they cannot be read.
    """
    if isinstance(X, str | Path):
        return _read_unlabelled(Path(X), form)
    if isinstance(X, EventSet):
        raise InputError(
            "Recordings of events become trials first: trials = events.trials(n_steps=100), then "
            "trials.inputs and trials.labels."
        )
    if is_spike_table(X):
        X = trains_of_table(X, n_trials, form.n_neurons, form.n_steps)
    elif isinstance(X, list) and X and isinstance(X[0], SpikeTrains):
        X = SpikeTrains.concatenate(X)
    elif isinstance(X, LabelledTrials):
        X = X.inputs
    elif isinstance(X, ImageSet | TableSet):
        X = X.images if isinstance(X, ImageSet) else X.rows
    if isinstance(X, SpikeTrains):
        return Samples(X, (X.n_neurons,))
    return _as_images(X)


def _read_unlabelled(path: Path, form: Form) -> Samples:
    if (stored := _opened(path)) is not None:
        return _as_stored(stored.rows(form.features))
    if path.is_dir():
        files = image_files(path) or image_files(path.parent)
        own = [file for file in files if path in file.parents]
        if not own:
            raise InputError(f"{path}: no images, neither there nor in folders that it holds.")
        return _as_images(read_images(own, None))
    table = read_csv(path)
    if form.features is not None:
        missing = [name for name in form.features if name not in table.columns]
        if missing:
            raise InputError(
                f"{path}: the column {missing[0]!r}, which was learned from, is missing. There "
                f"are: {', '.join(map(str, table.columns))}."
            )
        table = table[list(form.features)]
    return Samples(numbers_of(table, path))


def _as_stored(rows: StoredRows) -> Samples:
    return Samples(rows, rows.axes)


def _as_images(X: Any) -> Samples:
    """An array; one of images is kept as rows of pixels with their axes beside it."""
    if isinstance(X, np.ma.MaskedArray):
        raise InputError("Samples are masked in part. Fill in what is missing, or leave it out.")
    if isinstance(X, list) and X and np.ndim(X[0]) > 1:
        X = refusing(lambda: np.asarray(X))
    if hasattr(X, "columns") or not hasattr(X, "ndim") or X.ndim < 3:
        return Samples(X)
    if X.ndim > 4:
        raise InputError(
            f"Images have shape (n, height, width) or (n, height, width, channels), got {X.shape}."
        )
    images: NDArray[Any] = np.asarray(X)
    return Samples(images.reshape(len(images), -1), tuple(images.shape[1:]))
