r"""Backpropagation through time, as a user writes it.

Where other rules were derived by hand for one neuron, this one derives the backward pass of any
Brian2 strings that the network has (`brainsnn.learning.equations`): recurrent, with delays, any
connectivity, states and parameters. The engine runs a trial; its states follow from its spikes,
and the way back is generated C++ too (`brainsnn.training.bptt.taught`), in the compiled loop for
losses of classes and of values; what the compiled form does not take runs in NumPy, slowly.

========================= =========================== =============== ============================
``loss``                  of                          learns from     decoder
========================= =========================== =============== ============================
``counts``                spike counts, softmax       classes         ``rate``
``mean_potential``,       potentials before the       classes         ``potential``
``largest_potential``,    reset, softmax
``last_potential``
``each_potential``        the potential at each step  classes         ``potential``
``first_spike``           first-spike steps, softmax  classes         ``first_spike``
                          with its regulariser
``spike_trains``          distance of smoothed trains spike trains
``values``                squared error at each step  values a step
========================= =========================== =============== ============================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from brainsnn.codes import DECODERS, Decoder, PotentialDecoder
from brainsnn.engine.runtime import runtime_device
from brainsnn.errors import DerivationError, RuleError
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.equations import DerivedNetwork, Spike, derive
from brainsnn.learning.losses import SpikeTrainLoss
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.losses.first_spike_softmax import FirstSpikeSoftmax
from brainsnn.learning.losses.readouts import CountReadout, FirstSpikeReadout, PotentialReadout
from brainsnn.learning.losses.step_values import SquaredError
from brainsnn.learning.losses.train_distance import TrainDistance
from brainsnn.learning.losses.trajectory import TrajectoryLoss
from brainsnn.learning.losses.window import WindowReadout
from brainsnn.learning.rule import RULES, Rule
from brainsnn.network.build import build
from brainsnn.network.model import Model
from brainsnn.spikes.targets import Targets
from brainsnn.training.bptt.bound import BoundBPTT
from brainsnn.training.bptt.first_values import FirstValue, first_values
from brainsnn.training.bptt.place import Place, places_of

Loss = Literal[
    "counts",
    "mean_potential",
    "largest_potential",
    "last_potential",
    "each_potential",
    "first_spike",
    "spike_trains",
    "values",
]


@RULES.register("bptt")
class BPTT(Rule):
    """Surrogate gradients through time, derived from the equations of any network.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    pseudo_derivative : str, default "superspike"
        What stands for the derivative of a spike: a name or a Brian2 expression, see `Spike`.
    scale : float, default 0.5
        Its width, in SI units of what the threshold compares.
    follow_reset : bool or tuple of str, default True
        Whether derivatives also go through the reset, or of which states they do.
    loss : str, default "counts"
        See the table of the module.
    temperature : float, default 0.05
        Of the softmax over counts or first spikes, as a share of the steps of a trial.
    potential_scale : float, default 1
        Of the softmax over potentials, in their SI units.
    read_share : float, default 1
        Of the steps of a trial: mean potentials, and that at each step, are those of its last ones.
    anchor : float, default 1
        Weight of the term that holds the label's first spike near a third of the trial
        (`FirstSpikeSoftmax`).
    rate_penalty : float, default 0
        Penalty on mean rates of hidden populations beyond `rate_target` (`RatePenalty`).
    rate_target : float, default 0.1
        Spikes a neuron and step.
    keep_every : int, default 0
        Steps between two states that are kept for the way back; 0 keeps all, 30 or so spares
        memory in long trials.
    precision : {"float64", "float32"}, default "float64"
        Of the states and derivatives of the way back; spikes are the engine's in any case. float32
        takes about half the time.

    References
    ----------
    E.O. Neftci, H. Mostafa and F. Zenke, Surrogate gradient learning in spiking neural networks,
    IEEE Signal Processing Magazine 36(6), 51-63 (2019).
    """

    citation: ClassVar[str] = (
        "Neftci E.O., Mostafa H., Zenke F. (2019) Surrogate gradient learning in spiking neural "
        "networks. IEEE Signal Processing Magazine 36(6):51-63."
    )
    codes: ClassVar[tuple[str, ...]] = ("rate", "potential", "first_spike")
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"

    name: Literal["bptt"] = "bptt"
    learning_rate: float = Field(default=0.001, gt=0)
    pseudo_derivative: str = "superspike"
    scale: float = Field(default=0.5, gt=0)
    follow_reset: bool | tuple[str, ...] = True
    loss: Loss = "counts"
    temperature: float = Field(default=0.05, gt=0)
    potential_scale: float = Field(default=1.0, gt=0)
    read_share: float = Field(default=1.0, gt=0, le=1)
    anchor: float = Field(default=1.0, ge=0)
    rate_penalty: float = Field(default=0.0, ge=0)
    rate_target: float = Field(default=0.1, ge=0, le=1)
    keep_every: int = Field(default=0, ge=0)
    precision: Literal["float64", "float32"] = "float64"

    def loss_function(self, n_steps: int) -> TrajectoryLoss:
        """Loss of trials of so many steps."""
        if self.loss == "values":
            return SquaredError()
        if self.loss == "spike_trains":
            return TrainDistance(SpikeTrainLoss())
        tau = self.temperature * n_steps
        if self.loss == "counts":
            return CountReadout(CountSoftmax(tau))
        if self.loss == "first_spike":
            times = {"margin": 0.6 * tau, "target": n_steps / 3, "earliest": n_steps / 8}
            return FirstSpikeReadout(FirstSpikeSoftmax(tau, anchor=self.anchor, **times))
        of, softmax = self.loss.removesuffix("_potential"), CountSoftmax(self.potential_scale)
        if of == "each" or (of == "mean" and self.read_share < 1):
            return WindowReadout(of, self.read_share, softmax)  # type: ignore[arg-type]
        return PotentialReadout(of, softmax)  # type: ignore[arg-type]

    def read_by(self) -> tuple[str, ...]:
        """See `Rule`."""
        return self.loss_function(1).codes

    def learns_from(self) -> tuple[type[Targets], ...]:
        """See `Rule`."""
        return self.loss_function(1).targets

    def usual_decoder(self) -> Decoder | None:
        """See `Rule`."""
        if self.loss in ("mean_potential", "each_potential"):
            return PotentialDecoder("mean", self.read_share)
        if self.loss.endswith("_potential"):
            return PotentialDecoder(self.loss.removesuffix("_potential"))  # type: ignore[arg-type]
        return DECODERS[self.read_by()[0]]() if self.read_by() else None

    def bound(self, network: Model, n_steps: int) -> BoundBPTT:
        """See `Rule`."""
        first = tuple(first_values(network))
        derived, constants = self._derived(network, first)
        check_draws(derived)
        output = network.output
        assert output.neuron is not None
        read = (output.name, output.neuron.potential)
        ends = tuple(p.name for p in network.populations), read
        return self.over(derived, *ends, places_of(network), n_steps, first, constants)

    def derived(self, network: Model) -> DerivedNetwork:
        """The derived form of a network, as the rule learns with it.

        Raises
        ------
        RuleError
            If something in its equations has no derivative.
        """
        return self._derived(network, tuple(first_values(network)))[0]

    def over(
        self,
        derived: DerivedNetwork,
        populations: tuple[str, ...],
        read: tuple[str, str],
        places: Mapping[str, Place],
        n_steps: int,
        first: tuple[FirstValue, ...] = (),
        constants: Mapping[tuple[str, str], np.ndarray] | None = None,
    ) -> BoundBPTT:
        """Return the rule for a network that was derived with its slope.

        Parameters
        ----------
        derived, populations, read, places, first, constants
            See `BoundBPTT`; `first` are its first values.
        n_steps : int
            Length of a trial.

        Raises
        ------
        RuleError
            If the output has not what the loss reads.
        """
        loss = self.loss_function(n_steps)
        _check_output(derived, read, loss)
        return BoundBPTT(
            loss_function=loss,
            penalty=RatePenalty(self.rate_penalty, self.rate_target),
            keep_every=self.keep_every,
            precision=self.precision,
            temperature=self._evidence_scale(n_steps),
            populations=populations,
            read=read,
            places=places,
            first_values=first,
            constants=constants or {},
            told=repr(self),
            derived=derived,
        )

    def _evidence_scale(self, n_steps: int) -> float:
        """By what a classifier divides evidence before it becomes probabilities."""
        potential = self.loss.endswith("_potential")
        return self.potential_scale if potential else self.temperature * n_steps

    def _derived(
        self, network: Model, first: tuple[FirstValue, ...]
    ) -> tuple[DerivedNetwork, dict[tuple[str, str], np.ndarray]]:
        """The network, derived, and the parameters that first values read."""
        spike = Spike(self.pseudo_derivative, scale=self.scale, attached=self.follow_reset)
        wanted: dict[str, tuple[str, ...]] = {}
        for part in network.trainable.values():
            wanted[part.owner] = (*wanted.get(part.owner, ()), part.variable)
        try:
            with runtime_device("numpy"):
                built = build(network)
                derived = derive(built.network, wanted, namespace={}, spike=spike)
                read = {(v.population, name) for v in first for name in v.names}
                values = {
                    (owner, name): np.array(built.groups[owner].variables[name].get_value(), float)
                    for owner, name in read
                }
        except DerivationError as error:
            raise RuleError(f"The rule 'bptt' cannot train {network.name!r}: {error}") from error
        return derived, values


def check_draws(derived: DerivedNetwork) -> None:
    """Refuse equations that draw random numbers, by name.

    Raises
    ------
    RuleError
    """
    for name, population in derived.neurons.items():
        step = population.step
        if step is not None and (step.update.draws or step.reset.draws):
            raise RuleError(
                f"Population {name!r}: its equations draw random numbers, and the rule 'bptt' "
                "would draw others than the trial did."
            )


def _check_output(derived: DerivedNetwork, read: tuple[str, str], loss: TrajectoryLoss) -> None:
    """Refuse an output that has not what the loss reads."""
    output, potential = read
    step = derived.populations[output].step
    states = step.states if step is not None else ()
    if loss.reads == "potential" and potential not in states:
        raise RuleError(
            f"Population {output!r}: the loss of potentials needs {potential!r} as a state with a "
            f"derivative; there are {', '.join(states) or 'none'}."
        )
    if loss.reads == "spikes" and not (step is not None and step.spikes):
        raise RuleError(f"Population {output!r}: the loss of spikes needs a threshold.")
