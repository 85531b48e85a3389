r"""Cross-entropy of classes read from the output's course: spike counts, potentials, first spikes.

With :math:`c_k` the number of spikes, or the mean, the largest or the last potential of output
:math:`k`, and :math:`p = \mathrm{softmax}(c / \tau)`, the loss is :math:`-\log p_y`
(`brainsnn.learning.losses.count_softmax`).

The first spike
---------------
The step :math:`t_k` of the first spike is a function of which steps have one, linear in each:

.. math::
    t_k = \sum_t t\, s_k[t] \prod_{u<t} (1 - s_k[u]) + T \prod_u (1 - s_k[u]), \qquad
    \frac{\partial t_k}{\partial s_k[t]} = t - t_k^{(t)} \text{ for } t \le t_k, \text{ else } 0

with :math:`t_k^{(t)}` the first spike after :math:`t` (T if there is none): what a spike at t, put
in or taken out, changes. So a loss of first-spike steps is one of the spikes at every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.losses.base import FirstSpikeLoss
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.losses.trajectory import Floats, TrajectoryLoss, check_course

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class CountReadout(TrajectoryLoss):
    """Cross-entropy of a softmax over spike counts.

    Parameters
    ----------
    softmax : CountSoftmax
    """

    reads: ClassVar[Literal["spikes", "potential"]] = "spikes"
    codes: ClassVar[tuple[str, ...]] = ("rate",)

    softmax: CountSoftmax = field(default_factory=CountSoftmax)

    def value(self, course: Floats, wanted: Labels) -> Floats:
        """Loss of each trial."""
        check_course(course)
        return self.softmax.value(course.sum(axis=1), wanted)

    def slope(self, course: Floats, wanted: Labels) -> Floats:
        """Derivative by each spike: the same at all steps."""
        check_course(course)
        error = self.softmax.error(course.sum(axis=1), wanted)
        return np.repeat(error[:, None], course.shape[1], axis=1)


@dataclass(frozen=True)
class PotentialReadout(TrajectoryLoss):
    """Cross-entropy of a softmax over the mean, the largest or the last potential.

    Parameters
    ----------
    of : {"mean", "largest", "last"}
        The largest is that of the first step that has it.
    softmax : CountSoftmax

    Raises
    ------
    LearningError
        If `of` is none of these.
    """

    reads: ClassVar[Literal["spikes", "potential"]] = "potential"
    codes: ClassVar[tuple[str, ...]] = ("potential",)

    of: Literal["mean", "largest", "last"] = "mean"
    softmax: CountSoftmax = field(default_factory=CountSoftmax)

    def __post_init__(self) -> None:
        if self.of not in ("mean", "largest", "last"):
            raise LearningError(f"A readout is of mean, largest or last potentials, not {self.of}.")

    def value(self, course: Floats, wanted: Labels) -> Floats:
        """Loss of each trial."""
        check_course(course)
        read = {"mean": course.mean(axis=1), "largest": course.max(axis=1), "last": course[:, -1]}
        return self.softmax.value(read[self.of], wanted)

    def slope(self, course: Floats, wanted: Labels) -> Floats:
        """Derivative by the potential at each step."""
        check_course(course)
        n_steps, slope = course.shape[1], np.zeros(course.shape)
        if self.of == "mean":
            slope[:] = self.softmax.error(course.mean(axis=1), wanted)[:, None] / n_steps
        elif self.of == "last":
            slope[:, -1] = self.softmax.error(course[:, -1], wanted)
        else:
            error, step = self.softmax.error(course.max(axis=1), wanted), course.argmax(axis=1)
            np.put_along_axis(slope, step[:, None], error[:, None], axis=1)
        return slope


@dataclass(frozen=True)
class FirstSpikeReadout(TrajectoryLoss):
    """A loss of first-spike steps, as one of the spikes at every step (module docstring).

    Parameters
    ----------
    loss : FirstSpikeLoss
    """

    reads: ClassVar[Literal["spikes", "potential"]] = "spikes"
    codes: ClassVar[tuple[str, ...]] = ("first_spike",)

    loss: FirstSpikeLoss

    def value(self, course: Floats, wanted: Labels) -> Floats:
        """Loss of each trial."""
        return self.loss.value(_first_steps(course), wanted, course.shape[1])

    def slope(self, course: Floats, wanted: Labels) -> Floats:
        """Derivative by each spike."""
        n_steps, first = course.shape[1], _first_steps(course)
        by_step = -self.loss.error(first, wanted, n_steps)
        steps = np.arange(n_steps)[None, :, None]
        spiked = np.where(course > 0.5, steps, n_steps)
        after = np.full(course.shape, n_steps)
        after[:, :-1] = np.minimum.accumulate(spiked[:, :0:-1], axis=1)[:, ::-1]
        moved = np.where(steps <= first[:, None], steps - after, 0)
        slope: Floats = by_step[:, None] * moved
        return slope


def _first_steps(course: Floats) -> NDArray[np.int32]:
    """First-spike steps, shape (n_trials, n); the number of steps where there is none."""
    check_course(course)
    spiked = course > 0.5
    found = np.where(spiked.any(axis=1), spiked.argmax(axis=1), course.shape[1])
    return found.astype(np.int32)
