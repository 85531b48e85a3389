"""A network as a picture: populations as boxes, connections as arrows, loops as loops (SVG)."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from brainsnn.network.model import Connection, Model, Population

BOX, ROW, COLUMN, MARGIN = (120, 46), 96, 280, 50
COLOURS = {None: "#4a5568", "excitatory": "#2b6cb0", "inhibitory": "#c53030"}
STYLE = 'font-family="sans-serif" font-size="11" style="max-width:100%;height:auto"'


@dataclass(frozen=True)
class _Place:
    """Middle of a box, and the column that it stands in."""

    column: int
    x: float
    y: float


def draw(model: Model) -> str:
    """Draw a network.

    Parameters
    ----------
    model : Model

    Returns
    -------
    str
        SVG. Inputs stand left, the output right, what lies between by its distance from the inputs.
        An arrow is a connection, with kind and delay; one that ends in a bar is inhibitory. What
        leads back, or stays in its column, is curved; a population's connection to itself is a
        loop above it.
    """
    places = _places(model)
    right = max((p.x for p in places.values()), default=0) + BOX[0] / 2 + MARGIN
    bottom = max((p.y for p in places.values()), default=0) + BOX[1] / 2 + MARGIN
    back = sum(_backward(c, places) for c in model.connections)
    size = f"{right:g} {bottom + 24 * back:g}"
    arrows = sorted(_arrows(model, places, bottom), key=lambda part: part.startswith("<text"))
    parts = [*_markers(), *arrows]  # Labels above all lines.
    parts += [_box(p, places[p.name]) for p in model.populations]
    width, height = size.split()
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    return f'{head} viewBox="0 0 {size}" {STYLE}>{"".join(parts)}</svg>'


def _columns(model: Model) -> dict[str, int]:
    """Column of each population: steps from the nearest input; the output stands last."""
    found = {p.name: 0 for p in model.inputs}
    here = list(found)
    while here:
        onward = {c.target for c in model.connections if c.source in here} - set(found)
        found |= dict.fromkeys(onward, max(found.values()) + 1)
        here = sorted(onward)
    last = max(found.values(), default=0)
    found |= {p.name: 1 for p in model.populations if p.name not in found}
    output = model.populations[-1] if model.populations else None
    if output is not None and output.neuron is not None:
        others = [k for name, k in found.items() if name != output.name]
        found[output.name] = max(last, max(others, default=-1) + 1)
    return found


def _places(model: Model) -> dict[str, _Place]:
    columns = _columns(model)
    members: dict[int, list[str]] = {}
    for population in model.populations:
        members.setdefault(columns[population.name], []).append(population.name)
    tallest = max((len(names) for names in members.values()), default=0)
    places = {}
    for number, column in enumerate(sorted(members)):
        names = members[column]
        for k, name in enumerate(names):
            x = MARGIN + BOX[0] / 2 + COLUMN * number
            y = MARGIN + BOX[1] / 2 + ROW * (k + (tallest - len(names)) / 2)
            places[name] = _Place(number, x, y)
    return places


def _backward(connection: Connection, places: dict[str, _Place]) -> bool:
    return places[connection.target].column < places[connection.source].column


def _markers() -> Iterator[str]:
    """Ends of arrows, one of each colour."""
    for sign, colour in COLOURS.items():
        shape = "M9,0 V10" if sign == "inhibitory" else "M0,1 L9,5 L0,9 z"
        fill = "none" if sign == "inhibitory" else colour
        yield (
            f'<marker id="end-{sign}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
            f'markerHeight="8" orient="auto"><path d="{shape}" fill="{fill}" stroke="{colour}" '
            f'stroke-width="2"/></marker>'
        )


def _arrows(model: Model, places: dict[str, _Place], bottom: float) -> Iterator[str]:
    lanes = 0
    for connection in model.connections:
        one, other = places[connection.source], places[connection.target]
        if connection.source == connection.target:
            path, x, y = _loop(one)
        elif one.column == other.column:
            path, x, y = _beside(one, other)
        elif _backward(connection, places):
            path, x, y = _under(one, other, bottom + 24 * lanes, 12 * lanes)
            lanes += 1
        else:
            path, x, y = _forward(one, other)
        colour = COLOURS[connection.sign]
        yield (
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4" '
            f'marker-end="url(#end-{connection.sign})"/>'
        )
        place = f'x="{x:g}" y="{y:g}" text-anchor="middle"'
        label = html.escape(_label(connection, model.dt))
        yield f'<text {place} stroke="white" stroke-width="3">{label}</text>'  # Sets it off.
        yield f'<text {place} fill="{colour}"><title>{connection.name}</title>{label}</text>'


def _forward(one: _Place, other: _Place) -> tuple[str, float, float]:
    """A straight way to the right; past boxes between, a curve above them."""
    x0, x1 = one.x + BOX[0] / 2, other.x - BOX[0] / 2
    if other.column == one.column + 1:
        return f"M{x0:g},{one.y:g} L{x1:g},{other.y:g}", (x0 + x1) / 2, (one.y + other.y) / 2 - 6
    top = min(one.y, other.y) - 0.8 * ROW
    path = f"M{x0:g},{one.y:g} C{x0 + 60:g},{top:g} {x1 - 60:g},{top:g} {x1:g},{other.y:g}"
    return path, (x0 + x1) / 2, (one.y + other.y) / 8 + 0.75 * top - 6


def _loop(place: _Place) -> tuple[str, float, float]:
    x, y = place.x, place.y - BOX[1] / 2
    path = f"M{x + 22:g},{y:g} C{x + 44:g},{y - 34:g} {x - 44:g},{y - 34:g} {x - 22:g},{y:g}"
    return path, x, y - 30


def _beside(one: _Place, other: _Place) -> tuple[str, float, float]:
    """Between boxes of a column: down on the left of them, up on the right."""
    side = -1 if other.y > one.y else 1
    x, bend = one.x + side * BOX[0] / 4, one.x + side * (BOX[0] / 4 + 22)
    down = BOX[1] / 2 * (1 if other.y > one.y else -1)
    y0, y1 = one.y + down, other.y - down
    path = f"M{x:g},{y0:g} C{bend:g},{y0:g} {bend:g},{y1:g} {x:g},{y1:g}"
    return path, bend + side * 26, (y0 + y1) / 2 + 4


def _under(one: _Place, other: _Place, level: float, shift: float) -> tuple[str, float, float]:
    """Back to the left, below everything."""
    y0, y1, x0, x1 = one.y + BOX[1] / 2, other.y + BOX[1] / 2, one.x - 15, other.x + 40 - shift
    path = f"M{x0:g},{y0:g} V{level - 8:g} Q{x0:g},{level:g} {x0 - 8:g},{level:g}"
    path += f" H{x1 + 8:g} Q{x1:g},{level:g} {x1:g},{level - 8:g} V{y1:g}"
    return path, (x0 + x1) / 2, level - 4


def _label(connection: Connection, dt: float) -> str:
    """Kind of the connection, and its delay."""
    kind, delay = connection.connectivity.name.replace("_", " "), connection.delay
    if delay == 0:
        return kind
    return f"{kind}, {1e3 * dt * delay:g} ms" if isinstance(delay, int) else f"{kind}, delays"


def _box(population: Population, place: _Place) -> str:
    x, y = place.x - BOX[0] / 2, place.y - BOX[1] / 2
    neuron = population.neuron.name if population.neuron else "input spikes"
    fill = "#ebf8ff" if population.neuron is None else "#f7fafc"
    rows = (f"{population.name} ({population.size})", neuron)
    texts = "".join(
        f'<text x="{place.x:g}" y="{place.y - 4 + 16 * k:g}" text-anchor="middle" '
        f'fill="#1a202c"{weight}>{html.escape(text)}</text>'
        for k, (text, weight) in enumerate(zip(rows, (' font-weight="bold"', ""), strict=True))
    )
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX[0]}" height="{BOX[1]}" rx="8" fill="{fill}" '
        f'stroke="#4a5568"/>{texts}'
    )
