"""Thresholds that are a chance, as those of a PoissonGroup: ``rand() < rates*dt``.

Where nothing in a step changes the chances, the steps between two spikes of a neuron are a
geometric number, and drawing that takes one number a spike instead of one a neuron and step. The
spikes have the same distribution, not the same numbers as Brian2's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from brian2.core.clocks import Clock
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable, AuxiliaryVariable

from brainsnn.engine.resident.generated.idle import BY_CHANCE, arrays_read, changed_in_a_step


def chance(abstract_code: Mapping[str | None, str]) -> str | None:
    """What a threshold compares ``rand()`` with.

    Parameters
    ----------
    abstract_code : mapping of str to str
        Brian2's code of the condition.

    Returns
    -------
    str or None
        None where the condition is another.
    """
    lines = "\n".join(abstract_code.values()).strip()
    found = ast.parse(lines).body
    if len(found) != 1 or not isinstance(found[0], ast.Assign):
        return None
    test = found[0].value
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    if not isinstance(test.ops[0], ast.Lt | ast.LtE) or ast.unparse(test.left) != "rand()":
        return None
    bound = test.comparators[0]
    names = {node.id for node in ast.walk(bound) if isinstance(node, ast.Name)}
    return None if names & {"rand", "randn", "poisson"} else ast.unparse(bound)


def as_chance(
    bound: str, abstract_code: Mapping[str | None, str], variables: dict[str, Any]
) -> dict[str, str]:
    """Code for the template: Brian2's condition, and the chance alone.

    Parameters
    ----------
    bound : str
        What `chance` found.
    abstract_code : mapping of str to str
    variables : dict
        Variables of the code, to which that of the chance is added.
    """
    variables["_chance"] = AuxiliaryVariable("_chance", dtype=np.float64)
    return {"condition": "\n".join(abstract_code.values()), "chance": f"_chance = {bound}"}


def steady(
    code_objects: Iterable[Any],
    running: Sequence[Any],
    writes: Mapping[str, set[ArrayVariable]],
) -> dict[str, bool]:
    """Whether nothing in a step changes the chances, for each threshold of this kind.

    Parameters
    ----------
    code_objects : iterable of CodeObject
        All that there are.
    running : sequence of CodeObject
        Those that run in a step.
    writes : mapping of str to set of ArrayVariable
        What each of them assigns to, by its name.

    Returns
    -------
    dict of str to bool
        By the name of the code object.
    """
    changed = changed_in_a_step(running, writes)
    return {c.name: _steady(c, changed) for c in code_objects if c.template_name == BY_CHANCE}


def _steady(threshold: Any, changed: set[ArrayVariable]) -> bool:
    reads = {v for v in arrays_read(threshold) if v.name != "_spikespace"}
    functions = {k: v for k, v in threshold.variables.items() if isinstance(v, Function)}
    return (
        reads.isdisjoint(changed)
        and not any(isinstance(v.owner, Clock) and not v.constant for v in reads)
        and all(f.stateless for name, f in functions.items() if name != "rand")
    )
