"""The spike-train loss as one of the output's course: by the presence of spikes alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from brainsnn.learning.losses.spike_train import SpikeTrainLoss
from brainsnn.learning.losses.trajectory import Floats, TrajectoryLoss, check_course
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import Targets, TargetTrains


@dataclass(frozen=True)
class TrainDistance(TrajectoryLoss):
    """Squared distance of smoothed spike trains.

    Parameters
    ----------
    loss : SpikeTrainLoss
    """

    reads: ClassVar[Literal["spikes", "potential"]] = "spikes"
    targets: ClassVar[tuple[type[Targets], ...]] = (TargetTrains,)

    loss: SpikeTrainLoss

    def value(self, course: Floats, wanted: SpikeTrains) -> Floats:
        """Loss of each trial."""
        check_course(course)
        return self.loss.value(course > 0.5, wanted)

    def slope(self, course: Floats, wanted: SpikeTrains) -> Floats:
        """Derivative by each spike."""
        check_course(course)
        return self.loss.activation(course > 0.5, wanted)
