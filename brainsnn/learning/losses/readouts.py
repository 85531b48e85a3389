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
from brainsnn.jit import copy_row, njit
from brainsnn.learning.kernels import LossKernel, matrix_at
from brainsnn.learning.losses.base import FirstSpikeLoss
from brainsnn.learning.losses.count_softmax import CountSoftmax, errors
from brainsnn.learning.losses.first_spike_softmax import FirstSpikeSoftmax, softmax_losses
from brainsnn.learning.losses.trajectory import Floats, TrajectoryLoss, check_course

Labels = NDArray[np.int64]
READS = ("mean", "largest", "last")
PARAMETERS = 6


@njit()
def _by_counts(course, n_steps, n, label, parameters, out):  # type: ignore[no-untyped-def]
    """See `COURSE`: of `CountReadout`; the temperature is the parameter."""
    spikes, slope = matrix_at(course, n_steps, n), matrix_at(out, n_steps, n)
    counts, error = np.zeros((1, n)), np.empty((1, n))
    for t in range(n_steps):
        for k in range(n):
            counts[0, k] += spikes[t, k]
    errors(counts, np.array([label]), matrix_at(parameters, 1, 1)[0, 0], error)
    for t in range(n_steps):
        copy_row(error[0], slope[t])


@njit()
def _by_potentials(course, n_steps, n, label, parameters, out):  # type: ignore[no-untyped-def]
    """See `COURSE`: of `PotentialReadout`; parameters are temperature and place in `READS`."""
    v, slope = matrix_at(course, n_steps, n), matrix_at(out, n_steps, n)
    temperature, of = matrix_at(parameters, 1, 2)[0]
    step, read, error = np.full(n, n_steps - 1), np.zeros((1, n)), np.empty((1, n))
    for k in range(n):
        if of == 0.0:
            read[0, k] = v[:, k].mean()
        else:
            step[k] = v[:, k].argmax() if of == 1.0 else n_steps - 1
            read[0, k] = v[step[k], k]
    errors(read, np.array([label]), temperature, error)
    slope[:] = 0.0
    for k in range(n):
        if of == 0.0:
            slope[:, k] = error[0, k] / n_steps
        else:
            slope[step[k], k] = error[0, k]


@njit()
def _by_first_spikes(course, n_steps, n, label, parameters, out):  # type: ignore[no-untyped-def]
    """See `COURSE`: of `FirstSpikeReadout` with `FirstSpikeSoftmax`, whose parameters it takes."""
    spikes, slope = matrix_at(course, n_steps, n), matrix_at(out, n_steps, n)
    first, error = np.full((1, n), n_steps, np.int32), np.empty((1, n))
    for t in range(n_steps - 1, -1, -1):
        for k in range(n):
            if spikes[t, k] > 0.5:
                first[0, k] = t
    of_loss = matrix_at(parameters, 1, PARAMETERS)[0]
    softmax_losses(first, np.array([label]), n_steps, of_loss, error, np.empty(1))
    for k in range(n):
        after = n_steps
        for t in range(n_steps - 1, -1, -1):
            slope[t, k] = -error[0, k] * (t - after) if t <= first[0, k] else 0.0
            if spikes[t, k] > 0.5:
                after = t


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

    def kernel(self) -> LossKernel:
        """See `TrajectoryLoss`."""
        return LossKernel(_by_counts, np.array([self.softmax.temperature], np.float64))


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
        if self.of not in READS:
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

    def kernel(self) -> LossKernel:
        """See `TrajectoryLoss`."""
        parameters = self.softmax.temperature, READS.index(self.of)
        return LossKernel(_by_potentials, np.array(parameters, np.float64))


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

    def kernel(self) -> LossKernel | None:
        """See `TrajectoryLoss`; None for another loss than `FirstSpikeSoftmax`."""
        if type(self.loss) is not FirstSpikeSoftmax:
            return None
        return LossKernel(_by_first_spikes, self.loss.kernel().parameters)


def _first_steps(course: Floats) -> NDArray[np.int32]:
    """First-spike steps, shape (n_trials, n); the number of steps where there is none."""
    check_course(course)
    spiked = course > 0.5
    found = np.where(spiked.any(axis=1), spiked.argmax(axis=1), course.shape[1])
    return found.astype(np.int32)
