"""Where nothing can happen: thresholds that need no test, and steps that need not be run.

Most models have state that moves by itself; their thresholds are tested in every step. The
threshold of a non-leaky neuron can only be crossed where a spike arrived or a reset was made, so
between spikes there is nothing to do. Which models are of that kind is derived from what Brian2
made of their equations: a threshold is *quiet* if everything its condition reads stays as it is
within a trial, but for what pathways onto its neurons and the neurons' own reset write to the
neurons' own variables (a variable that it is linked to is another group's). A network *rests*
between spikes if, besides quiet thresholds, it holds nothing but such pathways and resets and
given input spikes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from brian2.core.clocks import Clock
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable
from brian2.groups.neurongroup import NeuronGroup

from brainsnn.engine.resident.generated.regular import TEMPLATES, TEMPLATES_POST

THRESHOLD = "threshold_blocks"
"""The template that leaves out the test of a quiet threshold."""

BY_CHANCE = "threshold_gaps"
"""The template that draws the steps between spikes."""

EVENT_DRIVEN = frozenset(
    {
        *TEMPLATES.values(),
        *TEMPLATES_POST.values(),
        "synapses_push_spikes_dense",
        "synapses_rows",
        "synapses_owned",
        "synapses_push_spikes_rows",
        "spikegenerator_events",
        "reset",
    }
)
"""Templates that do nothing without a spike; those that change neurons mark their thresholds."""

READING = frozenset({"spikemonitor", "statemonitor", "ratemonitor", "synapses_push_spikes"})
"""Templates that change no state of neurons."""


def groups_changed(variables: Iterable[Any]) -> list[str]:
    """Names of the neuron groups whose state is among the variables of a code object."""
    owners = {var.owner.name: var.owner for var in variables if _written(var)}
    return sorted(name for name, owner in owners.items() if isinstance(owner, NeuronGroup))


def quiet_groups(code_objects: Iterable[Any], writes: Mapping[str, set[ArrayVariable]]) -> set[str]:
    """Names of the groups whose threshold needs a test only after a spike arrived or a reset.

    Parameters
    ----------
    code_objects : iterable of CodeObject
        Everything that runs in a step, in the templates of the resident device.
    writes : mapping of str to set of ArrayVariable
        What each of them assigns to, by its name.

    Returns
    -------
    set of str
    """
    written = [(c, writes[c.name] | _changeable(c)) for c in code_objects]
    tested = [c for c, _ in written if c.template_name == THRESHOLD]
    return {c.owner.name for c in tested if _quiet(c, written)}


def rests(code_objects: Sequence[Any], quiet: set[str]) -> bool:
    """Whether a step without spikes, and after one without spikes, leaves everything as it is."""
    return all(
        c.template_name in EVENT_DRIVEN or (c.template_name == THRESHOLD and c.owner.name in quiet)
        for c in code_objects
    )


def changed_in_a_step(
    code_objects: Iterable[Any], writes: Mapping[str, set[ArrayVariable]]
) -> set[ArrayVariable]:
    """Arrays that any of some code objects, with what each assigns to, may change."""
    return {var for c in code_objects for var in writes[c.name] | _changeable(c)}


def arrays_read(code_object: Any) -> set[ArrayVariable]:
    """Arrays among the variables of a code object."""
    return {v for v in code_object.variables.values() if isinstance(v, ArrayVariable)}


def _changeable(code_object: Any) -> set[ArrayVariable]:
    """Arrays that a template may change without an assignment that names them."""
    if code_object.template_name in READING | {THRESHOLD, BY_CHANCE}:
        return set()
    return set(filter(_written, arrays_read(code_object)))


def _written(var: Any) -> bool:
    return isinstance(var, ArrayVariable) and not var.read_only and var.name != "_spikespace"


def _quiet(threshold: Any, everything: Iterable[tuple[Any, set[ArrayVariable]]]) -> bool:
    group, functions = threshold.owner, threshold.variables.values()
    reads = {var for var in arrays_read(threshold) if var.name != "_spikespace"}
    return (
        len(group.events) == 1
        and "not_refractory" not in group.variables
        and not any(isinstance(var.owner, Clock) and not var.constant for var in reads)
        and not any(isinstance(var, Function) and not var.stateless for var in functions)
        and not any(_interferes(other, group, reads & changed) for other, changed in everything)
    )


def _interferes(other: Any, group: Any, changed: set[ArrayVariable]) -> bool:
    """Whether a code object changes what the threshold of `group` reads without marking it."""
    if other.template_name == "reset":
        marks = other.owner.name == group.name
    else:
        marks = other.template_name in EVENT_DRIVEN
    return any(not marks or var.owner.name != group.name for var in changed)
