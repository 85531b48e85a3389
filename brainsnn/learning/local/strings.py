"""The Brian2 strings of a rule that acts inside the trial."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from brainsnn.network.plasticity.declared import names_in


@dataclass(frozen=True)
class Strings:
    """What a rule adds to a network, in Brian2's language.

    Parameters
    ----------
    equations : str
        Of each synapse, beside the weight ``w``.
    on_pre, on_post, each_step : str
        Statements, after those that the synapse has.
    neuron : str
        Equations of the target's neurons.
    begins_as : mapping of str to str
        Variables of the neurons, and the one whose first value theirs is; ``potential`` is the
        membrane potential. Others begin with 0.
    plastic : tuple of str
        Variables of the synapse that go on from trial to trial.
    """

    equations: str = ""
    on_pre: str = ""
    on_post: str = ""
    each_step: str = ""
    neuron: str = ""
    begins_as: Mapping[str, str] = field(default_factory=dict)
    plastic: tuple[str, ...] = ("w",)

    def names(self, *parts: str) -> set[str]:
        """Names in some of the strings."""
        return {name for part in parts for name in names_in(getattr(self, part))}

    def apart(self, taken: Iterable[str]) -> tuple[Strings, dict[str, str]]:
        """Strings in which names of the synapse that its neurons have too end with ``_syn``.

        Returns
        -------
        strings : Strings
        renamed : dict of str to str
            New names, by the old ones.
        """
        parts = ("equations", "on_pre", "on_post", "each_step")
        renamed = {name: f"{name}_syn" for name in sorted(self.names(*parts) & set(taken))}
        texts = {part: getattr(self, part) for part in parts}
        for old, new in renamed.items():
            name = re.compile(rf"(?<=\bd){old}(?=/dt)|\b{old}\b")
            texts = {part: name.sub(new, text) for part, text in texts.items()}
        plastic = tuple(renamed.get(name, name) for name in self.plastic)
        return replace(self, **texts, plastic=plastic), renamed


def joined(*parts: str) -> str:
    """Several texts as one, without empty ones."""
    return "\n".join(part.strip("\n") for part in parts if part.strip())
