"""Decision by potential: the class of the output whose potential says most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from brainsnn.codes.decisions import Decisions
from brainsnn.codes.potentials import final_potentials, largest, n_classes
from brainsnn.errors import ConfigError, DataError
from brainsnn.spikes import FloatArray, Recording


@dataclass(frozen=True)
class PotentialDecoder:
    """The output neuron with the largest potential gives the class, at the trial's last step.

    Several with the same one are a tie, which gives no class. No trial is silent: spikes have no
    part in it.

    Parameters
    ----------
    of : {"last", "mean", "largest"}
        Which potential: that at the trial's end, or the mean or the largest of all steps. The
        latter two need a recording with the states of every step, which a rule that learns by them
        adds (`BoundRule.observe`).
    share : float, default 1
        Of the steps of a trial: the mean and the largest are those of its last ones, one at least.

    Raises
    ------
    ConfigError
        If `of` is none of these, or the share is not above 0 and at most 1.
    """

    citation: ClassVar[str] = "E.O. Neftci, H. Mostafa and F. Zenke, IEEE SPM 36(6):51-63 (2019)"

    of: Literal["last", "mean", "largest"] = "last"
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.of not in ("last", "mean", "largest"):
            raise ConfigError(
                f"A decision is by last, mean or largest potentials, not {self.of!r}."
            )
        if not 0 < self.share <= 1:
            raise ConfigError(f"The share of steps must be in 0..1, above 0, got {self.share}.")

    def decode(self, recording: Recording, population: str = "output") -> Decisions:
        """Class and decision step of every trial.

        Parameters
        ----------
        recording : Recording
        population : str
            The output population, with one neuron a class.

        Raises
        ------
        DataError
            If the recording has no potentials of the population.
        """
        n_classes(recording, population)
        decision, candidates = largest(self.evidence(recording, population))
        n = decision.size
        silent, step = np.zeros(n, np.bool_), np.full(n, recording.n_steps - 1, np.int64)
        return Decisions(decision, step, candidates.sum(axis=1) > 1, silent, candidates)

    def evidence(self, recording: Recording, population: str) -> FloatArray:
        """Potential that decides, shape (n_trials, n_classes).

        Raises
        ------
        DataError
            If the recording has none.
        """
        found = [v for (owner, _), v in recording.states.items() if owner == population]
        if self.of == "last":
            return found[0][:, -1] if found else final_potentials(recording, population)
        if not found:
            raise DataError(
                f"The {self.of} potential of {population!r} needs its states at every step, which "
                "this recording does not have; the last one is there without."
            )
        n_steps = found[0].shape[1]
        course = found[0][:, n_steps - max(1, round(self.share * n_steps)) :]
        return course.mean(axis=1) if self.of == "mean" else course.max(axis=1)
