r"""Maximum likelihood as a rule: the loss is minus the log-likelihood of what is wanted.

The potentials that the likelihoods need are those of the outputs' own *desired* spikes, so they
follow from input spikes, weights and label; the output spikes that were drawn in a trial say how
often its decision was right, and teach nothing.

What a rule reads and writes are the arrays that the network has (`brainsnn.learning.glm.network`);
`brainsnn.learning.glm.kernel` is the gradient, compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import ConfigError, LearningError, RuleError
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.glm.kernel import gradient, observe
from brainsnn.learning.glm.likelihood import LIKELIHOODS, Likelihood
from brainsnn.learning.glm.network import glm_of
from brainsnn.learning.glm.rate import RateLikelihood
from brainsnn.learning.glm.structure import GLM
from brainsnn.learning.kernels import NetworkKernel
from brainsnn.learning.losses.base import check_labels
from brainsnn.learning.rule import RULES, Rule
from brainsnn.network.names import ParameterName
from brainsnn.spikes import Recording

if TYPE_CHECKING:
    from brainsnn.network.model import Model

Floats = NDArray[np.float64]

STATE = "log_likelihood"
"""State that is observed: log-likelihoods in each step, of each class being the label."""


@dataclass(frozen=True)
class BoundLikelihood(BoundRule):
    """The rule, for a GLM network.

    Parameters
    ----------
    glm : GLM
        The network.
    likelihood : Likelihood
        What is maximised.
    output : str
        Name of its output population.
    """

    glm: GLM = field(repr=False)
    likelihood: Likelihood
    output: str = "output"

    @cached_property
    def _parameters(self) -> Floats:
        """Basis functions, and traces of desired spikes, as `kernel.matrices` takes them."""
        glm = self.glm
        desired = self.likelihood.targets(np.zeros(1, np.int64), glm.n_steps, glm.n_classes)
        own = glm.traces(desired, glm.feedback)[0, :, 0]
        return np.concatenate((glm.basis.ravel(), own.ravel()))

    def _layout(self, weights: Weights) -> NDArray[np.int64]:
        """Sizes and places as the kernel takes them, of weights that fit.

        Raises
        ------
        LearningError
            If weights are missing, or not of the network's shapes.
        """
        glm, places = self.glm, {name: k for k, name in enumerate(weights)}
        n_functions, n_feedback = glm.basis.shape[1], glm.feedback.shape[1]
        own = ["bias", *(f"feedback{k}" for k in range(1, n_feedback + 1))]
        names = [str(ParameterName(self.output, name)) for name in own]
        wanted = [(glm.n_inputs, glm.n_classes)] * n_functions + [(1, glm.n_classes)] * len(names)
        found = [w.shape for w in weights.values()]
        usable = all(w.dtype == np.float64 and w.flags.c_contiguous for w in weights.values())
        if found != wanted or not set(names) <= set(places) or not usable:
            raise LearningError(
                f"A GLM network of {n_functions} basis functions has weights of the shapes "
                f"{wanted}, the last of them {', '.join(names)}; got {found}."
            )
        gap = self.likelihood.gap if isinstance(self.likelihood, RateLikelihood) else 0
        sizes = glm.n_inputs, glm.n_classes, n_functions, len(glm.basis), n_feedback
        chosen = glm.activation.code, self.likelihood.number, gap
        return np.array([*sizes, *chosen, *(places[name] for name in names)])

    def _columns(self, recording: Recording) -> tuple[NDArray[np.integer], ...]:
        """Columns of a recording of this network.

        Raises
        ------
        LearningError
            If it is of another.
        """
        sizes = self.glm.n_inputs, self.glm.n_classes
        if (*recording.populations.values(), recording.n_steps) != (*sizes, self.glm.n_steps):
            raise LearningError(
                f"Recordings of {sizes[0]} inputs, {sizes[1]} outputs and {self.glm.n_steps} steps "
                f"are needed, got {dict(recording.populations)}, {recording.n_steps} steps."
            )
        return recording.offsets, recording.population, recording.neuron, recording.step

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64], /
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of every connection and parameter; all see the same weights."""
        layout, columns = self._layout(weights), self._columns(recording)
        check_labels(np.empty((recording.n_trials, self.glm.n_classes)), labels)
        values = [np.empty(w.shape) for w in weights.values()]
        rows, n_rows = [np.arange(len(w)) for w in values], np.zeros(len(values), np.int64)
        at = [_addresses(arrays) for arrays in (weights.values(), values, rows)]
        final = np.empty((recording.n_trials, 0))
        given = labels.astype(np.int64), self.glm.n_steps, *at, n_rows, layout, self._parameters, 0
        gradient(*columns, final, *given)
        for k, name in reversed(list(enumerate(weights))):
            yield name, RowGradient(rows[k][: n_rows[k]], values[k][: n_rows[k]])

    def network_kernel(
        self,
        populations: Mapping[str, int],  # noqa: ARG002
        weights: Weights,
    ) -> NetworkKernel:
        """See `BoundRule`."""
        layout, observes = self._layout(weights), (self.output, STATE)
        return NetworkKernel(gradient, layout, self._parameters, True, observes)

    def observe(self, recording: Recording, weights: Weights) -> Recording:
        """Add log-likelihoods in each step, of each class being the label."""
        layout, columns = self._layout(weights), self._columns(recording)
        n_steps, at = self.glm.n_steps, _addresses(weights.values())
        out = np.empty((recording.n_trials, n_steps, self.glm.n_classes))
        observe(*columns, at, layout, n_steps, self._parameters, out)
        return recording.with_states({(self.output, STATE): out})

    def loss(self, recording: Recording, labels: NDArray[np.int64], /) -> Floats:
        """Minus the log-likelihood of each trial.

        Raises
        ------
        LearningError
            If those of its steps were not added by `observe`, or the labels do not fit.
        """
        by_step = recording.states.get((self.output, STATE))
        if by_step is None:
            raise LearningError("The loss reads log-likelihoods that `observe` adds.")
        check_labels(by_step[:, 0], labels)
        return -self.likelihood.whole(by_step[np.arange(recording.n_trials), :, labels])


def _addresses(arrays: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    return np.array([array.ctypes.data for array in arrays], np.int64)


@RULES.register("glm")
class MaximumLikelihood(Rule):
    """Maximum likelihood of what a GLM network should do, from its input spikes alone.

    For networks of `brainsnn.learning.glm.network.glm_model`: one input, one output of GLM neurons,
    a connection for each basis function.

    Parameters
    ----------
    learning_rate : float, default 0.001
    likelihood : {"first_to_spike", "rate"}
        That the label's neuron spikes first, or that it spikes once after every `gap` zeros and the
        others never.
    gap : int, default 3
        Of the rate's.

    References
    ----------
    A. Bagheri, O. Simeone and B. Rajendran, Training probabilistic spiking neural networks with
    first-to-spike decoding, ICASSP (2018), arXiv:1710.10704.
    """

    citation: ClassVar[str] = (
        "A. Bagheri, O. Simeone and B. Rajendran, Training probabilistic spiking neural networks "
        "with first-to-spike decoding, ICASSP (2018)"
    )
    codes: ClassVar[tuple[str, ...]] = ("first_spike", "rate")
    gradient: ClassVar[Literal["exact", "surrogate"]] = "exact"

    name: Literal["glm"] = "glm"
    learning_rate: float = Field(default=0.001, gt=0)
    likelihood: Literal["first_to_spike", "rate"] = "first_to_spike"
    gap: int = Field(default=3, ge=0)

    def read_by(self) -> tuple[str, ...]:
        """Return the code that the likelihood is of, before the other."""
        own = LIKELIHOODS[self.likelihood].code
        return own, *(code for code in self.codes if code != own)

    def untaught(self, connections: Sequence[str]) -> Sequence[str]:
        """Feedback, which is not heard before the first spike."""
        known = [(name, ParameterName.read(name)) for name in connections]
        own = [name for name, found in known if found and found.variable.startswith("feedback")]
        return own if self.likelihood == "first_to_spike" else ()

    def maximised(self) -> Likelihood:
        """Return the likelihood."""
        return (
            RateLikelihood(self.gap)
            if self.likelihood == "rate"
            else LIKELIHOODS[self.likelihood]()
        )

    def bound(self, network: Model, n_steps: int) -> BoundLikelihood:
        """See `Rule`."""
        glm, likelihood = glm_of(self.name, network, n_steps), self.maximised()
        try:
            likelihood.targets(np.zeros(1, np.int64), n_steps, glm.n_classes)
        except ConfigError as error:
            raise RuleError(str(error)) from error
        return BoundLikelihood(glm, likelihood, network.output.name)
