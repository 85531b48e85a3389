r"""Additions and multiplications that a GLM network needs for a decision, from its actual spikes.

With kernels gathered beforehand, the potential of a neuron at a sample (eq. 1) takes one addition
for each input spike in the window, one for each of its own spikes in the feedback window, and one
for the bias: the :math:`\sum_j \|x_{j,t-\tau}^{t-1}\|_0 + \|y\|_0` of Bagheri et al., section 5.
Spikes are binary, so nothing is multiplied. A rate decision needs the potentials of all samples; a
decision by the first spike, those up to that spike.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.indices import whole_numbers
from brainsnn.spikes import Recording


def operations(
    recording: Recording,
    decision_step: NDArray[np.integer],
    window: int,
    feedback_window: int,
    output: str = "output",
) -> pd.DataFrame:
    """Additions and multiplications of every trial, a class.

    Parameters
    ----------
    recording : Recording
        With its input population first.
    decision_step : array of int, shape (n_trials,)
        Last sample whose potentials are needed; `n_steps` or more means all samples.
    window, feedback_window : int
        Lags of the two kinds of kernel.
    output : str
        The output population.

    Returns
    -------
    pandas.DataFrame
        Columns `additions` (mean over classes) and `multiplications`, a row a trial.

    Raises
    ------
    DataError
        If there is not one decision step, of 0 or more, for each trial.
    """
    decided = whole_numbers("Decision steps", decision_step)
    if decided.shape != (recording.n_trials,) or (decided < 0).any():
        raise DataError(
            f"{recording.n_trials} trials need as many decision steps of 0 or more, got "
            f"{decided.size}."
        )
    needed = np.minimum(decided, recording.n_steps - 1) + 1
    inputs = _heard(recording, next(iter(recording.populations)), window)
    own = _heard(recording, output, feedback_window) / recording.populations[output]
    total = np.cumsum(inputs + own + 1.0, axis=1)
    additions = total[np.arange(recording.n_trials), needed - 1]
    return pd.DataFrame({"additions": additions, "multiplications": np.zeros(additions.size)})


def _heard(recording: Recording, population: str, window: int) -> NDArray[np.float64]:
    """Spikes of the last `window` samples at each sample, shape (n_trials, n_steps)."""
    shape = (recording.n_trials, recording.n_steps)
    mine = recording.population == recording.code(population)
    flat = recording.trial[mine].astype(np.int64) * recording.n_steps + recording.step[mine]
    counts = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)
    past = np.zeros((shape[0], shape[1] + 1))
    past[:, 1:] = np.cumsum(counts, axis=1)
    t = np.arange(shape[1])
    return past[:, t] - past[:, np.maximum(t - window, 0)]
