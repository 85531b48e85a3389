"""Which arrays of a compiled network can be set between trials, and which stay where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.core.clocks import Clock
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.units.fundamentalunits import Dimension

from brainsnn.engine.resident.generated.layout import (
    delay_arrays,
    monitors,
    owner_name,
    trial_statements,
)


@dataclass(frozen=True)
class Access:
    """What can be done with an array between trials.

    Parameters
    ----------
    dimension : Dimension
        Of its values.
    locked : str
        Why it cannot be set; empty if it can.
    moves : bool
        Whether a trial may change its size, and with it its place in memory.
    """

    dimension: Dimension
    locked: str
    moves: bool


def accesses(device: Any) -> dict[str, Access]:
    """What can be done with each array of a device, by its name in C++."""
    delays, moving = delay_arrays(device), _moving(device)
    names = {device.get_array_name(var, access_data=False): var for var in device.arrays}
    return {
        name: Access(var.dim, _locked(var, name in delays), name in moving)
        for name, var in names.items()
    }


def _locked(var: ArrayVariable, delay: bool) -> str:
    owner = getattr(var, "owner", None) if owner_name(var) else None
    if delay:
        return "delays lay out the synapses when the network is compiled; set delays before"
    if isinstance(owner, Clock):
        return (
            "delays and input spikes are laid out in steps when the network is compiled; build it "
            "with another step, or give trials.run other durations"
        )
    if isinstance(owner, SpikeGeneratorGroup):
        return "its spikes are given by set_spikes and set_inputs"
    if var.read_only or var.name.startswith("_"):
        return "Brian2 keeps it itself, and lets nobody write to it"
    return ""


def _moving(device: Any) -> set[str]:
    """Names of what monitors record, and of what the script resizes within a trial."""
    recording = {monitor.name for monitor in monitors(device)}
    dynamic = {
        device.get_array_name(var, access_data=False)
        for var in device.arrays
        if isinstance(var, DynamicArrayVariable) and owner_name(var) in recording
    }
    return dynamic | {args[0] for kind, args in trial_statements(device) if kind == "resize_array"}
