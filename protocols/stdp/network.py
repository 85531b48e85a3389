"""Diehl and Cook's network: neurons that compete, with the traces of their rule."""

from __future__ import annotations

from brainsnn.learning.local import LocalRule
from brainsnn.network.competition import Competition
from brainsnn.network.model import Model
from brainsnn.network.synapses import Uniform
from brainsnn.protocols.stdp.rule import SET, TRACES


class DigitNetwork(Competition):
    """Settings of the network; see `Competition`."""

    def model(self, name: str, n_inputs: int, size: int, rule: LocalRule) -> Model:
        """The network, with the rule's strings in the connection from the inputs.

        Parameters
        ----------
        name : str
        n_inputs, size : int
            Inputs, and neurons that learn.
        rule : LocalRule
        """
        even = rule.normalise / n_inputs if rule.normalise else 0.1
        learning, first = self.excitatory(size, TRACES, SET), Uniform(0.0, 2 * even)
        return rule.augment(self.network(name, n_inputs, learning, size, first))
