"""A Brian2 network in continuous time: run from event to event, and back.

Between events every neuron follows Brian2's own step with its length left a symbol; a spike is
where its margin rises through 0. The derivative of all spike times is then exact for any neuron;
for current-based leaky ones it is EventProp (Wunderlich and Pehle 2021,
doi:10.1038/s41598-021-91786-z).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from brainsnn.errors import DataError
from brainsnn.indices import size
from brainsnn.learning.equations.eventprop.backward import gradient_of
from brainsnn.learning.equations.eventprop.forward import run_trials
from brainsnn.learning.equations.eventprop.parts import EventParts
from brainsnn.learning.equations.eventprop.spike_times import SpikeTimes
from brainsnn.learning.equations.eventprop.tape import EventTrace
from brainsnn.learning.equations.parts import Array, Key


class EventNetwork(EventParts):
    """A network that runs from event to event, and the exact adjoint of that (see `EventParts`)."""

    def run(
        self,
        inputs: Mapping[str, SpikeTimes],
        until: float,
        observe: Mapping[Key, Sequence[float]] | None = None,
        integrals: Sequence[Key] = (),
        n_trials: int | None = None,
    ) -> EventTrace:
        """Run trials.

        Parameters
        ----------
        inputs : mapping of str to SpikeTimes
            Spikes of every group that has no equations.
        until : float
            Seconds of a trial.
        observe : mapping of (population, state) to times, optional
            Times at which states are wanted.
        integrals : sequence of (population, expression), optional
            Expressions of states (Brian2 strings) whose integral over the trial is wanted.
        n_trials : int, optional
            Where there are no inputs.

        Raises
        ------
        DataError
            If inputs are missing or do not fit, or a neuron fires without end at one time.
        """
        n_trials = self._check(inputs, until, observe or {}, n_trials)
        return run_trials(self, inputs, until, observe or {}, integrals, n_trials)

    def gradient(
        self,
        trace: EventTrace,
        by_time: Mapping[str, Array] | None = None,
        by_observed: Mapping[Key, Array] | None = None,
        by_integral: Mapping[Key, Array] | None = None,
        least_slope: float | None = None,
    ) -> dict[Key, Array]:
        """Exact gradient of a loss on spike times, on states at times, and on integrals.

        Parameters
        ----------
        trace : EventTrace
            Of the run.
        by_time : mapping of str to array
            Derivative of the loss by the time of each spike, as in ``trace.spikes``. A neuron that
            is silent has no time, and nothing is learned from that.
        by_observed : mapping of (population, state) to array
            Derivative by what was observed, in its shape.
        by_integral : mapping of (population, expression) to array, shape (trials, neurons)
        least_slope : float, optional
            Slope of the margin (its unit a second) that a crossing has at least: the time of a
            spike that grazes its threshold has an unbounded derivative, which then is smaller in
            the ratio of both slopes. By default nothing is clipped, and a slope of 0 is refused.

        Returns
        -------
        dict of (owner, variable) to array
            For all that is trained, shaped as its values; under ``(population, "<state>(0)")`` for
            first values of states, shape (trials, neurons); under ``(source, "times")`` for the
            times of given spikes.

        Raises
        ------
        DataError
            If derivatives have another shape, or a spike grazes its threshold.
        """
        return gradient_of(
            self, trace, by_time or {}, by_observed or {}, by_integral or {}, least_slope
        )

    def _check(
        self,
        inputs: Mapping[str, SpikeTimes],
        until: float,
        observe: Mapping[Key, Sequence[float]],
        n_trials: int | None,
    ) -> int:
        if not (np.isfinite(until) and until > 0):
            raise DataError(f"A trial lasts more than 0 s; until={until}.")
        for name, population in self.populations.items():
            if population.flow is not None:
                continue
            if name not in inputs:
                raise DataError(f"The spikes of {name!r} are missing.")
            given = inputs[name]
            n_trials = given.n_trials if n_trials is None else n_trials
            if given.n_trials != n_trials:
                raise DataError(f"{name!r} has {given.n_trials} trials, not {n_trials}.")
            if given.neuron.size and not (
                given.neuron.min() >= 0 and given.neuron.max() < population.size
            ):
                raise DataError(f"Neurons of {name!r} are 0 to {population.size - 1}.")
        for (name, state), times in observe.items():
            if name not in self.flows or state not in self.flows[name].states:
                raise DataError(f"There is no state {state!r} of {name!r} to be observed.")
            if len(times) and not (min(times) >= 0 and max(times) <= until):
                raise DataError(f"{name}.{state}: times are 0 to {until} s.")
        return size("The number of trials", 1 if n_trials is None else n_trials)
