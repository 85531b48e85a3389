"""Whole networks, drawn from a seed: groups, synapses, monitors, and the runs."""

from __future__ import annotations

from engine.random_networks import runs
from engine.random_networks.draft import Draft, Group, Script
from engine.random_networks.groups import neuron_group
from engine.random_networks.sources import poisson_input, regular_operation, source
from engine.random_networks.synapses import subgroup, synapses, synapses_on_synapses

RANDOM = 0.25
"""Share of networks that draw random numbers while they run."""


def network_of(seed: int, prefix: str = "", random: bool | None = None) -> Script:
    """Draw a network.

    Parameters
    ----------
    seed : int
        The same seed gives the same network.
    prefix : str
        Every name starts with it, so that several networks find room in one script.
    random : bool, optional
        Whether it draws random numbers; by default it is up to the seed.
    """
    by_seed = Draft(seed, "", False).chance(RANDOM)
    draft = Draft(seed, prefix, by_seed if random is None else random)
    if draft.random:
        draft.add(f"seed({seed})")
    if draft.chance(0.2):
        draft.tick = draft.add(
            f"{prefix}tick = Clock(0.1*ms, name='{prefix}tick')", f"{prefix}tick"
        )
    for _ in range(draft.pick([0, 1, 1, 2])):
        source(draft)
    for _ in range(draft.pick([1, 1, 2, 2, 3])):
        neuron_group(draft)
    _connections(draft)
    for group in draft.groups:
        if draft.chance(0.4):
            regular_operation(draft, group)
        if draft.random and draft.chance(0.3) and not group.clock:
            poisson_input(draft, group)
    _monitors(draft)
    runs.add_runs(draft)
    return Script(prefix, tuple(draft.pieces), draft.random)


def _connections(draft: Draft) -> None:
    sources = [*draft.sources, *draft.groups]
    for one in draft.sources:  # Each is of use at least once.
        synapses(draft, one, draft.pick(draft.groups))
    for _ in range(draft.pick([0, 1, 1]) if draft.sources else 1):
        synapses(draft, draft.pick(sources), draft.pick(draft.groups))
    spiking = [group for group in sources if group.events]
    if draft.weights and spiking and draft.chance(0.15):
        synapses_on_synapses(draft, draft.pick(spiking))


def _monitor(draft: Draft, kind: str, group: Group, arguments: str) -> None:
    name = draft.name("monitor")
    code = f"{name} = {kind}({group.name}, {arguments}name={name!r})"
    draft.add(code, name, [group.name], part=True)
    draft.monitors.append(name)


def _monitors(draft: Draft) -> None:
    for group in [*draft.sources, *draft.groups]:
        part = subgroup(draft, group)
        if group.events and draft.chance(0.95):
            options = ["", "record=False, "]
            options += ["variables=['v', 'theta'], ", "variables='above', "] * bool(group.unit)
            _monitor(draft, "SpikeMonitor", part, draft.pick(options))
        if group.events and draft.chance(0.25):
            _monitor(draft, "PopulationRateMonitor", part, "")
        if "half" in group.events and draft.chance(0.8):
            _monitor(draft, "EventMonitor", part, "'half', variables=['c'], ")
        if group.unit and draft.chance(0.5):
            _monitor(draft, "StateMonitor", part, _record(draft, part))
    for name, _ in draft.weights:
        if name in draft.known_sizes and draft.chance(0.7):
            record = draft.pick([[0], list(range(draft.known_sizes[name]))])
            step = draft.pick(["", "dt=1*ms, ", "dt=0.7*ms, "])
            _monitor(draft, "StateMonitor", Group(name, 0), f"'w', record={record}, {step}")
    for name, traces in draft.traces:
        if name in draft.known_sizes and draft.chance(0.1):
            _monitor(draft, "StateMonitor", Group(name, 0), f"{draft.pick(traces)!r}, record=[0], ")


def _record(draft: Draft, group: Group) -> str:
    variables = draft.pick(["'v'", "['v', 'k']", "['above', 'c']", "True"])
    variables = "['v', 'theta', 'flag']" if variables == "True" else variables
    record = draft.pick(["True", "[0]", str([group.n - 1, 0][: group.n]), "0"])
    more = draft.pick(
        ["", "dt=0.5*ms, ", "dt=1.3*ms, ", "when='end', ", "when='resets', order=1, "]
    )
    return f"{variables}, record={record}, {more}"
