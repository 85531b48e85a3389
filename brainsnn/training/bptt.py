r"""Backpropagation through time with derivatives that follow from the network's own equations.

Where other rules were derived by hand for one neuron, this one derives the backward pass of any
Brian2 strings that the network has (`brainsnn.learning.equations`): recurrent, with delays, any
states and parameters. A block of trials runs again, forward and backward, in compiled code
(`brainsnn.engine.derived`); the loss is the cross-entropy of a softmax over output counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.engine.derived import CompiledGradient
from brainsnn.engine.runtime import runtime_device
from brainsnn.errors import DerivationError, RuleError
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.equations import Spike, derive
from brainsnn.learning.equations.network import DerivedNetwork, Key
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.rule import Rule
from brainsnn.network.build import build
from brainsnn.network.connectivity import AllToAll
from brainsnn.network.model import Model
from brainsnn.network.parameters import learned_initial
from brainsnn.spikes import Recording


class BPTT(Rule):
    """Surrogate gradients through time, derived from the equations of any network.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    pseudo_derivative : str, default "triangle"
        What stands for the derivative of a spike: a name or a Brian2 expression, see `Spike`.
    scale : float, default 1
        Its width.
    follow_reset : bool, default True
        Whether derivatives also go through the reset.
    temperature : float, default 0.05
        Of the softmax over output counts, as a share of the steps of a trial.

    References
    ----------
    E.O. Neftci, H. Mostafa and F. Zenke, Surrogate gradient learning in spiking neural networks,
    IEEE Signal Processing Magazine 36(6), 51-63 (2019).
    """

    citation: ClassVar[str] = (
        "Neftci E.O., Mostafa H., Zenke F. (2019) Surrogate gradient learning in spiking neural "
        "networks. IEEE Signal Processing Magazine 36(6):51-63."
    )
    codes: ClassVar[tuple[str, ...]] = ("rate",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"

    name: Literal["bptt"] = "bptt"
    learning_rate: float = Field(default=0.001, gt=0)
    pseudo_derivative: str = "triangle"
    scale: float = Field(default=1.0, gt=0)
    follow_reset: bool = True
    temperature: float = Field(default=0.05, gt=0)

    def bound(self, network: Model, n_steps: int) -> BoundBPTT:
        """See `Rule`."""
        _check(network)
        spike = Spike(self.pseudo_derivative, scale=self.scale, attached=self.follow_reset)
        keys: dict[str, Key] = {k: (p.owner, p.variable) for k, p in network.trainable.items()}
        wanted: dict[str, tuple[str, ...]] = {}
        for owner, variable in keys.values():
            wanted[owner] = (*wanted.get(owner, ()), variable)
        try:
            with runtime_device("numpy"):
                derived = derive(build(network).network, wanted, namespace={}, spike=spike)
        except DerivationError as error:
            raise RuleError(f"The rule 'bptt' cannot train {network.name!r}: {error}") from error
        check_draws(derived)
        inputs = tuple(p.name for p in network.inputs)
        loss = CountSoftmax(self.temperature * n_steps)
        return BoundBPTT(self, loss, inputs, network.output.name, keys, derived)


@dataclass(frozen=True)
class BoundBPTT(BoundRule):
    """The rule, for a network whose backward pass was derived.

    Parameters
    ----------
    settings : BPTT
    loss_function : CountSoftmax
    inputs : tuple of str
        Populations whose spikes are given.
    output : str
        The population that is read.
    keys : mapping of str to (owner, variable)
        What is learned, by the name of its weights.
    derived : DerivedNetwork
    """

    settings: BPTT
    loss_function: CountSoftmax
    inputs: tuple[str, ...]
    output: str
    keys: dict[str, Key]
    derived: DerivedNetwork = field(repr=False, compare=False)

    @cached_property
    def compiled(self) -> CompiledGradient:
        """The derived network as compiled code, made when it is first needed."""
        return CompiledGradient(self.derived)

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64]
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of everything that is learned, the last first (see `BoundRule`)."""
        for name, key in self.keys.items():
            self.derived.values(key)[...] = weights[name].ravel()
        rasters = {name: _raster(recording, name) for name in self.inputs}
        ran = self.compiled.run(rasters, recording.n_steps)
        counts = ran.raster(self.output).sum(axis=0)
        error = self.loss_function.error(counts, labels)
        by_spike = np.broadcast_to(error, (recording.n_steps, *error.shape))
        found = self.compiled.gradient({self.output: np.ascontiguousarray(by_spike)})
        for name, key in reversed(self.keys.items()):
            values = np.array(found[key], np.float64).reshape(weights[name].shape)
            yield name, RowGradient(np.arange(len(values)), values)

    def loss(self, recording: Recording, labels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Loss of each trial."""
        counts = recording.counts(self.output).astype(np.float64)
        return self.loss_function.value(counts, labels)


def _check(network: Model) -> None:
    """Refuse what the derivation, or this rule's use of it, does not cover."""
    for connection in network.connections:
        if not isinstance(connection.connectivity, AllToAll):
            raise RuleError(
                f"Connection {connection.name!r}: the rule 'bptt' takes all-to-all connections, "
                f"not {connection.connectivity.name}."
            )
    for population in network.populations:
        read = learned_initial(population.neuron) if population.neuron else {}
        if read:
            raise RuleError(
                f"Population {population.name!r}: {', '.join(read)} begins with what is trained, "
                "and the rule 'bptt' has no gradient for first values."
            )


def check_draws(derived: DerivedNetwork) -> None:
    """Refuse equations that draw random numbers, by name."""
    for name, population in derived.neurons.items():
        step = population.step
        if step is not None and (step.update.draws or step.reset.draws):
            raise RuleError(
                f"Population {name!r}: its equations draw random numbers, and the rule 'bptt' "
                "would draw others than the trial did."
            )


def _raster(recording: Recording, name: str) -> NDArray[np.float64]:
    """Spikes of a population as 0 and 1, shape (n_steps, n_trials, neurons)."""
    mine = recording.population == recording.code(name)
    found = np.zeros((recording.n_steps, recording.n_trials, recording.populations[name]))
    found[recording.step[mine], recording.trial[mine], recording.neuron[mine]] = 1
    return found
