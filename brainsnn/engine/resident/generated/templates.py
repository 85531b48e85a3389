"""Which template a code object gets: ours where a measurement asked for it, else Brian2's."""

from __future__ import annotations

from typing import Any

from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.synapses.synapses import SynapticPathway

from brainsnn.engine.resident.generated import chances
from brainsnn.engine.resident.generated import idle as quiet
from brainsnn.engine.resident.generated.codeobjects import draws
from brainsnn.engine.resident.generated.owned_code import TEMPLATE, OwnedPathway, owned_blocks
from brainsnn.engine.resident.generated.regular import Pathway, created


def choose(
    device: Any,
    owner: Any,
    template_name: str,
    abstract_code: Any,
    variables: dict[str, Any],
    extra: dict[str, Any],
) -> tuple[str, Any]:
    """Choose a template, and what it is told.

    Parameters
    ----------
    device : GeneratingDevice
    owner : Group
    template_name : str
        What Brian2 would take.
    abstract_code : str, dict of str or None
    variables : dict
        Of the code; a template of ours may need more.
    extra : dict
        What the template is told, to be added to.

    Returns
    -------
    template_name : str
    abstract_code : str, dict of str or None
    """
    pathway = extra.get("pathway", owner)
    if isinstance(pathway, SynapticPathway) and template_name.startswith("synapses"):
        extra["changes"] = quiet.groups_changed(variables.values())
        device.flagged.update(extra["changes"])
        if pathway.synapses.name in device.regular:
            return _of_regular(device, pathway, template_name, extra), abstract_code
        return _of_rows(device, pathway, template_name, abstract_code, variables, extra)
    if template_name == "synapses_create_generator" and owner.name in device.regular:
        regular = device.regular[owner.name]
        extra.update(created(owner, regular, device.get_array_name))
        return regular.create, abstract_code
    if template_name == "threshold" and not draws(variables):
        device.flagged.add(owner.name)
        return quiet.THRESHOLD, abstract_code
    if template_name == "threshold" and (bound := chances.chance(abstract_code)):
        return quiet.BY_CHANCE, chances.as_chance(bound, abstract_code, variables)
    if isinstance(owner, SpikeGeneratorGroup) and template_name == "spikegenerator":
        return "spikegenerator_events", abstract_code
    return template_name, abstract_code


def _of_regular(device: Any, pathway: Any, template_name: str, extra: dict[str, Any]) -> str:
    """Synapses that need no list."""
    regular = device.regular[pathway.synapses.name]
    extra["dense"] = Pathway.of(pathway, regular, device.get_array_name)
    if template_name == "synapses":
        return str(regular.template(pathway.prepost))
    return f"{template_name}_dense"


def _of_rows(
    device: Any,
    pathway: Any,
    template_name: str,
    abstract_code: Any,
    variables: dict[str, Any],
    extra: dict[str, Any],
) -> tuple[str, Any]:
    """Synapses in rows, with traces that neurons own or without."""
    traces = device.owned_traces(pathway.synapses)
    told = OwnedPathway.of(pathway, traces, device.get_array_name)
    extra["others"] = told.other
    if not traces or template_name != "synapses":
        return f"{template_name}_rows", abstract_code
    extra["owned"] = told
    return TEMPLATE, owned_blocks(pathway, traces, abstract_code, variables)
