"""Diehl and Cook's network: neurons that compete, with the traces of their rule."""

from __future__ import annotations

from pydantic import Field

from brainsnn.config import Config
from brainsnn.learning.local import LocalRule
from brainsnn.network.competition import Competition
from brainsnn.network.model import Model
from brainsnn.network.synapses import Uniform
from brainsnn.protocols.stdp.rule import SET, TRACES


class DigitNetwork(Config):
    """Settings of the network, with defaults of `Competition`, where they are explained.

    Parameters
    ----------
    dt, theta_plus, tau_theta, excitation, inhibition : float
        See `Competition`.
    """

    dt: float = Field(default=0.5, gt=0)
    theta_plus: float = Field(default=0.05, ge=0)
    tau_theta: float = Field(default=30.0, gt=0)
    excitation: float = Field(default=10.4, ge=0)
    inhibition: float = Field(default=17.0, ge=0)

    def model(self, name: str, n_inputs: int, size: int, rule: LocalRule) -> Model:
        """The network, with the rule's strings in the connection from the inputs.

        Parameters
        ----------
        name : str
        n_inputs, size : int
            Inputs, and neurons that learn.
        rule : LocalRule
        """
        competition = Competition(**self.model_dump())
        even = rule.normalise / n_inputs if rule.normalise else 0.1
        learning, first = competition.excitatory(size, TRACES, SET), Uniform(0.0, 2 * even)
        return rule.augment(competition.network(name, n_inputs, learning, size, first))
