"""Networks of LIF and adaptive neurons (LSNN) as Brian2 strings, as the oracles have them.

The paper compares the potential of a step with the threshold, the released program that of the
step before. Spikes act in the step after, through `fired`: on the potential, by the threshold of
that step, and on the adaptation.
"""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
from brian2 import ms
from numpy.typing import NDArray

from brainsnn.learning.equations import DerivedNetwork, Spike, derive

Numbers = dict[str, NDArray[Any]]

EQUATIONS = """
dv/dt = ((a - 1)*v + (1 - a)*current - fired*(thr + beta*(rho*b + (1 - rho)*fired)))/ms : 1
db/dt = ((rho - 1)*b + (1 - rho)*fired)/ms : 1
dcurrent/dt = -current/ms : 1
dfired/dt = -fired/ms : 1
dold/dt = (v - old)/ms : 1
beta : 1 (constant)
"""

#: What each version compares with the threshold.
COMPARED = {"paper": "v", "program": "old"}


def lsnn(numbers: Numbers, version: str) -> DerivedNetwork:
    """Derive the network; spikes of our step t are those of the oracle's step t - 1."""
    network, trained = strings(numbers, version)
    slope = Spike(f"{float(numbers['dampening'])} * clip(1 - abs(_g), 0, 1)")
    return derive(network, trained, spike=slope)


def strings(numbers: Numbers, version: str) -> tuple[brian2.Network, dict[str, str]]:
    """Write the network in Brian2, and say what of it is trained."""
    tau_v, tau_a = float(numbers["tau_v"]), float(numbers["tau_a"])
    constants = {"a": np.exp(-1 / tau_v), "rho": np.exp(-1 / tau_a), "thr": float(numbers["thr"])}
    n_in, n = numbers["w_in"].shape
    given = brian2.SpikeGeneratorGroup(n_in, [], [] * ms, name="given")
    hidden = brian2.NeuronGroup(
        n,
        EQUATIONS,
        threshold=f"({COMPARED[version]} - thr - beta*b)/(thr + beta*b) > 0",
        reset="fired = 1",
        refractory=(int(numbers["n_ref"]) + 1) * ms,
        method="euler",
        namespace=constants,
        name="hidden",
    )
    hidden.beta = numbers["beta"]
    out = brian2.NeuronGroup(
        numbers["w_out"].shape[1],
        """
        dv/dt = ((a - 1)*(v - bias) + (1 - a)*current)/ms : 1
        dcurrent/dt = -current/ms : 1
        bias : 1 (constant)
        """,
        method="euler",
        namespace=constants,
        name="out",
    )
    out.bias = out.v = numbers["b_out"]
    parts: list[Any] = [given, hidden, out]
    ways = {"w_in": (given, hidden, "delay_in"), "w_rec": (hidden, hidden, "delay_rec")}
    for name, (source, target, delay) in ways.items():
        path = brian2.Synapses(source, target, "w : 1", on_pre="current_post += w", name=name)
        path.connect(condition="True" if name == "w_in" else "i != j")
        path.w = numbers[name][path.i[:], path.j[:]]
        path.delay = numbers[delay][path.i[:], path.j[:]] * ms
        parts.append(path)
    path = brian2.Synapses(hidden, out, "w : 1", on_pre="current_post += w", name="w_out")
    path.connect()
    path.w = numbers["w_out"].ravel()
    trained = {"w_in": "w", "w_rec": "w", "w_out": "w", "out": "bias"}
    return brian2.Network([*parts, path]), trained


def readout(numbers: Numbers, out: NDArray[Any]) -> tuple[float, NDArray[Any], NDArray[Any]]:
    """Cross-entropy of the mean of the last part, its derivative by all values, and the logits."""
    last, target = out.shape[0] // int(numbers["n_chunks"]), numbers["target"].astype(int)
    logits = out[-last:].mean(axis=0)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    trials = np.arange(target.size)
    loss = -np.log(shares[trials, target]).mean()
    shares[trials, target] -= 1
    slopes = np.zeros_like(out)
    slopes[-last:] = shares / target.size / last
    return float(loss), slopes, logits
