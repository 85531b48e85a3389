"""The three-factor rule for networks that engines run: hidden neurons learn to be of use.

In training, hidden neurons spike as the engine draws them and outputs count as clamped to what is
wanted. Their potentials then follow from the recorded spikes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from brainsnn.errors import ConfigError, LearningError, RuleError
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.glm.hidden.estimate import estimated
from brainsnn.learning.glm.hidden.model import HIDDEN, OUTPUT, Known, read_hidden
from brainsnn.learning.glm.hidden.network import Floats, log_probability
from brainsnn.learning.glm.rate import RateLikelihood
from brainsnn.learning.rule import RULES, Rule
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.targets import Classes, Targets, TargetTrains

if TYPE_CHECKING:
    from brainsnn.network.model import Model

DRIVE, FEEDBACK = (OUTPUT, "drive"), (OUTPUT, "feedback")
"""States observed: potentials without the outputs' own spikes, and the weights of these."""


@dataclass(frozen=True)
class BoundHidden(BoundRule):
    """The rule, for a network.

    Parameters
    ----------
    settings : HiddenLikelihood
    known : Known
        The network.
    """

    settings: HiddenLikelihood
    known: Known = field(repr=False)

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        """Classes or trains, as set."""
        return self.settings.learns_from()

    def backward(
        self, recording: Recording, weights: Weights, labels: Any, /
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield minus the direction of the rule for every parameter; all see the same weights."""
        inputs, own = self._spikes(recording)
        own[..., : self.known.glm.n_visible] = self.wanted(recording, labels)
        gathered = self.known.gathered(weights)
        found = estimated(
            self.known.glm, gathered, inputs, own, self.settings.kappa, self.settings.baseline
        )
        for name, values in reversed(self.known.by_name(found).items()):
            yield name, RowGradient(np.arange(len(values)), -values)

    def observe(self, recording: Recording, weights: Weights) -> Recording:
        """Add what `loss` reads."""
        glm, gathered = self.known.glm, self.known.gathered(weights)
        inputs, own = self._spikes(recording)
        own[..., : glm.n_visible] = 0
        drive = glm.potentials(gathered, glm.acted_on(inputs, own))[..., : glm.n_visible]
        feedback = np.broadcast_to(gathered.feedback[: glm.n_visible], drive.shape)
        return recording.with_states({DRIVE: drive, FEEDBACK: feedback})

    def loss(self, recording: Recording, labels: Any, /) -> Floats:
        """Minus the log-probability of what is wanted, given what hidden neurons did.

        Raises
        ------
        LearningError
            If `observe` did not add the potentials.
        """
        if DRIVE not in recording.states:
            raise LearningError("The loss reads potentials that `observe` adds.")
        wanted, glm = self.wanted(recording, labels), self.known.glm
        own = glm.traces(wanted, glm.kernel_feedback) * recording.states[FEEDBACK]
        found: Floats = -log_probability(wanted, recording.states[DRIVE] + own).sum(axis=(1, 2))
        return found

    def wanted(self, recording: Recording, targets: Any) -> Floats:
        """Spikes that the outputs should have, shape (n_trials, n_steps, n_outputs)."""
        shape = recording.n_trials, recording.n_steps, self.known.glm.n_visible
        if isinstance(targets, SpikeTrains):
            found = np.zeros(shape)
            found[targets.trial, targets.step, targets.neuron] = 1
            return found
        return RateLikelihood(self.settings.gap).targets(targets, *shape[1:]).astype(float)

    def spikes(self, recording: Recording) -> Floats:
        """Spikes that the outputs had, shape (n_trials, n_steps, n_outputs)."""
        return self._spikes(recording)[1][..., : self.known.glm.n_visible]

    def _spikes(self, recording: Recording) -> tuple[Floats, Floats]:
        """Spikes of inputs, and of outputs and hidden neurons beside each other."""
        names = list(recording.populations)
        tables = {
            name: np.zeros((recording.n_trials, recording.n_steps, size))
            for name, size in recording.populations.items()
        }
        for name, table in tables.items():
            mine = recording.population == recording.code(name)
            table[recording.trial[mine], recording.step[mine], recording.neuron[mine]] = 1
        own = [tables[name] for name in (OUTPUT, HIDDEN) if name in tables]
        return tables[names[0]], np.concatenate(own, axis=-1)


@RULES.register("glm_hidden")
class HiddenLikelihood(Rule):
    """Likelihood of what outputs should do, with hidden neurons, by three factors.

    For networks of `brainsnn.learning.glm.hidden.model.hidden_model`. Changes add up over a trial
    (`brainsnn.learning.glm.hidden.estimate`).

    Parameters
    ----------
    learning_rate : float, default 0.05
    wanted : {"classes", "trains"}
        What is known of a trial: its class, whose output should spike once after every `gap` zeros
        and the others never; or the outputs' spikes.
    gap : int, default 3
    kappa : float, default 0.8
        Of signal and eligibility, from 0 to below 1.
    baseline : float or None, default 0.9
        The same of the means that the baseline is made of; None for no baseline.
    """

    citation: ClassVar[str] = (
        "H. Jang, O. Simeone, B. Gardner and A. Gruening, An introduction to probabilistic spiking "
        "neural networks, IEEE Signal Processing Magazine 36(6), 64-77 (2019)"
    )
    codes: ClassVar[tuple[str, ...]] = ("rate",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"

    name: Literal["glm_hidden"] = "glm_hidden"
    learning_rate: float = Field(default=0.05, gt=0)
    wanted: Literal["classes", "trains"] = "classes"
    gap: int = Field(default=3, ge=0)
    kappa: float = Field(default=0.8, ge=0, lt=1)
    baseline: float | None = Field(default=0.9, ge=0, lt=1)

    def learns_from(self) -> tuple[type[Targets], ...]:
        """Classes, or trains."""
        return (Classes,) if self.wanted == "classes" else (TargetTrains,)

    def bound(self, network: Model, n_steps: int) -> BoundHidden:
        """See `Rule`."""
        known = read_hidden(self.name, network)
        try:
            if self.wanted == "classes":
                RateLikelihood(self.gap).targets(np.zeros(1, int), n_steps, known.glm.n_visible)
        except ConfigError as error:
            raise RuleError(str(error)) from error
        return BoundHidden(self, known)
