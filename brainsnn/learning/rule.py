"""The contract of a rule: frozen settings that are bound, once, to the network they teach.

A user writes a `Rule`: what there is to choose, with the defaults of the paper. What the network
knows (thresholds, decays, sizes, how connections act) is no setting of a rule; `Rule.bind` reads it
from the network, refuses a network that the derivation does not cover, and returns a `BoundRule`
(`brainsnn.learning.base`): pure functions from recordings to gradients.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from brainsnn.codes import DECODERS
from brainsnn.config import Choice
from brainsnn.errors import RuleError
from brainsnn.learning.base import BoundRule
from brainsnn.learning.layers import Derivation, Layers
from brainsnn.registry import Registry
from brainsnn.spikes.targets import Classes, Targets

if TYPE_CHECKING:
    from brainsnn.codes import Decoder
    from brainsnn.network.model import Model


class Rule(Choice):
    """Base of all rules, as a user writes them.

    Parameters
    ----------
    learning_rate : float, default 0.1
        First learning rate, which the schedule scales.

    Attributes
    ----------
    citation : str
        Where the rule was published.
    codes : tuple of str
        Output codes that the rule goes with (registered names of decoders).
    gradient : {"exact", "surrogate"}
        Whether the gradient is the derivative of the loss or a stand-in.
    against_silence : str
        What its settings have against silent neurons, for advice; empty for nothing.
    """

    variants: ClassVar[Registry[type[Rule]]] = Registry("rule")
    citation: ClassVar[str]
    codes: ClassVar[tuple[str, ...]]
    gradient: ClassVar[Literal["exact", "surrogate"]]
    against_silence: ClassVar[str] = ""

    learning_rate: float = Field(default=0.1, gt=0)

    def read_by(self) -> tuple[str, ...]:
        """Output codes that what these settings learn is read by: `codes`, or some of them."""
        return self.codes

    def usual_decoder(self) -> Decoder | None:
        """Decoder that goes with these settings; None if nothing is to be decided."""
        return DECODERS[self.read_by()[0]]()

    def learns_from(self) -> tuple[type[Targets], ...]:
        """Kinds of targets that the rule takes with these settings; classes by default."""
        return (Classes,)

    def augment(self, network: Model) -> Model:
        """The network with what the rule adds to it; by default nothing."""
        return network

    def bind(
        self,
        network: Model,
        decoder: Decoder | None,
        n_steps: int,
        targets: type[Targets] = Classes,
    ) -> BoundRule:
        """Bind the rule to a network, once and before anything is built.

        Parameters
        ----------
        network : Model
        decoder : Decoder or None
            What decides from the output spikes; None where trials have no classes.
        n_steps : int
            Length of a trial.
        targets : Targets class, default Classes
            What is wanted of the trials.

        Returns
        -------
        BoundRule
            What a `Trainer` trains with.

        Raises
        ------
        RuleError
            If the rule was not derived for such a network, or does not go with the targets, the
            decoder or the length of the trial; the message names the population or connection and
            the reason.
        """
        if n_steps < 1:
            raise RuleError(f"The rule {self.name!r} needs trials of 1 step or more: {n_steps}.")
        self.check_plastic(network)
        known = self.learns_from()
        if not issubclass(targets, known):
            raise RuleError(
                f"The rule {self.name!r} learns from {' or '.join(k.kind for k in known)}, not "
                f"from {targets.kind}."
            )
        codes = self.read_by()
        read = isinstance(decoder, tuple(DECODERS[code] for code in codes))
        if not read and (decoder is not None or targets is Classes):
            given = "no decoder" if decoder is None else type(decoder).__name__
            raise RuleError(
                f"The rule {self.name!r} does not go with {given}: what it learns is read by "
                f"{' or '.join(codes) or 'none'}."
            )
        return self.bound(network, n_steps)

    def check_plastic(self, network: Model) -> None:
        """Refuse networks whose own equations learn: a gradient knows nothing of it.

        Raises
        ------
        RuleError
        """
        if network.plastic:
            raise RuleError(
                f"The rule {self.name!r} was not derived for what changes within a trial and goes "
                f"on from one to the next (plastic): {', '.join(network.plastic)}."
            )

    def untaught(self, connections: Sequence[str]) -> Sequence[str]:  # noqa: ARG002
        """Which of a network's connections the rule leaves as they are; by default, none."""
        return ()

    @abstractmethod
    def bound(self, network: Model, n_steps: int) -> BoundRule:
        """Return what `bind` returns, once decoder and length of the trial are known to be right.

        Raises
        ------
        RuleError
            If the rule was not derived for such a network.
        """


RULES = Rule.variants


class LayeredRule(Rule):
    """Base of rules that were derived by hand, for chains of layers of given neurons.

    Attributes
    ----------
    derivation : Derivation
        Which networks the derivation covers.
    """

    derivation: ClassVar[Derivation]

    def bound(self, network: Model, n_steps: int) -> BoundRule:
        """See `Rule`."""
        return self.of_layers(self.derivation.layers(self.name, network), n_steps)

    @abstractmethod
    def of_layers(self, layers: Layers, n_steps: int) -> BoundRule:
        """Return the bound rule for layers that the derivation covers."""
