"""What a network is trained, chosen and tested on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from brainsnn.errors import ConfigError
from brainsnn.spikes.trials import LabelledTrials, TrainingTrials


@dataclass(frozen=True)
class Material:
    """Encoded trials of the three splits.

    Parameters
    ----------
    train, validation : TrainingTrials, LabelledTrials or None
        What weights are learned from, and what every choice is made on; None where it was made
        before, by cross-validation of training trials, and the last weights are kept.
    encode_test : callable
        Encodes the test split; it is read when `test` is asked for, after every choice.
    classes : tuple of str
        Name of each class, in the order of the output neurons.
    """

    train: TrainingTrials
    validation: LabelledTrials | None
    encode_test: Callable[[], LabelledTrials]
    classes: tuple[str, ...] = ()

    @cached_property
    def test(self) -> LabelledTrials:
        """The test split, encoded when it is first asked for."""
        return self.encode_test()

    def split(self, name: str) -> LabelledTrials:
        """Trials of a split, ``train``, ``validation`` or ``test``, as they are.

        Raises
        ------
        ConfigError
            If there is no validation split.
        """
        found: TrainingTrials | None = getattr(self, name)
        if found is None:
            raise ConfigError(f"There is no {name} split: choices are made by cross-validation.")
        return found.plain()
