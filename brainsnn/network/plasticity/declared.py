"""Plastic variables: what the equations of a network change for good, within a trial.

A plastic variable of a synapse or a neuron goes on from trial to trial, while all other state is
put back. It is learned: it stands among the weights (`Model.trainable`).
"""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

import re
from collections.abc import Sequence

from brian2.equations import Equations
from brian2.equations.equations import SUBEXPRESSION
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import ModelError
from brainsnn.network.brian2_errors import brian2_message
from brainsnn.registry import suggest


def plastic_names(given: str | Sequence[str]) -> tuple[str, ...]:
    """Names as a tuple; a text is one name."""
    return (given,) if isinstance(given, str) else tuple(given)


def check_plastic(owner: str, equations: str, plastic: Sequence[str]) -> None:
    """Refuse plastic variables that are none of each synapse or neuron.

    Parameters
    ----------
    owner : str
        Whose they are, for messages.
    equations : str
        Brian2 equations.
    plastic : sequence of str

    Raises
    ------
    ModelError
        If one is not defined, shared, constant or a subexpression, or is named twice.
    """
    if not plastic:
        return
    try:
        defined = Equations(equations)
    except Exception as error:
        raise ModelError(f"{owner}: {brian2_message(error)}") from error
    fixed = {"shared", "constant"}
    known = [k for k, e in defined.items() if e.type != SUBEXPRESSION and not fixed & set(e.flags)]
    for name in plastic:
        if name not in known:
            raise ModelError(
                f"{owner}: {name!r} is no variable that could be plastic: one of its equations, "
                f"neither shared nor constant. {suggest(name, known)}"
            )
    if len(set(plastic)) < len(plastic):
        raise ModelError(f"{owner}: a plastic variable is named twice: {', '.join(plastic)}.")


def names_in(text: str) -> set[str]:
    """Names that equations or statements speak of."""
    return set(get_identifiers(text))


def variables_in(equations: str) -> set[str]:
    """Names that equations define."""
    return set(Equations(equations).names)


def statements(text: str) -> list[str]:
    """The statements of an ``on_pre`` or a reset, without comments."""
    lines = re.split(r"[\n;]", re.sub(r"#.*", "", text))
    return [line.strip() for line in lines if line.strip()]
