"""Forward gradients of spikes and derivatives of other sizes than the network's."""

from __future__ import annotations

from functools import cache
from typing import Any

import brian2
import numpy as np
from brian2 import ms

from brainsnn.engine.runtime import runtime_device
from brainsnn.learning.equations import derive
from brainsnn.learning.equations.eprop import ForwardGradient

#: Steps, trials.
BLOCK = (5, 2)


@cache
def forward() -> ForwardGradient:
    """Of a network of 3 inputs, 4 neurons and 2 outputs."""
    with runtime_device("numpy"):
        given = brian2.SpikeGeneratorGroup(3, [], [] * ms, name="given")
        leaky = "dv/dt = -v/(5*ms) : 1"
        cells = brian2.NeuronGroup(
            4, leaky, threshold="v > 1", reset="v = 0", method="exact", name="cells"
        )
        out = brian2.NeuronGroup(2, leaky, method="exact", name="out")
        parts = [given, cells, out]
        for name, (source, target) in {"into": (given, cells), "read": (cells, out)}.items():
            path = brian2.Synapses(source, target, "w : 1", on_pre="v_post += w", name=name)
            path.connect()
            parts.append(path)
        trained = {"into": "w", "read": "w"}
        return ForwardGradient(derive(brian2.Network(parts), trained, namespace={}), ("out", "v"))


def attempt(**changes: Any) -> Any:
    """A call with some of its arrays replaced; None leaves one out."""

    def call() -> None:
        spikes = {"given": np.zeros((*BLOCK, 3)), "cells": np.zeros((*BLOCK, 4))}
        spikes |= changes.get("spikes", {})
        by_output = changes.get("by_output", np.zeros((*BLOCK, 2)))
        known = {k: v for k, v in spikes.items() if v is not None}
        forward().gradient(known, by_output, changes.get("by_spike"), changes.get("feedback"))

    return call


ATTEMPTS = {
    "learning.equations.eprop.kernel": {
        "no inputs": attempt(spikes={"given": None}),
        "inputs of another size": attempt(spikes={"given": np.zeros((*BLOCK, 9))}),
        "fewer steps": attempt(spikes={"cells": np.zeros((4, 2, 4))}),
        "fewer trials": attempt(spikes={"cells": np.zeros((5, 1, 4))}),
        "flat spikes": attempt(spikes={"given": np.zeros(5)}),
        "other outputs": attempt(by_output=np.zeros((*BLOCK, 3))),
        "flat derivatives": attempt(by_output=np.zeros(5)),
        "another regulariser": attempt(by_spike={"cells": np.zeros((*BLOCK, 5))}),
        "a regulariser of nobody": attempt(by_spike={"others": np.zeros((*BLOCK, 4))}),
        "feedback of another size": attempt(feedback={"cells": np.zeros((4, 3))}),
    }
}
