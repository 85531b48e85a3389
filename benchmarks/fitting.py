"""Simulations and seconds that finding a neuron's parameters takes, beside brian2modelfitting.

A recording is a run of AdEx, Hodgkin and Huxley's or Izhikevich's neuron under a fluctuating
current, with noise on every sample. `bs.fit` descends from five drawn starts by gradients of the
trace (recorded spikes reset AdEx and Izhikevich's neuron; the trace leads Hodgkin and Huxley's).
``brian2modelfitting`` searches by differential evolution of nevergrad on the mean squared error of
the trace, within the same bounds, until its error of the parameters is that of `bs.fit`'s, or its
simulations are spent. The error is the mean of the parameters' relative errors, time that of the
processor, compilers included.

Run ``python benchmarks/fitting.py``; the package ``brian2modelfitting`` is optional. Rows are added
to ``results/benchmarks/fitting.csv``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2 import Hz, mV, pA
from rows import Results

import brainsnn as bs
from brainsnn.learning.equations import Spike
from brainsnn.network.neurons import Neuron
from brainsnn.network.neurons.library import adex, hodgkin_huxley, izhikevich
from brainsnn.training.fitting.neuron import CELL, Recorded, derived_neuron

HERE = Path(__file__).parent
START = {
    "AdEx": {"v": "E_L"},
    "Hodgkin-Huxley": {"v": "-65*mV", "m": "0.0529", "h": "0.5961", "n": "0.3177"},
    "Izhikevich": {"v": "-70*mV", "u": "-70*mV*b"},
}
"""First values of states."""

NOISE = 0.5e-3
"""Deviation of the noise, in volts."""

SAMPLES = 100
"""Simulations of a round of differential evolution."""


@dataclass(frozen=True)
class Case:
    """A neuron whose parameters are to be found."""

    name: str
    neuron: Neuron
    bounds: Mapping[str, tuple[Any, Any]]
    dt: float
    mean: float
    spread: float
    slow: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    n_steps: int = 5000

    def stimulus(self, seed: int) -> Any:
        """An Ornstein-Uhlenbeck current."""
        rng, keep = np.random.default_rng(seed), np.exp(-self.dt / self.slow)
        x = np.zeros(self.n_steps)
        for k in range(1, self.n_steps):
            x[k] = keep * x[k - 1] + np.sqrt(1 - keep**2) * rng.normal()
        return self.mean + self.spread * x

    def error(self, found: Mapping[str, float]) -> float:
        """Mean relative error of the parameters, in per cent."""
        truth = {name: float(self.neuron.parameters[name]) for name in self.bounds}
        return float(100 * np.mean([abs(found[k] / v - 1) for k, v in truth.items()]))


CASES = (
    Case(
        "AdEx",
        adex.neuron.with_parameters(V_cut=-30 * mV),
        {
            "g_L": (5e-9, 30e-9),
            "a": (0.0, 10e-9),
            "tau_w": (0.03, 0.6),
            "b": (10 * pA, 200 * pA),
            "V_T": (-58 * mV, -42 * mV),
        },
        *(1e-4, 500e-12, 200e-12, 0.005),
        {"leave_out": 2e-3},
    ),
    Case(
        "Hodgkin-Huxley",
        hodgkin_huxley.neuron,
        {
            "g_Na": (5e-6, 60e-6),
            "g_K": (1e-6, 20e-6),
            "g_L": (1e-8, 3e-7),
            "C": (5e-11, 5e-10),
        },
        *(2e-5, 1.5e-9, 1e-9, 0.002),
        {"pull": 500.0},
    ),
    Case(
        "Izhikevich",
        izhikevich.neuron,
        {
            "a": (5 * Hz, 100 * Hz),
            "b": (100 * Hz, 300 * Hz),
            "c": (-75 * mV, -50 * mV),
            "d": (1.0, 10.0),
        },
        *(1e-4, 10.0, 6.0, 0.005),
        {"leave_out": 2e-3},
    ),
)


def recording(case: Case, seed: int) -> tuple[Any, Any, Any]:
    """Stimulus, noisy potential at the ends of steps before resets, times of spikes."""
    stimulus = case.stimulus(seed)
    some = (next(iter(case.bounds)),)
    given = Recorded(stimulus, "I_ext", case.dt)
    run = derived_neuron(case.neuron, given, some, Spike()).run({}, case.n_steps, n_trials=1)
    v = np.array([state[CELL]["v"] for state in run.threshold]).reshape(-1)
    noise = NOISE * np.random.default_rng(100 + seed).normal(size=v.size)
    return stimulus, v + noise, np.flatnonzero(run.spikes[CELL].reshape(-1)) * case.dt


def processor() -> float:
    """Seconds of processor time so far, those of compilers too: machines may be busy."""
    return sum(os.times()[:4])


def ours(case: Case, given: tuple[Any, Any, Any], seed: int) -> tuple[float, int, float]:
    """Error in per cent, simulations and seconds of `bs.fit`."""
    stimulus, trace, times = given
    spikes = times if "leave_out" in case.settings else None
    begun = processor()
    found = bs.fit(
        case.neuron,
        stimulus,
        trace,
        case.bounds,
        dt=case.dt,
        spikes=spikes,
        starts=5,
        iterations=60,
        seed=seed,
        compiled=True,
        **case.settings,
    )
    return case.error(found.parameters), found.simulations, processor() - begun


def equations_of(case: Case) -> str:
    """The equations with the stimulus left out and what is not searched as numbers."""
    lines = []
    for line in case.neuron.equations.split("\n"):
        name = line.split(":")[0].strip()
        if name == "I_ext":
            continue
        if name in case.neuron.parameters and name not in case.bounds:
            value = case.neuron.parameters[name]
            unit = line.split(":")[1].split("(")[0].split("#")[0].strip()
            line = f"{name} = {float(value)!r}*{unit.replace('1/', '1.0/')} : {unit}"
        lines.append(line.replace("(shared, constant)", "(constant)"))
    return "\n".join(lines)


def theirs(
    case: Case, given: tuple[Any, Any, Any], goal: float, most: int
) -> tuple[float, int, float]:
    """The same of brian2modelfitting, which stops at the goal or after `most` simulations."""
    vars(np).update(NaN=np.nan, float=float, int=int)  # the package was written for NumPy 1
    from brian2modelfitting import MSEMetric, NevergradOptimizer, TraceFitter

    stimulus, trace, times = given
    neuron, weight = case.neuron, np.ones(trace.size)
    if "leave_out" in case.settings:
        width = round(case.settings["leave_out"] / case.dt)
        for k in np.round(times / case.dt).astype(int):
            weight[max(k - width, 0) : k + width + 1] = 0
    fitter = TraceFitter(
        model=equations_of(case),
        input_var="I_ext",
        input=brian2.Quantity(
            stimulus[None], dim=brian2.get_dimensions(neuron.parameters["I_ext"])
        ),
        output_var="v",
        output=np.append(trace[:1], trace[:-1])[None] * brian2.volt,
        threshold=neuron.threshold,
        reset=neuron.reset or None,
        refractory=neuron.refractory,
        method=neuron.method,
        dt=case.dt * brian2.second,
        n_samples=SAMPLES,
        param_init=dict(START[case.name]),
    )
    begun, n, error = processor(), 0, np.inf
    optimizer, metric = NevergradOptimizer("DE"), MSEMetric(t_weights=weight)
    bounds = {k: [_plain(v) * _unit(neuron, k) for v in pair] for k, pair in case.bounds.items()}
    while n < most and error > goal:
        best, _ = fitter.fit(optimizer, metric, n_rounds=1, callback=None, **bounds)
        n, error = n + SAMPLES, case.error({k: float(_plain(v)) for k, v in best.items()})
    return error, n, processor() - begun


def _plain(value: Any) -> float:
    return float(np.asarray(value))


def _unit(neuron: Neuron, name: str) -> Any:
    return brian2.Quantity(1.0, dim=brian2.get_dimensions(neuron.parameters[name]))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, few simulations, no rows")
    parser.add_argument("--most", type=int, default=10_000, help="simulations of the other")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--others", type=int, default=1, help="seeds of which the other runs")
    parser.add_argument("--case", choices=[case.name for case in CASES], help="one of them")
    kept = HERE.parent / "results" / "benchmarks" / "fitting.csv"
    parser.add_argument("--out", type=Path, default=kept, help="where rows are added")
    options = parser.parse_args()
    brian2.prefs.codegen.target = "cython"
    results, most = Results("neuron"), 200 if options.quick else options.most
    for case in [c for c in CASES if options.case in (None, c.name)]:
        for seed in range(1 if options.quick else options.seeds):
            given = recording(case, seed)
            found = ours(case, given, seed)
            label = f"{case.name}, seed {seed}"
            rows = [("bs.fit", found)]
            if seed < options.others:
                rows.append(("brian2modelfitting, DE", theirs(case, given, found[0], most)))
            for name, (error, n, seconds) in rows:
                other = [("bs.fit", v) for v in found] if name != "bs.fit" else [None] * 3
                results.add(f"{name}: error of the parameters", label, error, "%", other[0])
                results.add(f"{name}: simulations", label, n, "", other[1])
                results.add(f"{name}: time", label, seconds, "s", other[2])
    results.print()
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
