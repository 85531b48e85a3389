"""Samples of networks with several inputs: a dictionary by input, or a list in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_array, column_or_1d

from brainsnn.classifier.checks import refusing
from brainsnn.classifier.coder import Coder
from brainsnn.classifier.inputs import Form, Samples, read_samples
from brainsnn.errors import ConfigError, InputError
from brainsnn.network.model import Model
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.unencoded import Trains

#: What the only input of a network is called here, whatever its population's name.
ONLY = "input"


def several_inputs(network: Any) -> tuple[str, ...]:
    """Names of a network's inputs, where there is more than one; else nothing."""
    names = tuple(p.name for p in network.inputs) if isinstance(network, Model) else ()
    return names if len(names) > 1 else ()


def for_input(what: str, given: Any, name: str, names: tuple[str, ...]) -> Any:
    """Setting of one input: what a mapping says of it, or what holds for all.

    Raises
    ------
    ConfigError
        If a mapping names what is no input.
    """
    if not isinstance(given, Mapping):
        return given
    known = names or (ONLY,)
    unknown = [key for key in given if key not in known]
    if unknown:
        raise ConfigError(f"{what}: {unknown[0]!r} is no input. Inputs: {', '.join(known)}.")
    return given.get(name)


def read_several(
    X: Any, names: tuple[str, ...], coders: Mapping[str, Coder] | None
) -> dict[str, Samples]:
    """Samples of each input, checked.

    Parameters
    ----------
    X : mapping of str to samples, or sequence of samples
        See `Classifier.fit`.
    names : tuple of str
        The inputs, in the network's order.
    coders : mapping of str to Coder or None
        Of samples learned from before.

    Raises
    ------
    InputError
        If an input is missing, unknown, of another form than before, or they differ in length.
    """
    found = {}
    for name, content in _by_name(X, names).items():
        coder = coders[name] if coders else None
        samples = read_samples(content, Form() if coder is None else coder.form(None))
        found[name] = samples if samples.spikes else _numbers(name, samples, coder)
    lengths = {name: len(samples) for name, samples in found.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"Inputs need the same number of samples, got {lengths}.")
    return found


def _by_name(X: Any, names: tuple[str, ...]) -> dict[str, Any]:
    expected = f"The network has the inputs {', '.join(names)}: samples are a dictionary by name"
    if isinstance(X, Mapping):
        if set(X) != set(names):
            raise InputError(f"{expected}; got {', '.join(map(str, X)) or 'none'}.")
        return {name: X[name] for name in names}
    if not isinstance(X, list | tuple) or len(X) != len(names):
        got = f"{len(X)} of them" if isinstance(X, list | tuple) else type(X).__name__
        raise InputError(f"{expected}, or a list with one entry for each; got {got}.")
    return dict(zip(names, X, strict=True))


def _numbers(name: str, samples: Samples, coder: Coder | None) -> Samples:
    if samples.stored:
        raise InputError(f"Input {name!r}: a file that is read by block is for a single input.")
    values = refusing(lambda: check_array(samples.content, dtype=np.float64, input_name=name))
    if coder is not None and not coder.spikes and values.shape[1] != coder.n_features:
        raise InputError(
            f"Input {name!r} has {values.shape[1]} features; the classifier learned from "
            f"{coder.n_features}."
        )
    return Samples(values, samples.axes or (values.shape[1],))


def labels_of(y: Any, n_samples: int) -> NDArray[Any]:
    """Labels as a column, one a sample.

    Raises
    ------
    InputError
    """
    labels = refusing(lambda: column_or_1d(y, warn=True))
    if len(labels) != n_samples:
        raise InputError(f"{n_samples} trials need as many labels, got {len(labels)}.")
    return labels


def encode_all(coders: Mapping[str, Coder], parts: Mapping[str, Samples], seed: int) -> Trains:
    """Spikes of all inputs, side by side."""
    trains = [coder.encode(parts[name], seed) for name, coder in coders.items()]
    if len(trains) == 1:
        return trains[0]
    return SpikeTrains.beside([part for part in trains if isinstance(part, SpikeTrains)])
