r"""EventProp, as a user writes it: gradients of exact spike times.

The derivative of the time of every spike follows from the network's own equations
(`brainsnn.learning.equations.eventprop`): nothing stands in for it, and only spikes are gone back
through. The engine runs the trials, on its grid of steps, and decides; the gradient is that of the
same network in continuous time, for the same input spikes, whose arrivals are on the grid.

========================= ================================================== ===============
``loss``                  of                                                 decoder
========================= ================================================== ===============
``first_spike``           exact times of first spikes, softmax, with its     ``first_spike``
                          regulariser (`FirstSpikeTimes`)
``mean_potential``,       potentials at the ends of steps, softmax           ``potential``
``largest_potential``,
``last_potential``
========================= ================================================== ===============
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from brainsnn.codes import Decoder, FirstSpikeDecoder, PotentialDecoder
from brainsnn.engine.runtime import runtime_device
from brainsnn.errors import DerivationError, RuleError
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.equations.eventprop import EventNetwork, derive_events
from brainsnn.learning.local.settings import Time
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.losses.first_spike_times import FirstSpikeTimes
from brainsnn.learning.losses.readouts import PotentialReadout
from brainsnn.learning.losses.trajectory import TrajectoryLoss
from brainsnn.learning.rule import RULES, Rule
from brainsnn.network.build import build
from brainsnn.network.constants import constant
from brainsnn.network.model import Model
from brainsnn.training.bptt.first_values import first_values
from brainsnn.training.bptt.place import places_of
from brainsnn.training.eventprop.bound import BoundEventProp

Loss = Literal["first_spike", "mean_potential", "largest_potential", "last_potential"]


@RULES.register("eventprop")
class EventProp(Rule):
    """Exact gradients of spike times, derived from the equations of any network without noise.

    Parameters
    ----------
    learning_rate : float, default 0.005
        Of Adam.
    loss : str, default "first_spike"
        See the table of the module.
    tau : Time, default "0.5*ms"
        Time by which an output must be earlier to be e times as probable.
    early : float, default 0.003
        Weight of the term that wants the label's output to spike early.
    tau_early : Time, default "6.4*ms"
        Its time constant.
    potential_scale : float, default 1
        Of the softmax over potentials, in their SI units.
    silence : float, default 0
        What is taken off the derivative by what each arriving spike adds, for hidden neurons that
        are silent in a trial and for a silent label's output: their times do not exist and have no
        derivative, so this is what brings them to fire (Comsa et al. 2020).
    least_slope : float, default 0
        Slope of the margin, its unit a second, that a spike has at least on the way back: a spike
        that grazes its threshold has an unbounded derivative. 0 leaves all as they are.

    References
    ----------
    T.C. Wunderlich and C. Pehle, Event-based backpropagation can compute exact gradients for
    spiking neural networks, Scientific Reports 11, 12829 (2021).
    """

    citation: ClassVar[str] = (
        "Wunderlich T.C., Pehle C. (2021) Event-based backpropagation can compute exact gradients "
        "for spiking neural networks. Scientific Reports 11:12829."
    )
    codes: ClassVar[tuple[str, ...]] = ("first_spike", "potential")
    gradient: ClassVar[Literal["exact", "surrogate"]] = "exact"
    against_silence: ClassVar[str] = "silence"

    name: Literal["eventprop"] = "eventprop"
    learning_rate: float = Field(default=0.005, gt=0)
    loss: Loss = "first_spike"
    tau: Time = "0.5*ms"
    early: float = Field(default=0.003, ge=0)
    tau_early: Time = "6.4*ms"
    potential_scale: float = Field(default=1.0, gt=0)
    silence: float = Field(default=0.0, ge=0)
    least_slope: float = Field(default=0.0, ge=0)

    def loss_function(self) -> TrajectoryLoss:
        """Return the loss."""
        if self.loss == "first_spike":
            return FirstSpikeTimes(
                float(constant(self.tau)), self.early, float(constant(self.tau_early))
            )
        of: Any = self.loss.removesuffix("_potential")
        return PotentialReadout(of, CountSoftmax(self.potential_scale))

    def read_by(self) -> tuple[str, ...]:
        """See `Rule`."""
        return self.loss_function().codes

    def usual_decoder(self) -> Decoder:
        """See `Rule`."""
        if self.loss == "first_spike":
            return FirstSpikeDecoder()
        of: Any = self.loss.removesuffix("_potential")
        return PotentialDecoder(of)

    def bound(self, network: Model, n_steps: int) -> BoundEventProp:
        """See `Rule`."""
        del n_steps
        first = tuple(first_values(network))
        read = {(v.population, name) for v in first for name in v.names}
        derived, constants = self._derived(network, read)
        output, loss = network.output, self.loss_function()
        assert output.neuron is not None
        _check_output(derived, (output.name, output.neuron.potential), loss)
        spikes = loss.reads == "times"
        return BoundEventProp(
            loss_function=loss,
            penalty=RatePenalty(0.0, 0.0),
            keep_every=0,
            precision="float64",
            temperature=float(constant(self.tau)) / network.dt if spikes else self.potential_scale,
            populations=tuple(p.name for p in network.populations),
            read=(output.name, output.neuron.potential),
            places=places_of(network),
            first_values=first,
            constants=constants,
            told=repr(self),
            derived=derived,  # type: ignore[arg-type]
            silence=self.silence,
            least_slope=self.least_slope,
        )

    def _derived(
        self, network: Model, read: set[tuple[str, str]]
    ) -> tuple[EventNetwork, dict[tuple[str, str], Any]]:
        """The network in continuous time, and the parameters that first values read."""
        wanted: dict[str, tuple[str, ...]] = {}
        for part in network.trainable.values():
            wanted[part.owner] = (*wanted.get(part.owner, ()), part.variable)
        try:
            with runtime_device("numpy"):
                built = build(network)
                derived = derive_events(built.network, wanted, namespace={})
                groups = built.groups
                values = {(k, n): groups[k].variables[n].get_value() * 1.0 for k, n in read}
        except DerivationError as error:
            raise RuleError(
                f"The rule {self.name!r} cannot train {network.name!r}: {error}"
            ) from error
        return derived, values


def _check_output(derived: EventNetwork, read: tuple[str, str], loss: TrajectoryLoss) -> None:
    """Refuse an output that has not what the loss reads."""
    output, potential = read
    flow = derived.populations[output].flow
    if loss.reads == "times" and not (flow is not None and flow.spikes):
        raise RuleError(f"Population {output!r}: the loss of spike times needs a threshold.")
    if loss.reads == "potential" and not (flow is not None and potential in flow.states):
        raise RuleError(
            f"Population {output!r}: the loss of potentials needs {potential!r} as a state with a "
            "derivative."
        )
