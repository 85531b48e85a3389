r"""Learning-rate schedules: pure functions of the position in training.

A schedule multiplies the initial rate :math:`\eta_0`. Its argument is the position in epochs
:math:`e`, a real number (2.5 is the middle of the third epoch), so that a rate may fall within an
epoch and is the same after a resume.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.config import Choice
from brainsnn.registry import Registry


class Schedule(Choice):
    """Base of schedules: initial rate and position in, present rate out."""

    variants: ClassVar[Registry[type[Schedule]]] = Registry("schedule")

    def factor(self, epoch: float, n_epochs: int) -> float:
        """Share of the initial rate at position `epoch`, in 0..`n_epochs`."""
        raise NotImplementedError

    def __call__(self, learning_rate: float, epoch: float, n_epochs: int) -> float:
        """Present rate.

        Parameters
        ----------
        learning_rate : float
            The initial rate.
        epoch : float
            Epochs done, with fraction.
        n_epochs : int
            Epochs in all.

        Returns
        -------
        float
        """
        return learning_rate * self.factor(epoch, n_epochs)


SCHEDULES = Schedule.variants


@SCHEDULES.register("constant")
class Constant(Schedule):
    r"""The initial rate throughout: :math:`\eta = \eta_0`."""

    name: Literal["constant"] = "constant"

    def factor(self, epoch: float, n_epochs: int) -> float:  # noqa: ARG002
        """1."""
        return 1.0


@SCHEDULES.register("step")
class Step(Schedule):
    r"""A fall at fixed intervals: :math:`\eta = \eta_0\, d^{\lfloor e / k \rfloor}`.

    Parameters
    ----------
    every : int, default 10
        :math:`k`, epochs between falls.
    decay : float, default 0.5
        :math:`d`, in (0, 1].
    """

    name: Literal["step"] = "step"
    every: int = Field(default=10, ge=1)
    decay: float = Field(default=0.5, gt=0, le=1)

    def factor(self, epoch: float, n_epochs: int) -> float:  # noqa: ARG002
        """See the class."""
        return float(self.decay ** (math.floor(epoch) // self.every))


@SCHEDULES.register("exponential")
class Exponential(Schedule):
    r"""A smooth fall: :math:`\eta = \eta_0\, d^{e}`.

    Parameters
    ----------
    decay : float, default 0.9
        :math:`d`, factor an epoch, in (0, 1].
    """

    name: Literal["exponential"] = "exponential"
    decay: float = Field(default=0.9, gt=0, le=1)

    def factor(self, epoch: float, n_epochs: int) -> float:  # noqa: ARG002
        """See the class."""
        return float(self.decay**epoch)


@SCHEDULES.register("cosine")
class Cosine(Schedule):
    r"""Half a cosine from the initial rate to a floor, after a linear warm-up.

    With warm-up :math:`w` epochs and floor :math:`f`, for :math:`e < w` the factor is
    :math:`\max(e, 1/100) / w` capped at 1, and afterwards
    :math:`f + (1 - f)\,(1 + \cos(\pi (e - w) / (n - w))) / 2`. (Loshchilov & Hutter 2017,
    arXiv:1608.03983, without restarts.)

    Parameters
    ----------
    warm_up : float, default 0
        :math:`w`, in epochs.
    floor : float, default 0
        :math:`f`, share of the initial rate at the end.
    """

    name: Literal["cosine"] = "cosine"
    warm_up: float = Field(default=0.0, ge=0)
    floor: float = Field(default=0.0, ge=0, le=1)

    def factor(self, epoch: float, n_epochs: int) -> float:
        """See the class."""
        if epoch < self.warm_up:
            return min(max(epoch, 0.01) / self.warm_up, 1.0)
        length = n_epochs - self.warm_up
        fraction = min((epoch - self.warm_up) / length, 1.0) if length > 0 else 1.0
        return self.floor + (1.0 - self.floor) * 0.5 * (1.0 + math.cos(math.pi * fraction))
