"""The runs of a network, drawn, and what changes between them."""

from __future__ import annotations

from engine.random_networks.draft import Draft
from engine.random_networks.sources import given_spikes


def add_runs(draft: Draft) -> None:
    """Add the network, one run to three, and statements between them."""
    network = f"{draft.prefix}network"
    draft.add("", network)
    stored = draft.chance(0.03)
    if stored:
        draft.add(f"{network}.store()", needs=[network])
    for _ in range(draft.pick([0, 0, 1, 1, 2])):
        _run(draft, network, draft.pick(["0*ms", "0.1*ms", "6*ms", "7.3*ms", "10*ms"]))
        for _ in range(draft.integer(0, 2)):
            _change(draft, network)
    if stored:
        draft.add(f"{network}.restore()", needs=[network])
    _run(draft, network, draft.pick(["7.7*ms", "12*ms", "20*ms"]))


def _run(draft: Draft, network: str, duration: str) -> None:
    draft.add(f"{network}.run({duration})", needs=[network])


def _change(draft: Draft, network: str) -> None:
    """One of what a script may do between two runs."""
    group = draft.pick(draft.groups)
    name, one = group.name, group.one
    of_group = [
        (f"{name}.v = {draft.number(0, 0.9)}*{one}", [name]),
        (f"{name}.theta = '{draft.number(0.5, 1)}*{one}*(1 + 0.1*i)'", [name]),
        (f"{name}.v[0] = {draft.number(0, 0.9)}*{one}", [name]),
        (f"{name}.c['i > 0'] = 'v'", [name]),
        (f"{name}.k = {draft.integer(0, 3)}", [name]),
        (f"{name}.gain = {draft.number(0.8, 1.2)}", [name]),
        (f"{name}.c = 'c + v'", [name]),
    ]
    kinds = [
        of_group,
        _of_synapses(draft),
        _of_activity(draft),
        _of_spikes(draft),
        _of_membership(draft, network),
        _of_steps(draft),
    ]
    code, needs = draft.pick(draft.pick([kind for kind in kinds if kind]))
    draft.add(code, needs=[*needs, network])


def _of_synapses(draft: Draft) -> list[tuple[str, list[str]]]:
    found = []
    for name, one in draft.weights:
        found.append((f"{name}.w = '{draft.number(0.1, 0.5)}*{one}*(1 + 0.1*i)'", [name]))
        found.append((f"{name}.w['i == 0'] = {draft.number(0.1, 0.5)}*{one}", [name]))
        found.append((f"{name}.w = 'w*0.7'", [name]))
    for name, traces in draft.traces:
        trace = draft.pick(traces)
        found += [(f"{name}.{trace} = '{trace}*0.5'", [name])] * draft.chance(0.3)
    return found


def _of_activity(draft: Draft) -> list[tuple[str, list[str]]]:
    named = [*draft.monitors, *draft.synapses]
    named += [piece.name for piece in draft.pieces if "run_regularly" in piece.code]
    if not named:
        return []
    chosen = draft.pick(named)
    return [(f"{chosen}.active = {draft.pick([True, False, False])}", [chosen])]


def _of_spikes(draft: Draft) -> list[tuple[str, list[str]]]:
    found = []
    for group in draft.generators:
        if not group.clock and not _periodic(draft, group.name):
            spikes = given_spikes(draft, group.n, 0.1, 40)
            found.append((f"{group.name}.set_spikes({spikes})", [group.name]))
    return found


def _periodic(draft: Draft, name: str) -> bool:
    return any(piece.name == name and "period=" in piece.code for piece in draft.pieces)


def _of_steps(draft: Draft) -> list[tuple[str, list[str]]]:
    """Another length of the steps, where the time so far is a multiple of it."""
    # The chance of a Poisson input in a step is fixed when it is made.
    others = (".run(0.1*ms)", ".run(7.3*ms)", "PoissonInput(")
    odd = any(other in piece.code for piece in draft.pieces for other in others)
    return [] if odd or not draft.tick else [(f"{draft.tick}.dt = 0.2*ms", [draft.tick])]


def _of_membership(draft: Draft, network: str) -> list[tuple[str, list[str]]]:
    if not draft.monitors:
        return []
    monitor = draft.pick([m for m in draft.monitors if not _removed(draft, m)] or [""])
    return [] if not monitor else [(f"{network}.remove({monitor})", [monitor])]


def _removed(draft: Draft, monitor: str) -> bool:
    return any(piece.code.endswith(f".remove({monitor})") for piece in draft.pieces)
