"""Rate decision: the class of the output that spikes most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.codes.decisions import Decisions
from brainsnn.codes.potentials import final_potentials, largest, n_classes
from brainsnn.spikes import Recording


@dataclass(frozen=True)
class RateDecoder:
    """The output neuron with most spikes in the trial gives the class, at the trial's last step.

    A tie goes to the larger final membrane potential; a tie that remains, to no class. If no output
    spikes, the largest final potential decides, the decision step is `n_steps` and the trial is
    flagged silent; equal largest potentials give no class.

    References
    ----------
    A. Bagheri, O. Simeone and B. Rajendran, Training probabilistic spiking neural networks with
    first-to-spike decoding, ICASSP (2018), section 3.
    """

    citation: ClassVar[str] = (
        "A. Bagheri, O. Simeone and B. Rajendran, Training probabilistic spiking neural networks "
        "with first-to-spike decoding, ICASSP (2018), section 3"
    )

    def decode(self, recording: Recording, population: str = "output") -> Decisions:
        """Class and decision step of every trial.

        Parameters
        ----------
        recording : Recording
            What an engine recorded. Potentials that are NaN break no tie.
        population : str
            The output population, with one neuron a class.

        Returns
        -------
        Decisions

        Raises
        ------
        DataError
            If there is no such population, it is empty, or a tie or silence needs final potentials
            that the recording lacks or that are not of shape (n_trials, n_classes).
        """
        n_classes(recording, population)
        counts = recording.counts(population)
        silent = counts.max(axis=1) == 0
        candidates = counts == counts.max(axis=1, keepdims=True)
        tie = (candidates.sum(axis=1) > 1) & ~silent
        decision = candidates.argmax(axis=1).astype(np.int64)
        if (tie | silent).any():
            final = final_potentials(recording, population)
            decision[tie], _ = largest(np.where(candidates[tie], final[tie], np.nan))
            decision[silent], candidates[silent] = largest(final[silent])
        step = np.where(silent, recording.n_steps, recording.n_steps - 1).astype(np.int64)
        return Decisions(decision, step, tie, silent, candidates)
