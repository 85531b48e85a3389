"""Why does it learn nothing? Which neurons are silent or saturated, how large the gradients are.

A network of spiking neurons stalls in few ways: its inputs come too late for an answer; a
population is silent, so no error passes; it fires at once whatever comes in, so it says nothing; it
answers with the same class whatever is asked; gradients are zero; or steps are too large.
`diagnose` looks for them in the order in which they should be mended. A network that has learned
its task, or is learning it, may be silent in large parts, and has no gradient when nothing is left
to learn: that is health.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.equations.flow import GradientFlow
from brainsnn.training.callbacks.base import Metrics
from brainsnn.training.callbacks.remedies import Remedies
from brainsnn.training.statistics import EpochStatistics

MANY = 0.5
"""Share of a population's neurons from which silence or saturation is a complaint."""

AT_ONCE = 0.02
"""Mean first-spike steps below this share of a trial count as firing at once."""

NEAR_CHANCE = 0.1
"""Share of the way from guessing to perfection up to which accuracy is that of guessing."""

LEARNED = 0.95
"""Accuracy from which silence and vanished gradients are no complaint."""

LATE = 0.9
"""Share of a trial after which inputs that begin to spike leave no time for an answer."""

ENOUGH = 5
"""Trials of a class from which never deciding for it is a complaint."""

WINDOW = 3
"""Epochs over which the loss must fall."""

RISES = 0.05
"""Relative change of the loss over these epochs from which it rises; as much less, it falls."""


@dataclass(frozen=True)
class HealthReport:
    """What was found after an epoch.

    Parameters
    ----------
    epoch : int
        From 1.
    silent, always, at_once : mapping of str to float
        For each population, the share of neurons that fired in no trial, in every trial, and in
        every trial at its very beginning.
    gradient_norm : mapping of str to float
        Mean norm of a batch's gradient, by connection.
    loss, accuracy : float
        Of the epoch's training trials.
    loss_change : float
        Relative change of the loss over the last epochs; 0 when there is one epoch only.
    advice : tuple of str
        What to change, first things first; empty when learning goes well.
    flow : GradientFlow, optional
        How large the error is in each population on its way back through time, where that was
        looked at.
    """

    epoch: int
    silent: Mapping[str, float]
    always: Mapping[str, float]
    at_once: Mapping[str, float]
    gradient_norm: Mapping[str, float]
    loss: float
    accuracy: float
    loss_change: float
    advice: tuple[str, ...]
    flow: GradientFlow | None = None

    def with_flow(self, flow: GradientFlow | None) -> HealthReport:
        """Return the report with what a gradient's flow says and advises."""
        if flow is None:
            return self
        return replace(self, flow=flow, advice=(*self.advice, *flow.advice))

    @property
    def stalled(self) -> bool:
        """Whether there is anything to mend."""
        return bool(self.advice)

    def __str__(self) -> str:
        lines = [f"Health after epoch {self.epoch}: " + ("stalled" if self.stalled else "good")]
        lines += [
            f"  {name}: {self.silent[name]:.0%} of neurons silent, {self.always[name]:.0%} fire in "
            f"every trial, {self.at_once[name]:.0%} at once"
            for name in self.silent
        ]
        lines += [f"  gradient of {name}: {norm:.3g}" for name, norm in self.gradient_norm.items()]
        lines += [str(self.flow)] if self.flow is not None and str(self.flow) else []
        lines.append(
            f"  loss {self.loss:.4g} ({self.loss_change:+.1%}), accuracy {self.accuracy:.1%}"
        )
        lines += [f"  {k}. {text}" for k, text in enumerate(self.advice, start=1)]
        return "\n".join(lines)


def diagnose(
    metrics: Metrics,
    statistics: EpochStatistics,
    n_steps: int,
    n_classes: int,
    remedies: Remedies | None = None,
) -> HealthReport:
    """Health of the last epoch.

    Parameters
    ----------
    metrics : sequence of mapping
        All rows so far.
    statistics : EpochStatistics
        Of the last epoch.
    n_steps : int
        Length of a trial.
    n_classes : int
        Number of classes, for the accuracy of guessing.
    remedies : Remedies, optional
        What network and rule offer to change.

    Returns
    -------
    HealthReport
    """
    known = remedies or Remedies()
    fired, first = statistics.fired_fraction(), statistics.mean_first_step()
    row = metrics[-1]
    losses = [float(r["loss"]) for r in metrics[-WINDOW:]]
    always = {name: f >= 1 for name, f in fired.items()}
    early = {name: np.nan_to_num(s, nan=n_steps) < AT_ONCE * n_steps for name, s in first.items()}
    shares = {
        "silent": {name: float((f == 0).mean()) for name, f in fired.items()},
        "always": {name: float(a.mean()) for name, a in always.items()},
        "at_once": {name: float((a & early[name]).mean()) for name, a in always.items()},
    }
    norms = {name: float(values.mean()) for name, values in statistics.norms.items()}
    taught = {name: norm for name, norm in norms.items() if name not in known.untaught}
    change = losses[-1] / losses[0] - 1.0 if losses[0] else 0.0
    accuracy = float(row.get("train_accuracy", np.nan))
    chance = max(_largest_share(statistics.label[: statistics.done]), 1 / n_classes)
    never = _advise_on_answers(statistics)
    guessing = accuracy <= chance + NEAR_CHANCE * (1 - chance)
    learned = accuracy >= LEARNED and not never and not _falls(metrics)
    learning = learned or (change < -RISES and not guessing and not never)
    late = _advise_on_inputs(first, n_steps) if guessing else []
    advice = [
        *late,
        *([] if learning or late else _advise_on_firing(shares, known)),
        *never,
        *([] if learned or late else _advise_on_gradients(taught, change, guessing, bool(never))),
        *_advise_on_loss(change, accuracy, len(losses), learned=learned),
    ]
    return HealthReport(
        epoch=int(row["epoch"]),
        gradient_norm=norms,
        loss=losses[-1],
        accuracy=accuracy,
        loss_change=change,
        advice=tuple(advice),
        silent=shares["silent"],
        always=shares["always"],
        at_once=shares["at_once"],
    )


def _advise_on_firing(shares: Mapping[str, Mapping[str, float]], known: Remedies) -> list[str]:
    silent, at_once = shares["silent"], shares["at_once"]
    inputs = known.inputs or tuple(silent)[:1]
    others = [name for name in silent if name not in {*inputs, *known.mute}]
    advice = [
        f"No {name} neuron ever spikes: look at the encoder and the data."
        for name in inputs
        if silent[name] == 1
    ]
    for name in others:
        if silent[name] > MANY:
            advice.append(f"{silent[name]:.0%} of {name!r} never fire: {known.raised(name)}")
            break
    for name in others:
        if at_once[name] > MANY:
            advice.append(
                f"{at_once[name]:.0%} of {name!r} fire at once in every trial: "
                f"{known.lowered(name)}"
            )
            break
    return advice


def _advise_on_inputs(first: Mapping[str, NDArray[np.float64]], n_steps: int) -> list[str]:
    name, steps = next(iter(first.items()))
    known = steps[np.isfinite(steps)]
    if not known.size or np.quantile(known, 0.05) < LATE * n_steps:
        return []
    return [
        f"The {name} neurons spike late: the earliest at step {known.min():.0f} of {n_steps} on "
        "average, which leaves no time for an answer. Look at the encoder and the data (are images "
        "of 0 and 1 taken for 0 to 255?)."
    ]


def _advise_on_answers(statistics: EpochStatistics) -> list[str]:
    label, decision = (
        values[: statistics.done] for values in (statistics.label, statistics.decision)
    )
    asked, answered = label[label >= 0], np.unique(decision[decision >= 0])
    classes, sizes = np.unique(asked, return_counts=True)
    lacking = ~np.isin(classes, answered)
    if answered.size == 1 and classes.size > 1:
        share = float((asked == answered[0]).mean())
        return [
            f"Every decision is for class {answered[0]}, which {share:.0%} of the trials are of: "
            "accuracy is that of always answering the same. Balance the classes, or weight the "
            "loss of the rare ones."
        ]
    never = classes[lacking & (sizes >= ENOUGH)]
    if not never.size or not answered.size:
        return []
    share = float(np.isin(asked, never).mean())
    names = ", ".join(map(str, never.tolist()))
    return [
        f"No decision is for class {names}, which {share:.0%} of the trials are of: balance the "
        "classes, or weight the loss of the rare ones."
    ]


def _largest_share(labels: NDArray[np.int32]) -> float:
    """Share of trials of the commonest class: the accuracy of always answering it."""
    known = labels[labels >= 0]
    return float(np.bincount(known).max() / known.size) if known.size else 0.0


def _falls(metrics: Metrics) -> bool:
    """Whether accuracy has fallen over the last epochs."""
    values = [float(row.get("train_accuracy", np.nan)) for row in metrics[-WINDOW:]]
    return values[-1] < max(values) - 0.02


def _advise_on_gradients(
    norms: Mapping[str, float], change: float, guessing: bool, never: bool
) -> list[str]:
    advice = [
        f"The gradient of {name!r} is zero: no error reaches it. Mend silent populations after it "
        "first; otherwise its neurons fire later than those that they should move."
        for name, norm in norms.items()
        if norm == 0
    ]
    rises = not np.isfinite(change) or change > RISES
    if guessing and not advice and not rises and not never:
        advice.append(
            "Accuracy is that of guessing though gradients flow: change the learning rate (by 3, "
            "first down, then up), and check that labels belong to their images."
        )
    return advice


def _advise_on_loss(change: float, accuracy: float, n_losses: int, *, learned: bool) -> list[str]:
    if not np.isfinite(change) or (change > RISES and not learned):
        return ["The loss rises: divide the learning rate by 3."]
    if n_losses == WINDOW and abs(change) < 1e-3 and accuracy < 0.9:
        return ["The loss stands still: multiply the learning rate by 3, or lower decay."]
    return []
