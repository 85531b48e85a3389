"""Neurons as users write them in Brian2; every one is derived and checked by the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    Quantity,
    SpikeGeneratorGroup,
    Synapses,
    ms,
    mV,
    nS,
    pA,
    pF,
)

from brainsnn.learning.equations.eventprop import SpikeTimes


@dataclass(frozen=True)
class Neuron:
    """One neuron: its strings, where arriving spikes go, what is trained.

    Parameters
    ----------
    equations, threshold, reset, refractory, method
        As `NeuronGroup` takes them.
    on_pre : str
        Of the synapses.
    unit : str
        Of the weights.
    weight, scale : float
        Size of the weights and scale of the margin, in SI units.
    constants : dict
        Of the namespace.
    values, start : dict
        Parameters, and first values of states.
    trained : tuple of str
    """

    equations: str
    threshold: str
    reset: str
    on_pre: str
    unit: str
    weight: float
    scale: float
    method: str = "exact"
    refractory: Any = False
    constants: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    start: dict[str, Any] = field(default_factory=dict)
    trained: tuple[str, ...] = ()

    def group(self, n: int, name: str) -> NeuronGroup:
        """A group of it."""
        group = NeuronGroup(
            n,
            self.equations,
            threshold=self.threshold,
            reset=self.reset,
            refractory=self.refractory,
            method=self.method,
            namespace=self.constants,
            name=name,
        )
        for variable, value in {**self.values, **self.start}.items():
            setattr(group, variable, value)
        return group

    def synapses(self, source: Any, target: NeuronGroup, name: str) -> Synapses:
        """Synapses onto it, not connected yet."""
        model = f"w : {self.unit}"
        return Synapses(
            source, target, model, on_pre=self.on_pre, namespace=self.constants, name=name
        )


_CURRENT = "\ndcurrent/dt = -current/tau_s : "

NEURONS: dict[str, Neuron] = {
    "leaky": Neuron(
        "dv/dt = (current - v)/tau : volt (unless refractory)" + _CURRENT + "volt\ntheta : volt",
        "v > theta",
        "v = 0*mV",
        "current_post += w",
        "volt",
        25e-3,
        3e-3,
        refractory=2 * ms,
        constants={"tau": 10 * ms, "tau_s": 5 * ms},
        values={"theta": 15 * mV},
        trained=("tau", "tau_s", "theta"),
    ),
    "adaptive leaky": Neuron(
        "dv/dt = -v/tau : 1\nda/dt = -a/tau_a : 1\nbeta : 1\nA = 1 + beta*a : 1",
        "v > A",
        "v -= A; a += 1",
        "v_post += w",
        "1",
        0.8,
        0.3,
        constants={"tau": 20 * ms, "tau_a": 200 * ms},
        values={"beta": 0.2},
        trained=("tau", "tau_a", "beta"),
    ),
    "adaptive exponential": Neuron(
        "dv/dt = (gL*(EL - v) + gL*DT*exp((v - VT)/DT) - u + current)/C : volt\n"
        "du/dt = (a*(v - EL) - u)/tau_w : amp" + _CURRENT + "amp\nb : amp",
        "v > VT + 3*DT",
        "v = VR; u += b",
        "current_post += w",
        "amp",
        3e-9,
        4e-3,
        "rk2",
        constants={
            "gL": 30 * nS,
            "EL": -70.6 * mV,
            "VT": -50.4 * mV,
            "DT": 2 * mV,
            "C": 281 * pF,
            "a": 4 * nS,
            "tau_w": 144 * ms,
            "tau_s": 5 * ms,
            "VR": -70.6 * mV,
        },
        values={"b": 80.5 * pA},
        start={"v": -70.6 * mV},
        trained=("b", "a", "VT", "tau_w"),
    ),
    "exponential": Neuron(
        "dv/dt = (EL - v + DT*exp((v - VT)/DT) + current)/tau : volt" + _CURRENT + "volt",
        "v > VT + 3*DT",
        "v = EL",
        "current_post += w",
        "volt",
        60e-3,
        4e-3,
        "rk4",
        constants={"EL": -65 * mV, "VT": -50 * mV, "DT": 2 * mV, "tau": 10 * ms, "tau_s": 5 * ms},
        start={"v": -65 * mV},
        trained=("VT", "DT", "tau"),
    ),
    "quadratic": Neuron(
        "dv/dt = (v**2 + I0 + current)/tau : 1" + _CURRENT + "1\nI0 : 1",
        "v > 5",
        "v = -5",
        "current_post += w",
        "1",
        4.0,
        1.0,
        "heun",
        constants={"tau": 10 * ms, "tau_s": 5 * ms},
        values={"I0": 0.3},
        start={"v": -1.0},
        trained=("I0", "tau"),
    ),
    "Izhikevich": Neuron(
        "dv/dt = (0.04*v**2/mV + 5*v + 140*mV - u + current)/ms : volt\n"
        "du/dt = a*(b*v - u)/ms : volt" + _CURRENT + "volt\na : 1\nd : volt",
        "v > 30*mV",
        "v = -65*mV; u += d",
        "current_post += w",
        "volt",
        15e-3,
        10e-3,
        "euler",
        constants={"b": 0.2, "tau_s": 5 * ms},
        values={"a": 0.02, "d": 8 * mV},
        start={"v": -65 * mV, "u": -13 * mV},
        trained=("a", "d", "b"),
    ),
    "bursting": Neuron(
        "dv/dt = (0.04*v**2/mV + 5*v + 140*mV - u + current)/ms : volt\n"
        "du/dt = 0.02*(0.2*v - u)/ms : volt" + _CURRENT + "volt\nc : volt",
        "v > 30*mV",
        "v = c; u += 2*mV",
        "current_post += w",
        "volt",
        15e-3,
        10e-3,
        "euler",
        constants={"tau_s": 5 * ms},
        values={"c": -50 * mV},
        start={"v": -65 * mV, "u": -13 * mV},
        trained=("c",),
    ),
    "conductances": Neuron(
        "dv/dt = (gl*(El - v) + ge*(Ee - v) + gi*(Ei - v))/Cm : volt (unless refractory)\n"
        "dge/dt = -ge/taue : siemens\ndgi/dt = -gi/taui : siemens\ngl : siemens",
        "v > VT",
        "v = El",
        "ge_post += w",
        "siemens",
        10e-9,
        3e-3,
        "exponential_euler",
        refractory="3*ms",
        constants={
            "El": -60 * mV,
            "Ee": 0 * mV,
            "Ei": -80 * mV,
            "Cm": 200 * pF,
            "VT": -50 * mV,
            "taue": 5 * ms,
            "taui": 10 * ms,
        },
        values={"gl": 10 * nS},
        start={"v": -60 * mV},
        trained=("gl", "taue", "VT", "Ee"),
    ),
    "Hodgkin-Huxley": Neuron(
        """
        dv/dt = (gl*(El - v) + ge*(Ee - v) - gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK))/Cm : volt
        dm/dt = alpha_m*(1 - m) - beta_m*m : 1
        dn/dt = alpha_n*(1 - n) - beta_n*n : 1
        dh/dt = alpha_h*(1 - h) - beta_h*h : 1
        dge/dt = -ge/taue : siemens
        alpha_m = 0.32*4/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
        beta_m = 0.28*5/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
        alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
        beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
        alpha_n = 0.032*5/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
        beta_n = .5*exp((10*mV - v + VT)/(40*mV))/ms : Hz
        gK : siemens
        """,
        "v > -20*mV",
        "",
        "ge_post += w",
        "siemens",
        30e-9,
        8e-3,
        "exponential_euler",
        refractory="v > -20*mV",
        constants={
            "Cm": 200 * pF,
            "gl": 10 * nS,
            "El": -60 * mV,
            "EK": -90 * mV,
            "ENa": 50 * mV,
            "gNa": 20e3 * nS,
            "VT": -63 * mV,
            "taue": 5 * ms,
            "Ee": 0 * mV,
        },
        values={"gK": 6e3 * nS},
        start={"v": -60 * mV, "m": 0.05, "h": 0.6, "n": 0.3},
        trained=("gK", "gNa", "VT"),
    ),
    "spike response, alpha kernel": Neuron(
        "dv/dt = (x - v)/tau : 1\ndx/dt = -x/tau_x : 1\neta : 1",
        "v > 1",
        "v -= eta",
        "x_post += w",
        "1",
        3.0,
        0.3,
        constants={"tau": 10 * ms, "tau_x": 6 * ms},
        values={"eta": 1.5},
        trained=("tau", "tau_x", "eta"),
    ),
    "generalised, three levels": Neuron(
        "dv/dt = (-v + current - I1 - I2)/tau : 1\ndI1/dt = -I1/(20*ms) : 1\n"
        "dI2/dt = -I2/(100*ms) : 1\ndtheta/dt = (1 - theta)/tau_t : 1" + _CURRENT + "1\njump : 1",
        "v > theta",
        "v = 0.2*v; I1 = 0.5*I1 + 0.3; I2 += 0.1; theta += jump",
        "current_post += w",
        "1",
        2.0,
        0.3,
        constants={"tau": 10 * ms, "tau_s": 5 * ms, "tau_t": 30 * ms},
        values={"jump": 0.2},
        trained=("jump", "tau", "tau_t"),
    ),
    "noisy, once": Neuron(
        "dv/dt = (clip(current, 0*mV, 40*mV) - v)/tau + sigma*xi*tau**-0.5"
        " : volt (unless refractory)"
        + _CURRENT
        + "volt\ntheta : volt\nref : second\nfired : boolean",
        "v > theta and not fired",
        "v = 0*mV; fired = True",
        "current_post += w",
        "volt",
        25e-3,
        3e-3,
        "euler",
        refractory="ref",
        constants={"tau": 10 * ms, "tau_s": 5 * ms, "sigma": 3 * mV},
        values={"theta": 15 * mV, "ref": 2 * ms},
        trained=("tau", "theta", "sigma"),
    ),
    "multiplicative noise": Neuron(
        "dv/dt = (1.2 - v)/tau + sigma*v*xi*tau**-0.5 : 1\nsigma : 1",
        "v > 1",
        "v = 0.1",
        "v_post += w",
        "1",
        0.4,
        0.2,
        "milstein",
        constants={"tau": 10 * ms},
        values={"sigma": 0.2},
        trained=("tau", "sigma"),
    ),
}


def _joined(
    name: str, given: SpikeGeneratorGroup, n: int, rng: np.random.Generator
) -> tuple[Network, Synapses]:
    """A recurrent group, not all of its pairs connected, and its recurrent synapses."""
    neuron, size = NEURONS[name], len(given)
    cells = neuron.group(n, "cells")
    into, among = neuron.synapses(given, cells, "into"), neuron.synapses(cells, cells, "among")
    into.connect()
    among.connect(condition="i != j")
    into.w = Quantity(neuron.weight * rng.uniform(0.1, 1, size * n), dim=into.w.dim)
    among.w = Quantity(neuron.weight * rng.normal(0, 0.3, len(among)), dim=into.w.dim)
    return Network(given, cells, into, among), among


def steps_of(name: str, seed: int, first: bool = False) -> tuple[Network, Any, Any, int]:
    """Four recurrent neurons with delays of their own, given spikes, what is trained, steps."""
    n_steps, n_in = 120, 5
    rng = np.random.default_rng(seed)
    times, senders = np.sort(rng.integers(0, n_steps, 40)), rng.integers(0, n_in, 40)
    senders, times = np.unique(np.stack([senders, times]), axis=1)
    given = SpikeGeneratorGroup(n_in, senders, times * 0.1 * ms, name="given")
    network, among = _joined(name, given, 4, rng)
    among.delay = rng.integers(0, 8, len(among)) * 0.1 * ms
    if first:
        network.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]
    spikes = np.zeros((n_steps, 1, n_in))
    spikes[times, 0, senders] = 1
    trained = {"cells": NEURONS[name].trained, "into": "w", "among": "w"}
    return network, {"given": spikes}, trained, n_steps


def events_of(name: str, seed: int) -> tuple[Network, dict[str, SpikeTimes], Any, float]:
    """Two recurrent neurons in continuous time, given spikes, what is trained, seconds."""
    n_in, until = 4, 0.012
    rng = np.random.default_rng(seed)
    given = SpikeGeneratorGroup(n_in, [], [] * ms, name="given")
    network, among = _joined(name, given, 2, rng)
    among.delay = rng.uniform(0, 0.8, len(among)) * ms
    senders, when = rng.integers(0, n_in, 16), np.sort(rng.uniform(0, 0.9 * until, 16))
    trained = {"cells": NEURONS[name].trained, "into": "w", "among": ("w", "delay")}
    return network, {"given": SpikeTimes.of([(senders, when)])}, trained, until
