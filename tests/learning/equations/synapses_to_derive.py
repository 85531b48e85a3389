"""Synapses as users write them in Brian2; every one is derived and checked by the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from brian2 import NeuronGroup, SpikeGeneratorGroup, Synapses, ms

N_IN, N, STEPS = 3, 3, 40

CELLS = """
dv/dt = (1.3*drive + current + outside - v)/tau : 1{gate}
dcurrent/dt = -current/(3*ms) : 1
dcalcium/dt = -calcium/(8*ms) : 1
drive : 1
outside : 1
tau : second
push = drive*v : 1
"""


@dataclass(frozen=True)
class Kind:
    """Synapses of one kind.

    Parameters
    ----------
    model, on_pre, on_post, method
        As `Synapses` takes them.
    trained : tuple of str
    constants : dict
        Of the namespace.
    start : dict
        First values, expressions of the synapse's place.
    """

    model: str
    on_pre: Any = None
    on_post: Any = None
    trained: tuple[str, ...] = ("w",)
    method: str = "exponential_euler"
    constants: dict[str, Any] = field(default_factory=dict)
    start: dict[str, str] = field(default_factory=dict)


STDP = {"tp": 4 * ms, "tm": 5 * ms, "Am": 0.25, "top": 0.8}
SYNAPSES: dict[str, Kind] = {
    "pair STDP, event-driven": Kind(
        "w : 1\ndx/dt = -x/tp : 1 (event-driven)\ndy/dt = -y/tm : 1 (event-driven)\nAp : 1",
        "current_post += w; x += Ap; w = clip(w - y, 0.01, top)",
        "y += Am; w = clip(w + x, 0, top)",
        ("w", "Ap", "x"),
        constants=STDP,
        start={"Ap": "0.1 + 0.02*i", "x": "0.05*j"},
    ),
    "pair STDP, clock-driven": Kind(
        "w : 1\nAp : 1 (shared)\n"
        "dx/dt = -x/tp : 1 (clock-driven)\ndy/dt = -y/tm : 1 (clock-driven)",
        "current_post += w; x += Ap; w = w - 0.3*y*w",
        "y += Am; w += x*(1 - w)",
        ("w", "Ap", "tp"),
        method="exact",
        constants=STDP,
        start={"Ap": "0.15"},
    ),
    "triplet, several pathways": Kind(
        "w : 1\ndr1/dt = -r1/tp : 1 (event-driven)\ndo2/dt = -o2/tm : 1 (event-driven)",
        {"pre": "current_post += w*tanh(w)", "trace": "r1 += 0.3"},
        {"post": "w += 0.3*r1*(0.2 + o2)", "after": "o2 += 0.4"},
        constants=STDP,
    ),
    "the target's variables by bare names": Kind(
        "w : 1\ngain : 1 (shared)\nscaled = w*(1 + 0.2*outside) : 1",
        "current += gain*scaled; w -= 0.1*w*calcium",
        "w += 0.05*(drive - w) + 0.02*v_pre; calcium += 0.1*w",
        ("w", "gain"),
        start={"gain": "0.9"},
    ),
    "voltage-based, reads neurons": Kind(
        "w : 1",
        "current_post += 0.8*w; w -= 0.1*w*calcium_post",
        "w += 0.05*(drive_post - w) + 0.02*v_pre",
    ),
    "saturating, clock-driven": Kind(
        "dg/dt = -g/tg + rise*(1 - g) : 1 (clock-driven)\n"
        "drise/dt = -rise/(2*ms) : hertz (clock-driven)\n"
        "w : 1\ntg : second\noutside_post = w*g*(1.5 - v_post) : 1 (summed)",
        "rise += 150*hertz",
        trained=("w", "tg", "g"),
        start={"tg": "(4 + i)*ms", "g": "0.1*(j + 1)"},
    ),
    "gap junctions": Kind(
        "w : 1\noutside_post = w*(v_pre - v_post) + 0.1*push_pre : 1 (summed)",
    ),
    "short-term plasticity": Kind(
        "w : 1\nU : 1\n"
        "du/dt = (U - u)/tp : 1 (event-driven)\ndr/dt = (1 - r)/tm : 1 (event-driven)",
        "u += U*(1 - u); current_post += 2*w*u*r; r -= u*r",
        trained=("w", "U"),
        constants=STDP,
        start={"U": "0.3 + 0.05*j", "u": "0.3", "r": "1.0"},
    ),
    "to the source, with a neuron's expression": Kind(
        "w : 1\nn : integer",
        "calcium_pre += 0.2*w; current_post += w*push_post*(1 + t/(20*ms)); n += 1",
        "current_post += 0.1*w*n",
    ),
}

START = {"w": "0.15 + 0.05*i + 0.02*j"}


def network(
    kind: Kind, seed: int = 0, first: bool = False, recurrent: bool = True
) -> tuple[brian2.Network, dict[str, Any], dict[str, Any]]:
    """Neurons with an input of that kind, and among themselves; given spikes; what is trained."""
    rng = np.random.default_rng(seed)
    given = NeuronGroup(
        N_IN, CELLS.format(gate=""), threshold="v > 1", reset="v = 0", method="euler", name="given"
    )
    cells = NeuronGroup(
        N,
        CELLS.format(gate=" (unless refractory)"),
        threshold="v > 1",
        reset="v = 0; calcium += 1",
        refractory=0.5 * ms,
        method="euler",
        name="cells",
    )
    given.tau, cells.tau = 2 * ms, 3 * ms
    given.drive, cells.drive = rng.uniform(0.9, 1.3, N_IN), rng.uniform(0.9, 1.2, N)
    given.v, cells.v = rng.uniform(0, 0.9, N_IN), rng.uniform(0, 0.9, N)
    step, sender = np.nonzero(rng.random((STEPS, N_IN)) < 0.1)
    raw = SpikeGeneratorGroup(N_IN, sender, step * 0.1 * ms, name="raw")
    kick = Synapses(raw, given, "w : 1", on_pre="current_post += w", name="kick")
    kick.connect(j="i")
    kick.w = 1.0
    parts: list[Any] = [raw, given, cells, kick]
    for name, source in (("into", given), ("among", cells))[: 1 + recurrent]:
        if name == "among" and "(summed)" in kind.model:
            continue  # a variable is the sum over one object's synapses
        path = Synapses(
            source,
            cells,
            kind.model,
            on_pre=kind.on_pre,
            on_post=kind.on_post,
            method=kind.method,
            namespace=kind.constants,
            name=name,
        )
        path.connect(condition="i != j" if name == "among" else "True")
        for variable, value in {**START, **kind.start}.items():
            setattr(path, variable, value)
        for pathway in path._pathways:
            if pathway.prepost == "pre" or rng.random() < 0.5:
                pathway.delay = rng.integers(0, 4, len(path)) * 0.1 * ms
        parts.append(path)
    net = brian2.Network(*parts)
    if first:
        net.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]
    spikes = np.zeros((STEPS, 1, N_IN))
    spikes[step, 0, sender] = 1
    taught = [p.name for p in parts if p.name in ("into", "among")]
    trained = {"cells": ("tau", "v", "drive"), **dict.fromkeys(taught, kind.trained)}
    return net, {"raw": spikes}, trained
