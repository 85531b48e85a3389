"""Tasks of networks with gated synapses: XOR of two pulses after a delay, and signals repeated."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from brainsnn.config import Config

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GatedTrials:
    """Trials of a task.

    Parameters
    ----------
    inputs : array, shape (trials, steps, inputs)
    wanted : array, shape (trials, steps, outputs)
    read : array of bool, shape (trials, steps)
        When outputs are judged; the loss is of all steps.
    """

    inputs: Floats
    wanted: Floats
    read: NDArray[np.bool_]


class GatedTask(Config):
    """A task, and what of the network goes with it.

    Parameters
    ----------
    tau_s : float
        Decay of synaptic currents, in ms.
    bias : float
        Mean of the first drives of the neurons: above 0 they spike by themselves.
    """

    tau_s: float = Field(gt=0)
    bias: float

    @abstractmethod
    def draw(self, n: int, dt: float, rng: np.random.Generator) -> GatedTrials:
        """Draw `n` trials in steps of `dt` ms."""

    @abstractmethod
    def score(self, output: Floats, trials: GatedTrials) -> float:
        """How well outputs, shape (trials, steps, outputs), do: 1 at best."""


class DelayedXor(GatedTask):
    """Were the signs of two pulses different? To be said on a cue, after a delay.

    A channel for each sign, one for the cue, during which the output is to be 1 (different) or -1,
    and 0 before. A trial is right if the mean output on the cue has the sign that is wanted.

    Parameters
    ----------
    tau_s, bias
        See `GatedTask`.
    before, pulse, apart, cue : float, default 20, 60, 40 and 100
        Time before the first pulse, length of both pulses, time between them, length of the cue,
        in ms.
    shortest, longest : float, default 20 and 200
        Of the delay from the second pulse to the cue, drawn evenly, in ms.
    latency : float, default 20
        From the begin of the cue to that of the answer, in ms.
    """

    tau_s: float = Field(default=100.0, gt=0)
    bias: float = 0.0
    before: float = Field(default=20.0, ge=0)
    pulse: float = Field(default=60.0, gt=0)
    apart: float = Field(default=40.0, ge=0)
    cue: float = Field(default=100.0, gt=0)
    shortest: float = Field(default=20.0, ge=0)
    longest: float = Field(default=200.0, ge=0)
    latency: float = Field(default=20.0, ge=0)

    @model_validator(mode="after")
    def _orders(self) -> Self:
        if self.longest < self.shortest or self.latency >= self.cue:
            raise ValueError("shortest must not exceed longest, and latency must be below cue")
        return self

    def draw(self, n: int, dt: float, rng: np.random.Generator) -> GatedTrials:
        """See `GatedTask`."""
        begins = np.array([self.before, self.before + self.pulse + self.apart])
        over = begins[1] + self.pulse
        t = np.arange(round((over + self.longest + self.cue) / dt)) * dt
        positive = rng.integers(0, 2, (n, 2)).astype(bool)
        cue = over + rng.uniform(self.shortest, self.longest, (n, 1))
        inputs = np.zeros((n, t.size, 3))
        for begin, sign in zip(begins, positive.T, strict=True):
            on = (t >= begin) & (t < begin + self.pulse)
            inputs[:, :, 0] += on & sign[:, None]
            inputs[:, :, 1] += on & ~sign[:, None]
        inputs[:, :, 2] = (t >= cue) & (t < cue + self.cue)
        read = (t >= cue + self.latency) & (t < cue + self.cue)
        answer = np.where(positive[:, 0] ^ positive[:, 1], 1.0, -1.0)
        return GatedTrials(inputs, (read * answer[:, None])[:, :, None], read)

    def score(self, output: Floats, trials: GatedTrials) -> float:
        """Share of trials that are right."""
        said = (output[:, :, 0] * trials.read).sum(axis=1)
        return float((np.sign(said) == np.sign(trials.wanted[:, :, 0].sum(axis=1))).mean())


class Coding(GatedTask):
    """Smooth signals repeated by the outputs, whose error the spikes have to keep small.

    Each signal is a sum of sines. What is scored is the share of the signals' power that the
    outputs explain: 1 - (sum of squares of the errors) / (sum of squares of the signals).

    Parameters
    ----------
    tau_s, bias
        See `GatedTask`.
    signals : int, default 2
    duration : float, default 600
        Of a trial, in ms.
    settling : float, default 100
        Time before outputs are judged, in ms.
    terms : int, default 3
        Sines a signal, of random phase and of normal amplitudes, for a power of 1/2 in the mean.
    slowest, fastest : float, default 0.5 and 4
        Their frequencies, drawn evenly, in Hz.
    """

    tau_s: float = Field(default=20.0, gt=0)
    bias: float = 0.2
    signals: int = Field(default=2, ge=1)
    duration: float = Field(default=600.0, gt=0)
    settling: float = Field(default=100.0, ge=0)
    terms: int = Field(default=3, ge=1)
    slowest: float = Field(default=0.5, gt=0)
    fastest: float = Field(default=4.0, gt=0)

    @model_validator(mode="after")
    def _orders(self) -> Self:
        if self.fastest < self.slowest or self.settling >= self.duration:
            raise ValueError("slowest must not exceed fastest, and settling be below duration")
        return self

    def draw(self, n: int, dt: float, rng: np.random.Generator) -> GatedTrials:
        """See `GatedTask`."""
        t = np.arange(round(self.duration / dt)) * dt
        shape = (n, 1, self.signals, self.terms)
        turns = rng.uniform(self.slowest, self.fastest, shape) * t[:, None, None] / 1000
        phases = rng.uniform(0, 2 * np.pi, shape)
        sizes = rng.normal(0, 1 / np.sqrt(self.terms), shape)
        signals = (sizes * np.sin(2 * np.pi * turns + phases)).sum(axis=3)
        read = np.broadcast_to(t >= self.settling, (n, t.size))
        return GatedTrials(signals, signals, read)

    def score(self, output: Floats, trials: GatedTrials) -> float:
        """Share of the signals' power that is explained; below 0 if outputs make it worse."""
        wanted = trials.wanted[trials.read]
        return float(1 - ((output[trials.read] - wanted) ** 2).sum() / (wanted**2).sum())
