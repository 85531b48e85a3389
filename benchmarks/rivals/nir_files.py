"""NIR graphs as arrays, small enough to be kept beside tests."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import numpy as np


def arrays_of(graph: Any) -> dict[str, Any]:
    """A graph as arrays: its nodes' as NODE/NAME; kinds and edges as JSON."""
    kinds = {name: type(node).__name__ for name, node in graph.nodes.items()}
    found = {"graph": np.array(json.dumps({"kinds": kinds, "edges": graph.edges}))}
    for name, node in graph.nodes.items():
        values = dict(vars(node))
        if kinds[name] == "Input":
            values = {"shape": next(iter(values["output_type"].values()))}
        for field, value in values.items():
            if value is not None and field not in ("input_type", "output_type", "metadata"):
                found[f"{name}/{field}"] = np.asarray(value)
    return found


def versions() -> dict[str, str]:
    """Of the tools, and of what they are made with."""
    names = ("snntorch", "norse", "spikingjelly", "nir", "nirtorch", "torch")
    return {name: version(name) for name in names}
