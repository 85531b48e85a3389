"""Training on own data and deciding about it, for the command line."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from brainsnn.classifier.estimator import Classifier
from brainsnn.config import NONE, parse_value
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.records.atomic import write_whole
from brainsnn.records.tables import csv_writer
from brainsnn.registry import suggest


def fit(
    data: Path,
    out: Path,
    label: str | None,
    network: str | None,
    rule: str,
    given: Mapping[str, Any],
    settings: Sequence[str],
) -> dict[str, Any]:
    """Train a classifier and keep it in a folder.

    Parameters
    ----------
    data, label, network, rule
        See `Classifier`.
    out : Path
        New or empty.
    given : mapping of str to Any
        Parameters of the classifier; None for its default.
    settings : sequence of str
        Further ones, as ``"epochs=20"``.

    Returns
    -------
    dict
        What to say of it.

    Raises
    ------
    ConfigError
        If a setting is unknown or impossible.
    RunDirectoryError
        If the folder holds something.
    InputError
        If the data cannot be taken.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunDirectoryError(f"{out}: the folder for what is learned must be new or empty.")
    known = set(inspect.signature(Classifier).parameters)
    parameters = {key: value for key, value in given.items() if value is not None}
    parameters |= {"network": network, "rule": rule}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or key.strip() not in known:
            raise ConfigError(f"Unknown setting {setting!r}. {suggest(key.strip(), known)}")
        value = parse_value(text)
        parameters[key.strip()] = None if value == NONE else value
    classifier = Classifier(**parameters).fit(data, label)
    classifier.save(out)
    last = classifier.history_.iloc[-1]
    said: dict[str, Any] = {"out": str(out), "classes": ", ".join(map(str, classifier.classes_))}
    said |= {"features": classifier.n_features_in_, "epochs": classifier.n_iter_}
    measures = ("train_accuracy", "validation_accuracy")
    return said | {name: float(last[name]) for name in measures if name in last}


def predict(folder: Path, data: Path, out: Path | None) -> str:
    """Decide about data; a CSV table with a row a sample.

    Parameters
    ----------
    folder : Path
        Of `fit`.
    data : Path
        As was learned from; a CSV file may lack the labels.
    out : Path or None
        File to write; None to return the text.

    Returns
    -------
    str
        The table, or where it was written.

    Raises
    ------
    RunDirectoryError
        If the file cannot be written; one that was there is then as before.
    """
    classifier = Classifier.load(folder)
    positions, probabilities = classifier._decide(data)
    table = pd.DataFrame({"prediction": classifier.classes_[positions]})
    for k, name in enumerate(classifier.classes_):
        table[f"p({name})"] = probabilities[:, k]
    if out is None:
        return table.to_csv(index=False, float_format="%.6g")
    write_whole(out, csv_writer(table))
    return f"Predictions: {out.resolve()}\n"
