"""Receptors: what a neuron's equations get so that a synapse can act on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from brainsnn.errors import ModelError
from brainsnn.network.synapses.base import SynapseModel

if TYPE_CHECKING:
    from brainsnn.network.neurons.base import Neuron

_CURRENT = re.compile(r"^(\s*)I = (.+?) : (.+?)$", re.MULTILINE)


@dataclass(frozen=True)
class Receptor:
    """Equations on the neuron's side, the current that they give, and the synapse that drives them.

    Parameters
    ----------
    name : str
        Part of the names of variables, so that a neuron may have several.
    equations : str
        Brian2 equations to add to the neuron's.
    current : str
        Expression that is added to the neuron's current `I`.
    synapse : SynapseModel
        For connections onto the receptor.
    parameters : mapping of str to str
        Of the equations.
    """

    name: str
    equations: str
    current: str
    synapse: SynapseModel
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ModelError(f"A receptor's name is part of variables' names, got {self.name!r}.")


def receiving(neuron: Neuron, *receptors: Receptor) -> Neuron:
    """A neuron whose current has a part from each receptor.

    Parameters
    ----------
    neuron : Neuron
        With a line ``I = ... : ...`` in its equations, as those of the library have.
    *receptors : Receptor

    Raises
    ------
    ModelError
        If the neuron has no such line, or a receptor is there twice.
    """
    found = _CURRENT.search(neuron.equations)
    if found is None:
        raise ModelError(f"Neuron {neuron.name!r} has no line 'I = ... : ...' to add currents to.")
    names = [r.name for r in receptors]
    if len(set(names)) < len(names):
        raise ModelError(f"Each receptor needs a name of its own, got {', '.join(names)}.")
    total = " + ".join([found[2], *(r.current for r in receptors)])
    line = f"{found[1]}I = {total} : {found[3]}"
    before, after = neuron.equations[: found.start()], neuron.equations[found.end() :]
    parts = [before + line + after, *(r.equations for r in receptors)]
    values = {k: v for r in receptors for k, v in r.parameters.items()}
    return replace(neuron, equations="\n".join(parts), parameters={**neuron.parameters, **values})
