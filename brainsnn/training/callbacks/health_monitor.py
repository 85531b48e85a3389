"""Looks at the health of learning while it goes on."""

from __future__ import annotations

from collections.abc import Callable

from brainsnn.learning.equations.flow import GradientFlow
from brainsnn.training.callbacks.base import Callback, Metrics, Progress
from brainsnn.training.callbacks.health import HealthReport, diagnose
from brainsnn.training.callbacks.remedies import Remedies


class HealthMonitor(Callback):
    """Gives out a report after each epoch in which learning stalled, and silent outputs at once.

    Parameters
    ----------
    emit : callable
        Takes the text, for example ``RunDirectory.log``.
    n_steps, n_classes : int
        See `diagnose`.
    remedies : Remedies, optional
        See `diagnose`.
    look : callable, optional
        Gives the flow of the gradient. It is looked at once, after the first epoch that stalls, and
        is in the reports of all that do.

    Attributes
    ----------
    reports : list of HealthReport
        Of all epochs seen.
    warned : bool
        Whether silent outputs have been spoken of.
    """

    def __init__(
        self,
        emit: Callable[[str], object],
        n_steps: int,
        n_classes: int,
        remedies: Remedies | None = None,
        look: Callable[[], GradientFlow | None] | None = None,
    ) -> None:
        self.emit, self.n_steps, self.n_classes = emit, n_steps, n_classes
        self.remedies, self._look = remedies or Remedies(), look
        self._flow: GradientFlow | None = None
        self.reports: list[HealthReport] = []
        self.warned = False

    def on_block(self, progress: Progress, metrics: Metrics) -> None:  # noqa: ARG002
        """Look at the outputs of the first epoch's first block."""
        statistics = progress.statistics
        if self.reports or self.warned or statistics is None:
            return
        output, silent = list(statistics.silent_neurons().items())[-1]
        if silent == self.n_classes and output not in self.remedies.mute:
            self.warned = True
            self.outputs_silent(
                f"No neuron of {output!r} spiked in the first {statistics.done} trials: decisions "
                f"follow from potentials alone. Lengthen the trial, {self.remedies.raised(output)}"
            )

    def outputs_silent(self, text: str) -> None:
        """Say that no output spikes; by default, as everything else is said."""
        self.emit(text)

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:
        """Diagnose; speak up only if there is something to mend."""
        assert progress.statistics is not None
        report = diagnose(metrics, progress.statistics, self.n_steps, self.n_classes, self.remedies)
        if report.stalled:
            if self._look is not None:
                self._flow, self._look = self._look(), None
            report = report.with_flow(self._flow)
        self.reports.append(report)
        if report.stalled:
            self.emit(str(report))
