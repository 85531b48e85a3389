"""What a network and its rule offer to change, in their own words, for the advice on health."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from brainsnn.learning.rule import Rule
from brainsnn.network.model import Model
from brainsnn.network.neurons import Neuron


@dataclass(frozen=True)
class Remedies:
    """Words for what can be changed; empty where nothing is known of network and rule.

    Parameters
    ----------
    inputs : tuple of str
        Populations whose spikes are given.
    weights, threshold : mapping of str to str
        By population, what first weights into it are drawn from, and its neuron's threshold.
    silence : str
        What the rule has against silence.
    untaught : frozenset of str
        Connections that the rule leaves as they are.
    mute : frozenset of str
        Outputs that are read by their potential alone, and need not spike.
    """

    inputs: tuple[str, ...] = ()
    weights: Mapping[str, str] = field(default_factory=dict)
    threshold: Mapping[str, str] = field(default_factory=dict)
    silence: str = ""
    untaught: frozenset[str] = frozenset()
    mute: frozenset[str] = frozenset()

    @classmethod
    def of(cls, model: Model, rule: Rule | None) -> Self:
        """Read them from a network and the settings of its rule."""
        weights: dict[str, list[str]] = {}
        for c in model.connections:
            if c.connectivity.fixed_weight is None:
                weights.setdefault(c.target, []).append(f"{c.name}: {c.initialiser}")
        by_potential = rule is not None and tuple(rule.read_by()) == ("potential",)
        named = {p.name: p.neuron for p in model.populations if p.neuron is not None}
        return cls(
            tuple(p.name for p in model.inputs),
            {name: f" ({'; '.join(found)})" for name, found in weights.items()},
            {name: _threshold(neuron) for name, neuron in named.items()},
            rule.against_silence if rule else "",
            frozenset(rule.untaught(list(model.trainable)) if rule else ()),
            frozenset([model.output.name] if by_potential else ()),
        )

    def raised(self, population: str) -> str:
        """What to change where it is silent."""
        more = f", or {self.silence}" if self.silence else ""
        return (
            f"raise the initial weights into it{self.weights.get(population, '')}, or lower its "
            f"threshold{self.threshold.get(population, '')}{more}."
        )

    def lowered(self, population: str) -> str:
        """What to change where it fires whatever comes."""
        return (
            f"lower the initial weights into it{self.weights.get(population, '')}, or raise its "
            f"threshold{self.threshold.get(population, '')}."
        )


def _threshold(neuron: Neuron) -> str:
    """Condition of a neuron's threshold, with the values of the parameters in it."""
    words = re.findall(r"[A-Za-z_]\w*", neuron.threshold)
    values = [f"{k} = {neuron.parameters[k]}" for k in words if k in neuron.parameters]
    return f" ({'; '.join([neuron.threshold, *dict.fromkeys(values)])}, neuron {neuron.name!r})"
