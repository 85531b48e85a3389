"""One neuron whose inputs compete by STDP: weights part in two, the output becomes irregular.

(Song, Miller and Abbott 2000.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.paper import SONG
from brainsnn.codes import PoissonEncoder
from brainsnn.config import Config
from brainsnn.engine import Engine
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
)
from brainsnn.experiment.in_engine import seeds_in_engine
from brainsnn.learning.local import PairSTDP
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform
from brainsnn.protocols.stdp import balance_page as balance_page
from brainsnn.records import RunDirectory
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.streams import Streams

Rate = Annotated[float, Field(gt=0)]

#: Bins of the weights between 0 and the largest.
BINS = 20


class BalanceNetwork(Config):
    """Settings of the neuron and its inputs; conductances in units of the leak's.

    Parameters
    ----------
    excitatory, inhibitory : int, default 1000 and 200
        Inputs of each kind.
    g_max, g_inhibitory : float, default 0.015 and 0.05
        Conductance that a spike adds, of a weight of 1 and of an inhibitory input.
    inhibitory_rate : float, default 10
        Of each inhibitory input, in 1/s.
    dt : float, default 0.5
        Length of a step in ms.
    """

    excitatory: int = Field(default=1000, ge=1)
    inhibitory: int = Field(default=200, ge=1)
    g_max: float = Field(default=0.015, gt=0)
    g_inhibitory: float = Field(default=0.05, ge=0)
    inhibitory_rate: float = Field(default=10.0, gt=0)
    dt: float = Field(default=0.5, gt=0)

    def model(self, name: str, rule: PairSTDP) -> Model:
        """The neuron, with the rule's strings in its excitatory synapses; weights begin at 1."""
        neuron = Neuron(
            """
            dv/dt = ((-70 - v) + ge*(0 - v) + gi*(-70 - v)) / (20*ms) : 1
            dge/dt = -ge / (5*ms) : 1
            dgi/dt = -gi / (5*ms) : 1
            """,
            threshold="v > -54",
            reset="v = -60",
            initial={"v": -60.0},
            method="euler",
            summary="Leaky, with excitatory and inhibitory conductances; potentials in mV.",
            citation="Song, Miller and Abbott (2000)",
            name="balanced",
        )
        excites = SynapseModel(
            "excites", on_pre="ge_post += g_max*w", equations="w : 1\ng_max : 1 (shared, constant)",
            parameters={"g_max": self.g_max},
        )  # fmt: skip
        inhibits = SynapseModel("inhibits", on_pre="gi_post += w")
        plain = Network(dt=self.dt * 1e-3, name=name)
        plain.add("input", self.excitatory)
        plain.add("inhibition", self.inhibitory)
        plain.add("output", 1, neuron)
        first, other = Uniform(1.0, 1.0), Uniform(self.g_inhibitory, self.g_inhibitory)
        plain.connect("input", "output", synapse=excites, initialiser=first)
        plain.connect("inhibition", "output", synapse=inhibits, initialiser=other)
        return rule.augment(plain)


class BalanceConfig(ExperimentConfig):
    """Settings of the experiment ``stdp-balance``.

    Parameters
    ----------
    rates : tuple of float, default (10, 20, 30, 40)
        Of each excitatory input, in 1/s; each is a condition.
    trials : int, default 200
        Pieces in which time passes; weights go on from one to the next, all else begins anew.
    seconds : float, default 10
        Length of a piece.
    tried : int, default 5
        Pieces in which the first and the last weights are tried, without learning.
    network : BalanceNetwork
    rule : PairSTDP
        The paper's: additive, all pairs, depression 1.05 times potentiation.
    """

    protocol: Literal["stdp-balance"] = "stdp-balance"
    seeds: int = Field(default=3, ge=1)
    rates: tuple[Rate, ...] = Field(default=(10.0, 20.0, 30.0, 40.0), min_length=1)
    trials: int = Field(default=200, ge=1)
    seconds: float = Field(default=10.0, gt=0)
    tried: int = Field(default=5, ge=1)
    network: BalanceNetwork = BalanceNetwork()
    rule: PairSTDP = PairSTDP(A_plus=0.005, A_minus=0.00525, connections=("input_output",))

    @property
    def n_steps(self) -> int:
        """Steps of a piece."""
        return round(1e3 * self.seconds / self.network.dt)

    def inputs(self, rng: np.random.Generator) -> SpikeTrains:
        """Input spikes of one piece, at the first rate."""
        net = self.network
        sizes, rates = (net.excitatory, net.inhibitory), (self.rates[0], net.inhibitory_rate)
        share = np.repeat(np.array(rates) / max(rates), sizes)[None]
        encoder = PoissonEncoder(self.n_steps, rate_max=max(rates), dt=net.dt * 1e-3, method="gaps")
        return encoder.encode(share, rng)


class Balance(Experiment[BalanceConfig]):
    """The experiment; see the module's docstring."""

    name = "stdp-balance"
    title = "Competition by STDP"
    summary = "Weights of 1,000 Poisson inputs part in two; the output becomes irregular."
    citation: ClassVar[str] = SONG
    config = BalanceConfig
    total: ClassVar[tuple[str, str]] = ("rate", "rate, ")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "rates=[20]", "trials=40"),
    }

    def model(self, config: BalanceConfig) -> Model:
        """Return the network."""
        return config.network.model(self.name, config.rule)

    def sources(self, config: BalanceConfig) -> tuple[Any, ...]:
        """Return the rule and the encoder."""
        return config.rule, PoissonEncoder

    def conditions(self, config: BalanceConfig) -> list[Condition[BalanceConfig]]:
        """Return a condition for each rate."""
        return [
            Condition(f"{r:g} Hz", config.model_copy(update={"rates": (r,)}), {"input_rate": r})
            for r in config.rates
        ]

    def prepare(self, condition: Condition[BalanceConfig]) -> Work:
        """Build the network; each seed lets it learn."""
        model = self.model(condition.config)
        return partial(seeds_in_engine, condition, model, _learn, _said)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        return balance_page.write(self, run, run.config(self.config))


def _said(found: Any) -> str:
    return f"CV {found['cv_before']:.2f} before, {found['cv']:.2f} after"


def _learn(config: BalanceConfig, engine: Engine, streams: Streams) -> dict[str, pd.DataFrame]:
    """Let the neuron learn; tables ``results`` (a row), ``state`` over time, and ``weights``."""
    engine.set_weights(engine.model.draw_weights(streams))
    weights, rng, rows = engine.weights["input_output"], streams["encoding"], []
    before = _tried(config, engine, streams)
    for trial in range(config.trials):
        found = engine.run(config.inputs(rng))
        when = {"time": (trial + 1) * config.seconds}
        rows.append({**when, **_of_spikes(config, [found]), **_of_weights(weights)})
    after = {**_tried(config, engine, streams), **_of_weights(weights)}
    both = {**{f"{name}_before": value for name, value in before.items()}, **after}
    counts, edges = np.histogram(weights, BINS, (0.0, config.rule.w_max))
    return {
        "results": pd.DataFrame([{"epochs": config.trials, **both}]),
        "state": pd.DataFrame(rows),
        "weights": pd.DataFrame(
            {"connection": "input_output", "start": edges[:-1], "stop": edges[1:], "count": counts}
        ),
    }


def _tried(config: BalanceConfig, engine: Engine, streams: Streams) -> dict[str, float]:
    """Rate and CV of the output with the present weights, without learning; the same inputs."""
    fixed, rng = engine.fixed(), streams.fresh("encoding tried")
    return _of_spikes(config, [fixed.run(config.inputs(rng)) for _ in range(config.tried)])


def _of_spikes(config: BalanceConfig, pieces: Sequence[Recording]) -> dict[str, float]:
    """Rate in 1/s and CV of the intervals, within pieces, of the output's spikes."""
    steps = [piece.step[piece.population == piece.code("output")] for piece in pieces]
    gaps = np.concatenate([np.diff(one) for one in steps])
    spikes = sum(one.size for one in steps)
    cv = float(gaps.std() / gaps.mean()) if gaps.size > 1 else np.nan
    return {"rate": spikes / (len(pieces) * config.seconds), "cv": cv}


def _of_weights(weights: NDArray[np.float64]) -> Mapping[str, float]:
    """Mean weight, and the shares in the lowest and the highest fifth."""
    return {
        "mean_weight": float(weights.mean()),
        "low": float((weights < 0.2).mean()),
        "high": float((weights > 0.8).mean()),
    }


PROTOCOL = Balance()
