"""Settings of the training loop."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from brainsnn.config import Config
from brainsnn.learning.averaging import AverageConfig, NoAverageConfig
from brainsnn.learning.optimisers import OptimiserConfig, SGDConfig
from brainsnn.learning.schedules import Constant, Schedule


class TrainingConfig(Config):
    """How to train. A protocol's configuration may inherit from it or hold it as a field.

    Parameters
    ----------
    epochs : int, default 10
        Passes through the training set.
    batch_size : int, default 1
        Trials run with the same weights; their gradients are summed and divided by their number.
    update : {"sequential", "simultaneous"}
        Whether earlier connections' gradients see the later connections' weights already changed
        (as S4NN's authors do), or all gradients are computed first.
    clip : float, optional
        Largest absolute value of each entry of a batch's mean gradient; larger ones are cut to it.
    schedule : Schedule
        Of the learning rate.
    optimiser : OptimiserConfig
        What a gradient does to the weights.
    average : AverageConfig
        Which average of the weights is validated and kept.
    monitor : str, default "validation_accuracy"
        The column of the metrics table on which weights are selected; ``epoch`` keeps the last.
    patience : int, optional
        Epochs without a better `monitor` after which training stops; ``none`` never stops.
    checkpoint_every : int, optional
        Trials between checkpoints within an epoch (rounded up to whole blocks); by default, only
        the end of each epoch leaves one.
    """

    epochs: int = Field(default=10, ge=1)
    batch_size: int = Field(default=1, ge=1)
    update: Literal["sequential", "simultaneous"] = "sequential"
    clip: float | None = Field(default=None, gt=0)
    schedule: Schedule = Constant()
    optimiser: OptimiserConfig = SGDConfig()
    average: AverageConfig = NoAverageConfig()
    monitor: str = "validation_accuracy"
    patience: int | None = Field(default=None, ge=1)
    checkpoint_every: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _average_is_of_weights_that_could_be(self) -> Self:
        why = self.optimiser.no_average
        if why and not isinstance(self.average, NoAverageConfig):
            raise ValueError(
                f"{why}; average.name must be 'off' with optimiser.name {self.optimiser.name!r}"
            )
        return self
