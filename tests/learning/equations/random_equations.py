"""Networks of random equations: the derivation is right about each of them, or refuses it by name.

``python tests/learning/equations/random_equations.py --n 200 --seed 7`` looks at more of them.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import brian2
import numpy as np
from brian2 import NeuronGroup, SpikeGeneratorGroup, Synapses, ms

from brainsnn.errors import DerivationError
from brainsnn.learning.equations import check_gradient, derive

STEPS, N_IN, N = 40, 3, 3
METHODS = ("euler", "rk2", "rk4", "heun", "exponential_euler", "exact")
TERMS = (
    "{a}*{x}",
    "tanh({a}*{x} + {y})",
    "sin({x})*{a}",
    "clip({x}, -1, {a})",
    "{a}*exp(-{x}**2)",
    "{a}*exprel(-abs({y}) - 0.1)",
    "{a}*int({x} > {y})",
    "{a}*k*{y}",
    "{a}*sign({y} - 0.3)",
    "{a}*sqrt({y}**2 + 0.1)",
    "mix",
)
RESETS = (
    "v = 0",
    "v -= theta",
    "v = 0.3*v; u += k",
    "v *= 0.2; u = 0.5*u + 0.1*v",
    "v = -0.1; n += 1",
    "u += 0.2; v = 0.1*u",
)
THRESHOLDS = (
    "v > theta",
    "v > theta + 0.3*u",
    "v - 0.2*u >= theta",
    "theta < v",
    "v > theta and n < 2",
)
REFRACTORY = (False, False, 1 * ms, "0.4*ms + 0.1*k*ms", "u > 0.2")
EFFECTS = (
    "v_post += w",
    "u_post += w*k_post",
    "v_post += w*(1 - u_post)",
    "u_post += 0.5*w; v_post += 0.2*w",
    "v_post += w*tanh(theta_post)",
    "v_post += w; q_post += 0.1*w",
    "q_post += 0.3*w",
    "u_post -= 0.5*w*theta_post",
)
STATES = (
    "",
    "\ndx/dt = -x/(2*ms) : 1 (event-driven)",
    "\ndx/dt = (0.5*z - x)/(2*ms) : 1 (event-driven)\ndz/dt = -z/(3*ms) : 1 (event-driven)",
    "\ndx/dt = -x/(2*ms) : 1 (clock-driven)",
    "\ndx/dt = (w*tanh(u_post) - x)/(2*ms) : 1 (clock-driven)",
    "\ndx/dt = (z*(1 - x) - x)/(2*ms) : 1 (clock-driven)\ndz/dt = -z/ms : 1 (clock-driven)",
)
BEFORE = (
    "",
    "x += 0.3; ",
    "w = clip(w + 0.1*x, -1, 1); ",
    "x = 0.5*x + 0.2*w; ",
    "w *= 1 - 0.1*x; ",
)
AFTER = ("", "; x += 0.1*k_post", "; w -= 0.05*x*theta_post", "; x += 0.2*u_post", "; x *= 0.5")
ON_POST = (None, "w += 0.1*x", "x += 0.3", "w += 0.05*(v_pre - w); x -= 0.1*w", "u_pre += 0.1*w")
SUMS = (
    "",
    "",
    "\nq_post = w*sin(u_pre) : 1 (summed)",
    "\nq_post = 0.3*x*(1 - v_post) : 1 (summed)",
)


def synapses(pick: Any, effect: str) -> dict[str, Any]:
    """Random settings of synapses between neurons that have equations."""
    states = pick(STATES)
    if not states:
        return {"model": "w : 1", "on_pre": effect}
    rest = {"on_pre": pick(BEFORE) + effect + pick(AFTER), "on_post": pick(ON_POST)}
    model = "w : 1" + states + ("" if "event" in states else pick(SUMS))
    if "z" in states:
        rest["on_pre"] += "; z += 0.2"
    return {"model": model, "method": pick(("exponential_euler", "euler", "rk2")), **rest}


def bare(settings: dict[str, Any]) -> dict[str, Any]:
    """The same with the target's variables by bare names, but for sums, where Brian2 takes none."""
    return {
        name: text if text is None or "summed" in text else text.replace("_post", "")
        for name, text in settings.items()
    }


def network(seed: int) -> tuple[brian2.Network, dict[str, Any], str]:
    """A random recurrent network, its given spikes, and what it is in words."""
    rng = np.random.default_rng(seed)

    def pick(options: Any) -> Any:
        return options[rng.integers(len(options))]

    def side(x: str, y: str) -> str:
        terms = [pick(TERMS) for _ in range(rng.integers(1, 4))]
        texts = [t.format(x=x, y=y, a=round(rng.uniform(0.2, 1.2), 2)) for t in terms]
        return " + ".join(texts)

    gate = pick(("", " (unless refractory)"))
    refractory = pick(REFRACTORY)
    gate = gate if refractory is not False else ""
    equations = f"""
    dv/dt = ({side("v", "u")} - v + 0.8*q)/tau : 1{gate}
    du/dt = ({side("u", "v")} - 2*u)/(3*ms) : 1
    mix = 0.5*v - 0.2*u**2 : 1
    k : 1
    theta : 1
    q : 1
    n : integer
    """
    settings = {"threshold": pick(THRESHOLDS), "reset": pick(RESETS), "method": pick(METHODS)}
    cells = NeuronGroup(
        N, equations, refractory=refractory, namespace={"tau": 2 * ms}, name="cells", **settings
    )
    cells.k, cells.theta, cells.q = rng.uniform(0.5, 1.5, (3, N)) * np.array([[1], [0.6], [0.8]])
    cells.v, cells.u = rng.uniform(-0.2, 0.4, (2, N))
    step, sender = np.nonzero(rng.random((STEPS, N_IN)) < 0.15)
    given = SpikeGeneratorGroup(N_IN, sender, step * 0.1 * ms, name="given")
    effects = [pick(EFFECTS), pick(EFFECTS)]
    parts = [given, cells]
    richer = [{"model": "w : 1", "on_pre": effects[0]}, synapses(pick, effects[1])]
    richer = [bare(r) for r in richer] if seed % 2 else richer
    for name, source, more in (("into", given, richer[0]), ("among", cells, richer[1])):
        path = Synapses(source, cells, name=name, **more)
        path.connect(p=1)
        path.w = rng.uniform(-0.1, 0.4, len(path))
        path.pre.delay = rng.integers(0, 4, len(path)) * 0.1 * ms
        parts.append(path)
    net = brian2.Network(*parts)
    if rng.random() < 0.5:
        net.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]
    spikes = np.zeros((STEPS, 1, N_IN))
    spikes[step, 0, sender] = 1
    return net, {"given": spikes}, f"{equations} {settings} {refractory} {richer} {gate}"


def look(seed: int) -> str:
    """What the derivation says of a network: ``"right"``, or why it refuses it.

    Raises
    ------
    AssertionError
        If it is silently wrong.
    """
    net, inputs, words = network(seed)
    trained = {"cells": ("theta", "tau", "v"), "into": "w", "among": "w"}
    try:
        trace = derive(net, trained, {}).run(inputs, STEPS)
        table = check_gradient(net, trained, inputs, STEPS, 0.4, {}, most=1)
    except (DerivationError, brian2.stateupdaters.base.UnsupportedEquationsException) as error:
        return f"refused: {error}"
    assert table["error"].max() < 1e-5, f"seed {seed}: {words}\n{table}"
    monitor = brian2.SpikeMonitor(net["cells"])
    net.add(monitor)
    net.run(STEPS * 0.1 * ms, namespace={})
    step, _, neuron = np.nonzero(trace.spikes["cells"])
    order = np.lexsort((monitor.i, np.rint(monitor.t / (0.1 * ms))))
    theirs = np.stack([np.rint(monitor.t / (0.1 * ms))[order], np.asarray(monitor.i)[order]])
    assert np.array_equal(np.stack([step, neuron]), theirs), f"seed {seed}: {words}"
    return f"right, {step.size} spikes, {table['error'].max():.1e}"


def main() -> None:
    """Look at many."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1000)
    given = parser.parse_args()
    brian2.prefs.codegen.target = "numpy"
    brian2.defaultclock.dt = 0.1 * ms
    for seed in range(given.seed, given.seed + given.n):
        try:
            found = look(seed)
        except Exception as error:
            found = f"WRONG {type(error).__name__} {error}"
        sys.stdout.write(f"{seed} {found}\n")


if __name__ == "__main__":
    main()
