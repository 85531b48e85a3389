r"""E-prop, as a user writes it.

The gradient of `BPTT` without the paths through other neurons, worked out forward in time: an
eligibility trace for each synapse, from the equations of the neuron that it leads to, times a
learning signal for each neuron (`brainsnn.learning.equations.eprop`), in generated C++. The output
is read by its potential and must not spike; its equations are linear.

========================= ======================================================= ===============
``loss``                  of                                                      learns from
========================= ======================================================= ===============
``mean_potential``        softmax of the mean potential of the last steps         classes
``each_potential``        softmax of the potential at each of the last steps      classes
``values``                squared error at each step                              values a step
========================= ======================================================= ===============
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.codes import Decoder, PotentialDecoder
from brainsnn.errors import DerivationError, RuleError
from brainsnn.learning.equations import DerivedNetwork
from brainsnn.learning.equations.eprop import ForwardGradient
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.losses.step_values import SquaredError
from brainsnn.learning.losses.trajectory import TrajectoryLoss
from brainsnn.learning.losses.window import WindowReadout
from brainsnn.learning.rule import RULES
from brainsnn.network.model import Model
from brainsnn.streams import Streams
from brainsnn.training.bptt.bound import BoundBPTT
from brainsnn.training.bptt.first_values import FirstValue
from brainsnn.training.bptt.place import Place
from brainsnn.training.bptt.rule import BPTT
from brainsnn.training.eprop.bound import BoundEProp

#: What a reset assigns.
ASSIGNED = re.compile(r"(?:^|[;\n])\s*(\w+)\s*[-+*/]?=(?!=)")


@RULES.register("eprop")
class EProp(BPTT):
    """E-prop, derived from the equations of any network.

    Parameters
    ----------
    learning_rate, pseudo_derivative, potential_scale, read_share, precision
        See `BPTT`.
    keep_every : int, default 0
        Steps that traces are carried over at once, whose states are kept meanwhile; 0 for 128.
    rate_penalty, rate_target
        See `BPTT`.
    scale : float, default 1
        Width of the slope, in SI units of what the threshold compares.
    follow_reset : bool, optional
        Whether traces go through the reset. By default through that of all states but the
        potential, as through adaptation in the paper.
    loss : str, default "mean_potential"
        See the table of the module.
    feedback : {"symmetric", "random", "adaptive"}, default "symmetric"
        Weights of the learning signal: the readout's; drawn once; drawn once and changed as the
        readout's are, so that the difference stays.
    feedback_scale : float, default 1
        Standard deviation of those that are drawn, times the root of the number of neurons.
    feedback_seed : int, default 0
        Of the draw.

    References
    ----------
    G. Bellec, F. Scherr, A. Subramoney, E. Hajek, D. Salaj, R. Legenstein and W. Maass, A solution
    to the learning dilemma for recurrent networks of spiking neurons, Nature Communications 11,
    3625 (2020).
    """

    citation: ClassVar[str] = (
        "Bellec G., Scherr F., Subramoney A., Hajek E., Salaj D., Legenstein R., Maass W. (2020) A "
        "solution to the learning dilemma for recurrent networks of spiking neurons. Nature "
        "Communications 11:3625."
    )
    codes: ClassVar[tuple[str, ...]] = ("potential",)

    name: Literal["eprop"] = "eprop"  # type: ignore[assignment]
    pseudo_derivative: str = "triangle"
    scale: float = Field(default=1.0, gt=0)
    follow_reset: bool | tuple[str, ...] | None = None  # type: ignore[assignment]
    loss: Literal["mean_potential", "each_potential", "values"] = "mean_potential"
    feedback: Literal["symmetric", "random", "adaptive"] = "symmetric"
    feedback_scale: float = Field(default=1.0, gt=0)
    feedback_seed: int = Field(default=0, ge=0)

    def loss_function(self, n_steps: int) -> TrajectoryLoss:  # noqa: ARG002
        """Loss of trials of so many steps."""
        if self.loss == "values":
            return SquaredError()
        of: Literal["mean", "each"] = "mean" if self.loss == "mean_potential" else "each"
        return WindowReadout(of, self.read_share, CountSoftmax(self.potential_scale))

    def usual_decoder(self) -> Decoder | None:
        """See `Rule`."""
        return None if self.loss == "values" else PotentialDecoder("mean", self.read_share)

    def bound(self, network: Model, n_steps: int) -> BoundEProp:
        """See `Rule`."""
        rule = self
        if self.follow_reset is None:
            rule = self.model_copy(update={"follow_reset": _slow_states(network)})
        bound = super(EProp, rule).bound(network, n_steps)
        assert isinstance(bound, BoundEProp)
        return bound

    def over(
        self,
        derived: DerivedNetwork,
        populations: tuple[str, ...],
        read: tuple[str, str],
        places: Mapping[str, Place],
        n_steps: int,
        first: tuple[FirstValue, ...] = (),
        constants: Mapping[tuple[str, str], np.ndarray] | None = None,
    ) -> BoundEProp:
        """See `BPTT`; refuses what eligibility traces do not follow.

        Raises
        ------
        RuleError
        """
        whole = super().over(derived, populations, read, places, n_steps, first, constants)
        try:
            forward = ForwardGradient(whole.derived, whole.read)
        except DerivationError as error:
            raise RuleError(f"The rule {self.name!r} cannot train this network: {error}") from error
        drawn = {} if self.feedback == "symmetric" else self._drawn(forward)
        given = {f.name: getattr(whole, f.name) for f in fields(BoundBPTT) if f.init}
        return BoundEProp(**given, drawn=drawn, beside=self.feedback == "adaptive")

    def _drawn(self, forward: ForwardGradient) -> Mapping[str, NDArray[np.float64]]:
        """Feedback weights of each population that leads to the readout."""
        streams, found = Streams(self.feedback_seed), {}
        for name in forward.ways:
            shape = forward.feedback(name).shape
            scale = self.feedback_scale / np.sqrt(shape[0])
            found[name] = scale * streams.fresh(f"feedback {name}").standard_normal(shape)
        return found


def _slow_states(network: Model) -> tuple[str, ...]:
    """What resets of the network's neurons change and that is nobody's potential."""
    neurons = [p.neuron for p in network.populations if p.neuron is not None]
    changed = {name for n in neurons for name in ASSIGNED.findall(n.reset)}
    return tuple(sorted(changed - {n.potential for n in neurons}))
