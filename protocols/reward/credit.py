"""One synapse of a network is rewarded seconds after it was active, and grows above the others.

(Izhikevich 2007.)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from brainsnn.analysis.paper import DISTAL
from brainsnn.config import Config
from brainsnn.engine import Engine
from brainsnn.engine.traces import Trace
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
)
from brainsnn.experiment.in_engine import seeds_in_engine
from brainsnn.learning.local import RewardSTDP
from brainsnn.network.model import Model
from brainsnn.protocols.reward import credit_page as credit_page
from brainsnn.protocols.reward.credit_inputs import Inputs, coincidences
from brainsnn.protocols.reward.credit_network import RECORDED, TAUGHT, CreditNetwork, firsts, pairs
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

#: Seconds of which eligibility and dopamine are kept, from the first rewarded spike on.
SHOWN = 6
TRACE = ("time", "eligibility", "dopamine")
#: Part of the largest weight from which on a synapse has reached it.
REACHED = 0.95


class Delay(Config):
    """Seconds between what is rewarded and its reward, drawn evenly.

    Parameters
    ----------
    low, high : float
        In s; at least 1, the length of a piece.
    """

    low: float = Field(ge=1)
    high: float = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Delay:
        if self.high < self.low:
            raise ValueError(f"high must be low, {self.low}, or more, got {self.high}")
        return self


class CreditConfig(ExperimentConfig):
    """Settings of the experiment ``rstdp-credit``.

    Parameters
    ----------
    delays : tuple of Delay, default 1 to 3, and 10 to 30 s
        Each is a condition; the first is the paper's, the second is past the eligibility's 1 s.
    duration : int, default 3600
        Seconds that pass, in pieces of one; what is learned, potentials, dopamine and eligibility
        go on from one to the next.
    window : float, default 20
        Longest time in ms from a spike of the source to one of the target that is rewarded.
    reward, tonic : float, default 50 and 0.2
        What a reward adds to dopamine, and what there is of it without.
    every : int, default 10
        Seconds after which weights and rates are kept.
    network : CreditNetwork
    rule : RewardSTDP
    """

    protocol: Literal["rstdp-credit"] = "rstdp-credit"
    seeds: int = Field(default=3, ge=1)
    delays: tuple[Delay, ...] = Field(
        default=(Delay(low=1, high=3), Delay(low=10, high=30)), min_length=1
    )
    duration: int = Field(default=3600, ge=1)
    window: float = Field(default=20.0, gt=0)
    reward: float = Field(default=50.0, ge=0)
    tonic: float = Field(default=0.2, ge=0)
    every: int = Field(default=10, ge=1)
    network: CreditNetwork = CreditNetwork()
    rule: RewardSTDP = RewardSTDP(A_plus=0.1, A_minus=0.15, connections=TAUGHT)

    @property
    def n_steps(self) -> int:
        """Steps of a piece."""
        return round(1e3 / self.network.dt)


class Credit(Experiment[CreditConfig]):
    """The experiment; see the module's docstring."""

    name = "rstdp-credit"
    title = "Credit by delayed reward"
    summary = "A synapse grows above all others by dopamine that comes seconds after its spikes."
    citation: ClassVar[str] = DISTAL
    config = CreditConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "duration=600", "reward=300"),
        "full": ("network.excitatory=800", "network.inhibitory=200", "network.probability=0.1"),
    }

    def model(self, config: CreditConfig) -> Model:
        """Return the network; dopamine falls by itself, and comes back with tonic spikes."""
        inputs = Inputs(config.network, config.n_steps)
        each = inputs.tonic_size(config.tonic, config.rule)
        return config.network.model(self.name, config.rule, config.reward, each)

    def sources(self, config: CreditConfig) -> tuple[RewardSTDP]:
        """Return the rule."""
        return (config.rule,)

    def conditions(self, config: CreditConfig) -> list[Condition[CreditConfig]]:
        """Return a condition for each delay of the reward."""
        return [
            Condition(f"reward after {d.low:g} to {d.high:g} s", _with(config, d), {"delay": d.low})
            for d in config.delays
        ]

    def prepare(self, condition: Condition[CreditConfig]) -> Work:
        """Build the network; each seed chooses a synapse and lets it learn."""
        return partial(seeds_in_engine, condition, self.model(condition.config), _learn, _said)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Weight of the chosen synapse at the end, by condition."""
        means = run.table("results").groupby("condition", sort=False)["chosen"].mean()
        return {f"chosen weight, {name}": float(value) for name, value in means.items()}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        return credit_page.write(self, run, run.config(self.config))


def _with(config: CreditConfig, delay: Delay) -> CreditConfig:
    return config.model_copy(update={"delays": (delay,)})


def _learn(config: CreditConfig, engine: Engine, streams: Streams) -> dict[str, pd.DataFrame]:
    """Let the network learn; see `_Learning`."""
    return _Learning(config, engine, streams).tables()


def _said(found: Any) -> str:
    return f"chosen weight {found['chosen']:.2f}, others {found['others']:.2f}"


class _Learning:
    """One simulation: pieces of a second, and rewards that follow from the spikes of earlier ones.

    Parameters
    ----------
    config : CreditConfig
    engine : Engine
    streams : Streams
    """

    def __init__(self, config: CreditConfig, engine: Engine, streams: Streams) -> None:
        self.config, self.engine = config, engine
        self.inputs = Inputs(config.network, config.n_steps)
        self.encoding, self.delays = streams["encoding"], streams["rewards"]
        engine.set_weights(engine.model.draw_weights(streams))
        recorded = firsts(engine.model)
        self.place = int(streams["chosen"].integers(len(recorded)))
        self.synapse = recorded[self.place]
        source, target = pairs(engine.model)
        self.source, self.target = int(source[self.synapse]), int(target[self.synapse])
        self.weights = engine.weights["output_output"][0]
        self.weights[self.synapse] = 0.0
        self.last = -np.inf
        self.rewards: list[float] = []
        self.begun: int | None = None
        self.spikes = 0
        self.state: list[dict[str, float]] = []
        self.shown: list[pd.DataFrame] = []

    def tables(self) -> dict[str, pd.DataFrame]:
        """Let time pass; ``results`` (a row), ``state`` and ``trace`` over time, ``weights``."""
        for second in range(self.config.duration):
            self._pass(second)
        state = pd.DataFrame(self.state)
        others, chosen = np.delete(self.weights, self.synapse), self.weights[self.synapse]
        top = state.loc[state["chosen"] >= REACHED * self.config.rule.w_max, "time"]
        results = {
            "epochs": self.config.duration,
            "chosen": float(chosen),
            "others": float(others.mean()),
            "below": float((others < chosen).mean()),
            "reached": float(top.iloc[0]) if len(top) else np.nan,
            "rewards": sum(1 for t in self.rewards if t < 1e3 * self.config.duration),
            "rate_first": float(state["rate"].iloc[0]),
            "rate": float(state["rate"].iloc[-1]),
        }
        counts, edges = np.histogram(others, 20, (0.0, self.config.rule.w_max), density=True)
        weights = pd.DataFrame({"start": edges[:-1], "stop": edges[1:], "density": counts})
        trace = pd.concat(self.shown) if self.shown else pd.DataFrame(columns=list(TRACE))
        return {
            "results": pd.DataFrame([results]),
            "state": state,
            "trace": trace,
            "weights": weights,
        }

    def _pass(self, second: int) -> None:
        """Let a second pass, see what of it is rewarded, and keep what is shown."""
        begin, config = 1e3 * second, self.config
        due = np.array([t - begin for t in self.rewards if begin <= t < begin + 1e3])
        recording = self.engine.run(self.inputs.draw(due, self.encoding))
        mine = recording.population == recording.code("output")
        neuron, at = recording.neuron[mine], begin + config.network.dt * recording.step[mine]
        pre, post = (at[neuron == n] for n in (self.source, self.target))
        found = coincidences(np.append(self.last, pre), post, config.window)
        self.last = pre[-1] if pre.size else self.last
        (delay,) = config.delays
        drawn = self.delays.uniform(1e3 * delay.low, 1e3 * delay.high, found.size)
        self.rewards += (found + drawn).tolist()
        self._keep(second, neuron.size, found.size > 0, recording.traces)

    def _keep(self, second: int, spikes: int, rewarded: bool, traces: Mapping[str, Trace]) -> None:
        config = self.config
        self.spikes += spikes
        if rewarded and self.begun is None:
            self.begun = second
        if self.begun is not None and second < self.begun + SHOWN:
            c = traces["output_output.eligibility"].values[0, :, self.place]  # noqa: PD011
            d = traces["output.dopamine"].values[0, :, 0]  # noqa: PD011
            at = second + np.arange(c.size) * 1e-3 * RECORDED
            self.shown.append(pd.DataFrame(dict(zip(TRACE, (at, c, d), strict=True))))
        if (second + 1) % config.every == 0:
            others = np.delete(self.weights, self.synapse)
            self.state.append(
                {
                    "time": second + 1.0,
                    "chosen": float(self.weights[self.synapse]),
                    "mean": float(others.mean()),
                    "highest of 100": float(np.quantile(others, 0.99)),
                    "rate": self.spikes / (config.network.excitatory * config.every),
                }
            )
            self.spikes = 0


PROTOCOL = Credit()
