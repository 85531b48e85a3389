"""One neuron finds a piece of 50 ms that repeats among its inputs, and answers at its start.

(Masquelier, Guyonneau and Thorpe 2008.)
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import PATTERN
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
from brainsnn.protocols.stdp import pattern_page as pattern_page
from brainsnn.protocols.stdp.pattern_inputs import PatternInputs, Times, on_steps
from brainsnn.protocols.stdp.pattern_measures import (
    Answers,
    answers,
    by_part,
    histogram,
    summary,
)
from brainsnn.protocols.stdp.pattern_network import PatternNetwork
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

#: Length in ms of what is kept of the potential.
SHOWN = 500


class PatternConfig(ExperimentConfig):
    """Settings of the experiment ``stdp-pattern``.

    Parameters
    ----------
    trials : int, default 45
        Pieces in which time passes; weights and the potential go on from one to the next, traces
        begin anew. The last third is what success is judged by.
    windows : int, default 200
        Of the length of a pattern, in each piece.
    network : PatternNetwork
    inputs : PatternInputs
    rule : PairSTDP
        The paper's: additive, each spike with its neighbour only, depression 0.85 times
        potentiation.
    """

    protocol: Literal["stdp-pattern"] = "stdp-pattern"
    seeds: int = Field(default=50, ge=1)
    trials: int = Field(default=45, ge=3)
    windows: int = Field(default=200, ge=4)
    network: PatternNetwork = PatternNetwork()
    inputs: PatternInputs = PatternInputs()
    rule: PairSTDP = PairSTDP(
        A_plus=0.03125,
        A_minus=0.85 * 0.03125,
        tau_plus="16.8*ms",
        tau_minus="33.7*ms",
        pairing="reduced_symmetric",
        connections=("input_output",),
    )

    @property
    def duration(self) -> int:
        """Of a piece, in ms."""
        return self.windows * self.inputs.length

    @property
    def n_steps(self) -> int:
        """Steps of a piece."""
        return round(self.duration / self.network.dt)

    @property
    def every(self) -> int:
        """Steps after which the potential is recorded, about a ms."""
        return max(1, round(1 / self.network.dt))

    @property
    def kept(self) -> tuple[int, int, int]:
        """Pieces of which the potential and the weights are kept: the first, second and last."""
        return 0, 1, self.trials - 1


class Pattern(Experiment[PatternConfig]):
    """The experiment; see the module's docstring."""

    name = "stdp-pattern"
    title = "A pattern found by STDP"
    summary = "A neuron with 2,000 inputs finds a repeating piece of 50 ms, and its start."
    citation: ClassVar[str] = PATTERN
    config = PatternConfig
    total: ClassVar[tuple[str, str]] = ("success", "fraction that succeeded, ")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "trials=15", "network.inputs=1000", "network.threshold=250"),
    }

    def model(self, config: PatternConfig) -> Model:
        """Return the network; its potential is recorded once a ms."""
        return config.network.model(self.name, config.rule, config.every)

    def sources(self, config: PatternConfig) -> tuple[PairSTDP]:
        """Return the rule."""
        return (config.rule,)

    def conditions(self, config: PatternConfig) -> list[Condition[PatternConfig]]:
        """Return the one that there is, by the number of its inputs."""
        return [Condition(f"{config.network.inputs:,} inputs", config)]

    def prepare(self, condition: Condition[PatternConfig]) -> Work:
        """Build the network; each seed lets it learn."""
        return partial(seeds_in_engine, condition, self.model(condition.config), _learn, _said)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        return pattern_page.write(self, run, run.config(self.config))


def _said(found: Any) -> str:
    return f"hits {found['hits']:.1%}, {found['false_alarms']:.0f} false alarms"


def _learn(config: PatternConfig, engine: Engine, streams: Streams) -> dict[str, pd.DataFrame]:
    """Let the neuron learn; tables ``results`` (a row), ``spikes`` and others over time."""
    engine.set_weights(engine.model.draw_weights(streams))
    rng, n = streams["encoding"], config.network.inputs
    pattern = config.inputs.pattern(n, rng)
    weights = engine.weights["input_output"][:, 0]
    found: list[Answers] = []
    tables: dict[str, list[pd.DataFrame]] = {"parts": [], "potential": [], "weights": []}
    for trial in range(config.trials):
        when = (trial + 1) * config.duration * 1e-3
        answer, potential = _piece(config, engine, pattern, rng)
        found.append(answer)
        tables["parts"].append(by_part(weights, pattern, config.inputs.length).assign(time=when))
        if trial in config.kept:
            shown = potential[:SHOWN] if trial == 0 else potential[-SHOWN:]
            tables["potential"].append(shown.assign(piece=trial))
            stage = f"after {when:g} s"
            tables["weights"].append(histogram(weights, config.rule.w_max).assign(stage=stage))
    spikes = pd.concat([a.spikes(k * config.duration) for k, a in enumerate(found)])
    spikes.insert(0, "number", np.arange(len(spikes)))
    results = summary(found, config.duration, config.trials // 3)
    part = round(config.inputs.part * n)
    results["in_pattern"] = float((weights[:part] > 0.5).sum() / max(1, (weights > 0.5).sum()))
    rows = pd.DataFrame([{"epochs": config.trials, **results}])
    return {"results": rows, "spikes": spikes, **{k: pd.concat(v) for k, v in tables.items()}}


def _piece(
    config: PatternConfig, engine: Engine, pattern: Times, rng: np.random.Generator
) -> tuple[Answers, pd.DataFrame]:
    """Let one piece pass; the neuron's answers, and its potential each ms."""
    net, inputs = config.network, config.inputs
    times, begins = inputs.piece(pattern, net.inputs, config.windows, rng)
    recording = engine.run(on_steps(times, net.inputs, config.n_steps, net.dt))
    step = recording.step[recording.population == recording.code("output")]
    trace = recording.traces["output.v"]
    values = trace.values[0, :, 0] / net.threshold  # noqa: PD011
    ms = np.arange(values.size) * config.every * net.dt
    inside = np.isin(ms // inputs.length * inputs.length, begins)
    potential = pd.DataFrame({"ms": ms, "potential": values, "presented": inside})
    return answers(step * net.dt, begins, inputs.length), potential


PROTOCOL = Pattern()
