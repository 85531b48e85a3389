"""A network in a few lines, as Python shows it, and as a notebook does."""

from __future__ import annotations

import html
from collections.abc import Sequence

from brainsnn.network.delays import Delays
from brainsnn.network.describe.drawing import draw
from brainsnn.network.model import Model


def summary(network: Model) -> str:
    """Populations, and a line a connection."""
    inputs = ", ".join(f"{p.name} ({p.size})" for p in network.inputs)
    others = ", ".join(f"{p.name} ({p.size})" for p in network.populations if p.neuron)
    lines = [f"  {name}: {text}" for name, text in _rows(network)]
    if network.recorded:
        lines.append(f"  records {', '.join(record.name for record in network.recorded)}")
    parts = [_head(network), f"  {inputs or 'no input'} -> {others or 'nothing'}", *lines]
    return "\n".join(parts)


def page(network: Model) -> str:
    """Drawing and tables, as HTML."""
    populations = [
        (p.name, p.size, p.neuron.name if p.neuron else "input") for p in network.populations
    ]
    ends = {c.name: f"{c.source} → {c.target}" for c in network.connections}
    connections = [(name, ends[name], text) for name, text in _rows(network)]
    return (
        f"<p>{html.escape(_head(network))}</p>{draw(network)}"
        f"{_table(('population', 'neurons', 'neuron'), populations)}"
        f"{_table(('connection', 'leads', 'synapses'), connections)}"
    )


def _head(network: Model) -> str:
    return f"Network {network.name!r}, steps of {1e3 * network.dt:g} ms"


def _rows(network: Model) -> list[tuple[str, str]]:
    """Name and summary of every connection."""
    rows = []
    for c in network.connections:
        parts = [c.connectivity.summary(*network.ends(c)), c.sign or "", str(c.constraint or "")]
        if c.delay != 0:
            own = isinstance(c.delay, Delays)
            parts.append(f"delay {c.delay}{'' if own else ' steps'}")
        rows.append((c.name, ", ".join(part for part in parts if part)))
    return rows


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = [("th", head), *(("td", row) for row in rows)]
    lines = (
        "<tr>" + "".join(f"<{k}>{html.escape(str(x))}</{k}>" for x in row) + "</tr>"
        for k, row in cells
    )
    return f"<table>{''.join(lines)}</table>"
