"""Neurons of the library as text, and their examples as figures, for the command line."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine import build_engine
from brainsnn.network.constants import constant
from brainsnn.network.network import Network
from brainsnn.network.neurons.library import LIBRARY, LibraryNeuron
from brainsnn.spikes import SpikeTrains


def shown(name: str, figure: Path | None = None) -> str:
    """Equations, parameters, patterns and source of a neuron; or which neurons there are.

    Parameters
    ----------
    name : str
        Of `LIBRARY`, a firing pattern behind a colon (``adex:tonic``); empty for a list.
    figure : path, optional
        File to draw the example to; its suffix says how.

    Raises
    ------
    ConfigError
        If there is no such neuron or pattern.
    """
    if not name:
        return "\n".join(f"{k:16} {entry.neuron.summary}" for k, entry in sorted(LIBRARY.items()))
    own, _, pattern = name.partition(":")
    entry = LIBRARY[own]
    text = described(own, entry, pattern or None)
    if figure is None:
        return text
    draw(entry, pattern or None, figure)
    return f"{text}\n\nExample drawn to {figure}."


def described(name: str, entry: LibraryNeuron, pattern: str | None) -> str:
    """What there is to know of a neuron, as text."""
    neuron = entry.example(pattern)
    values = {k: _plain(v) for k, v in neuron.parameters.items()}
    equations = textwrap.dedent(neuron.equations).strip()
    lines = [f"{name}: {neuron.summary}", f"Source: {neuron.citation}", "", "Equations:"]
    lines += [f"  {line.rstrip()}" for line in equations.splitlines() if line.strip()]
    lines += [f"Threshold: {neuron.threshold}", f"Reset: {neuron.reset or 'none'}"]
    if neuron.refractory:
        lines.append(f"Refractory: {neuron.refractory}")
    lines += [f"Method: {neuron.method or 'exact if linear, else euler'}", "", "Parameters:"]
    lines += [f"  {k} = {v}" for k, v in values.items()]
    if entry.patterns:
        lines += ["", "Firing patterns:", *textwrap.wrap(", ".join(entry.patterns), 96)]
    return "\n".join(lines)


def _plain(value: object) -> str:
    """A quantity with its unit, rounding of its conversion left out."""
    return re.sub(r"(\d\.\d*?)(0{6,}\d+|9{6,}\d+)", lambda m: f"{float(m[0]):.6g}", str(value))


def traced(
    entry: LibraryNeuron, pattern: str | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Potential of the example at each step.

    Returns
    -------
    time, potential, spikes : array of float
        In seconds, in the neuron's unit, and the seconds of its spikes.
    """
    dt, duration = (float(constant(text)) for text in (entry.dt, entry.duration))
    n_steps = round(duration / dt)
    network = Network(dt=entry.dt, name="example")
    network.add("input", 1)
    network.add("cell", 1, entry.example(pattern))
    network.record("cell", "v")
    with build_engine("runtime", network, n_steps) as engine:
        found = engine.run(SpikeTrains.from_first_steps(np.array([[n_steps]]), n_steps))
    frame = found.to_frame()
    spikes = frame.loc[frame["population"] == "cell", "step"].to_numpy(np.float64) * dt
    potential = np.asarray(found.traces["cell.v"].values, np.float64).ravel()
    time: NDArray[np.float64] = np.arange(n_steps, dtype=np.float64) * np.float64(dt)
    return time, potential, spikes


def draw(entry: LibraryNeuron, pattern: str | None, path: Path) -> None:
    """Write a figure of the example: potential over time, spikes marked above it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    time, potential, spikes = traced(entry, pattern)
    in_volts = "volt" in entry.neuron.equations.partition("dv/dt")[2].partition("\n")[0]
    figure = Figure(figsize=(7.2, 2.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    values = potential * 1e3 if in_volts else potential
    top = np.percentile(values, 99.5) if spikes.size else values.max()
    axes.plot(1e3 * time, np.minimum(values, top), color="#0072b2", lw=1)
    axes.plot(1e3 * spikes, np.full(spikes.size, top), "|", color="#d55e00", ms=9)
    axes.set(xlabel="Time (ms)", ylabel="Potential (mV)" if in_volts else "Potential")
    axes.set_title(f"{entry.neuron.name} {pattern or ''}".strip(), loc="left")
    figure.savefig(path)
