"""Networks of the e-prop oracles as Brian2 strings.

A spike acts in the step after: on the adaptation through `fired`, on the potential through
`resets`, which eligibility traces leave out and back-propagation through time does not.
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
dv/dt = ((a - 1)*v + gain*current - thr*resets)/ms : 1
db/dt = ((rho - 1)*b + fired)/ms : 1
dcurrent/dt = -current/ms : 1
dfired/dt = -fired/ms : 1
dresets/dt = -resets/ms : 1
beta : 1 (constant)
"""


def eprop_network(numbers: Numbers, *, through_time: bool = False) -> DerivedNetwork:
    """Derive the network; spikes of our step t are those of the oracle's step t - 1."""
    value = {k: float(v) for k, v in numbers.items() if v.ndim == 0 and v.dtype.kind != "U"}
    a = np.exp(-1 / value["tau_m"])
    adaptive = "tau_a" in value
    constants = {
        "a": a,
        "gain": 1.0 if adaptive else 1 - a,
        "thr": value["thr"],
        "rho": np.exp(-1 / value["tau_a"]) if adaptive else 0.0,
        "kappa": value["decay_out"],
    }
    n_in, n = numbers["w_in"].shape
    given = brian2.SpikeGeneratorGroup(n_in, [], [] * ms, name="given")
    hidden = brian2.NeuronGroup(
        n,
        EQUATIONS,
        threshold="(v - thr - beta*b)/thr > 0",
        reset="fired = 1; resets = 1",
        refractory=value.get("n_ref", 0) * ms,
        method="euler",
        namespace=constants,
        name="hidden",
    )
    hidden.beta = numbers.get("beta", 0)
    out = brian2.NeuronGroup(
        numbers["w_out"].shape[1],
        """
        dv/dt = ((kappa - 1)*v + (1 - kappa)*current)/ms : 1
        dcurrent/dt = -current/ms : 1
        """,
        method="euler",
        namespace=constants,
        name="out",
    )
    parts: list[Any] = [given, hidden, out]
    ways = {"w_in": (given, hidden), "w_rec": (hidden, hidden), "w_out": (hidden, out)}
    for name, (source, target) in ways.items():
        path = brian2.Synapses(source, target, "w : 1", on_pre="current_post += w", name=name)
        path.connect(condition="i != j" if name == "w_rec" else "True")
        path.w = numbers[name][path.i[:], path.j[:]]
        parts.append(path)
    slope = f"{value['dampening']} * clip(1 - abs(_g), 0, 1)"
    spike = Spike(slope, attached=True if through_time else ("fired",))
    return derive(brian2.Network(parts), dict.fromkeys(ways, "w"), spike=spike)


def error(numbers: Numbers, out: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    """Loss of the readout, shape (steps, trials, outputs), and its derivative by all values."""
    target = np.moveaxis(numbers["target"], 0, 1) if numbers["target"].ndim == 3 else None
    if target is not None:
        return float(0.5 * ((out - target) ** 2).sum()), out - target
    labels, n_read = numbers["target"].astype(int), int(numbers["n_read"])
    read = out[-n_read:]
    shares = np.exp(read - read.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    trials = np.arange(labels.size)
    loss = -np.log(shares[:, trials, labels]).mean()
    shares[:, trials, labels] -= 1
    slopes = np.zeros_like(out)
    slopes[-n_read:] = shares / labels.size / n_read
    return float(loss), slopes
