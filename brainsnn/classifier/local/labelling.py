"""After learning without labels: what each neuron answers to."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.classifier.runner import BLOCK, Runner
from brainsnn.codes import LabelledResponses
from brainsnn.errors import HealthWarning
from brainsnn.spikes.trials import LabelledTrials, VariedTrials

NEVER = 1e12
"""Half-life, in trials, of responses that do not fade."""


def label(runner: Runner, trials: LabelledTrials | VariedTrials, *, more: bool) -> None:
    """Run training trials while nothing learns, and take in what answers to them.

    Parameters
    ----------
    runner : Runner
        The decoder of its plan learns.
    trials : LabelledTrials or VariedTrials
    more : bool
        Whether earlier responses stay and fade with the decoder's half-life; otherwise they are
        forgotten, and all trials count the same.
    """
    decoder = runner.plan.decoder
    assert isinstance(decoder, LabelledResponses)
    taught = LabelledResponses(decoder.half_life if more else NEVER)
    if more:
        taught.restore(decoder.state())
    engine, output, shown = runner.engine.fixed(), runner.plan.model.output.name, trials.epoch(0)
    for start in range(0, len(trials), BLOCK):
        some, index = shown.block(np.arange(start, min(start + BLOCK, len(trials))))
        taught.learn(engine.run(some.inputs, index), some.targets.of(index), output)
    decoder.restore(taught.state())


def warn_of_unlabelled(decoder: LabelledResponses, classes: Sequence[object]) -> None:
    """Say which classes no neuron stands for.

    Warns
    -----
    HealthWarning
    """
    missing = [str(classes[k]) for k in range(len(classes)) if k not in decoder.labels]
    if missing:
        warnings.warn(
            f"No neuron answers most to {', '.join(missing)}: what has no neuron is decided for in "
            f"no sample. {decoder.n_unlabelled} of {decoder.labels.size} neurons never spike. More "
            "neurons, or more passes (epochs), may help.",
            HealthWarning,
            stacklevel=3,
        )


def responses(decoder: LabelledResponses, classes: NDArray[np.generic]) -> pd.DataFrame:
    """Mean spikes of each neuron (row) in a trial of each class (column)."""
    means = np.zeros((len(classes), decoder.means.shape[1]))
    means[: len(decoder.means)] = decoder.means
    return pd.DataFrame(means.T, columns=list(classes)).rename_axis("neuron")
