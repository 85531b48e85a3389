"""A neuron's spikes, refitted by the likelihood of a spike response model.

The spikes are those of such a model, whose parameters are then known, or of a leaky neuron with
noisy current that the model only resembles. What was fitted is judged on spikes that it was not
fitted to: by how many bits each is better foretold than by the mean rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves
from brainsnn.analysis.paper import PANINSKI
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.engine import build_engine
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
    seed_by_seed,
)
from brainsnn.learning.systems import Fitted, SpikeResponse
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import current
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams
from brainsnn.training import Callback

Floats = NDArray[np.float64]
Length = Annotated[float, Field(gt=0)]
Source = Literal["spike response", "leaky"]

LEAKY = """
    dv/dt = (current - v)/tau_m + noise*sqrt(2/tau_m)*xi : 1
    dcurrent/dt = -current/tau_s : 1
    tau_m : second (shared, constant)
    tau_s : second (shared, constant)
    noise : 1 (shared, constant)
"""
"""The leaky neuron, in mV above rest."""


class FitConfig(ExperimentConfig):
    """Settings of the experiment ``srm-fit``.

    Parameters
    ----------
    sources : tuple of {"spike response", "leaky"}
        Whose spikes; each with every length.
    lengths : tuple of float, default (10, 30, 100)
        Of the recording that is fitted to, in s.
    judged : float, default 100
        Length of the recording that fits are judged by, in s.
    inputs : int, default 20
    rate : float, default 20
        Of each Poisson input, in 1/s.
    mean, sd : float, default 1.5 and 2
        Of the weights, in mV; those of the leaky neuron are `gain` times as large.
    gain : float, default 4
    theta, eta0, rho0 : float, default -60, 6 and 200
        Of the spike response model; time constants are those that `SpikeResponse` has.
    noise : float, default 2
        Deviation of the leaky neuron's potential by its noise, in mV.
    """

    protocol: Literal["srm-fit"] = "srm-fit"
    seeds: int = Field(default=3, ge=1)
    sources: tuple[Source, ...] = Field(default=("spike response", "leaky"), min_length=1)
    lengths: tuple[Length, ...] = Field(default=(10.0, 30.0, 100.0), min_length=1)
    judged: float = Field(default=100.0, gt=0)
    inputs: int = Field(default=20, ge=1)
    rate: float = Field(default=20.0, gt=0, le=500)
    mean: float = 1.5
    sd: float = Field(default=2.0, ge=0)
    gain: float = Field(default=4.0, gt=0)
    theta: float = -60.0
    eta0: float = 6.0
    rho0: float = Field(default=200.0, gt=0)
    noise: float = Field(default=2.0, ge=0)

    @property
    def response(self) -> SpikeResponse:
        """The model, with steps of 1 ms."""
        return SpikeResponse(1e-3, theta=self.theta, eta0=self.eta0, rho0=self.rho0)

    @property
    def distance(self) -> float:
        """From rest to threshold, in mV."""
        return self.theta - self.response.rest


class SRMFit(Experiment[FitConfig]):
    """The experiment; see the module's docstring."""

    name = "srm-fit"
    title = "A neuron refitted to its spikes"
    summary = "Weights and after-potential of a spike response model, found by likelihood."
    citation: ClassVar[str] = PANINSKI
    config = FitConfig
    total: ClassVar[tuple[str, str]] = ("bits", "bits a spike, ")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "lengths=[5, 20]", "judged=20"),
    }

    def model(self, config: FitConfig) -> Model:
        """Return the leaky neuron with its inputs."""
        constants = config.response
        neuron = Neuron(
            LEAKY,
            threshold=f"v > {config.distance:g}",
            reset="v = 0",
            parameters={
                "tau_m": f"{constants.tau_m}*second",
                "tau_s": f"{constants.tau_s}*second",
                "noise": config.noise,
            },
            refractory=f"{constants.refractory}*second",
            method="euler",
            summary="Leaky, with a synaptic current and a noisy one; potentials in mV.",
            citation="Gerstner et al. (2014), section 8.1",
            name="noisy",
        )
        plan = Network(dt=constants.dt, name=self.name)
        plan.add("input", config.inputs)
        plan.add("output", 1, neuron)
        plan.connect("input", "output", synapse=current)
        return plan.frozen()

    def conditions(self, config: FitConfig) -> list[Condition[FitConfig]]:
        """Return every source with every length."""
        return [
            Condition(
                f"{source}, {length:g} s",
                config.model_copy(update={"sources": (source,), "lengths": (length,)}),
                {"source": source, "length": length},
            )
            for source in config.sources
            for length in config.lengths
        ]

    def prepare(self, condition: Condition[FitConfig]) -> Work:
        """Fit a neuron a seed."""
        return partial(_carry_out, condition, self.model(condition.config))

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        config, results = run.config(self.config), run.table("results")
        abstract = (
            f"Spikes of one neuron with {config.inputs} Poisson inputs of {config.rate:g}/s were "
            "refitted by the likelihood of a spike response model, whose time constants were "
            f"given. Fits were judged on {config.judged:g} s of other inputs and spikes. "
            "Nothing was chosen."
        )
        return write_report(self, run, config, abstract, _claims(results), [_section(run, results)])


def _carry_out(
    condition: Condition[FitConfig], model: Model, run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    def of_seed(seed: int) -> dict[str, pd.DataFrame]:
        return {"results": pd.DataFrame([_fitted(condition.config, model, seed)])}

    seed_by_seed(condition, run, callbacks, of_seed, lambda row: f"{row['bits']:.2f} bits a spike")


def _fitted(config: FitConfig, model: Model, seed: int) -> dict[str, float]:
    """Record, fit, and judge by another recording."""
    streams, response = Streams(seed), config.response
    rng = streams["weights"]
    weights = rng.normal(config.mean, config.sd, (config.inputs, 1))
    steps = [round(length / response.dt) for length in (config.lengths[0], config.judged)]
    recorded, other = (
        _record(config, model, streams, weights, part, n)
        for part, n in zip(("fitted", "judged"), steps, strict=True)
    )
    found = response.fit(recorded[0], recorded[1][:, 0])
    row = {
        "spikes": int(recorded[1].sum()),
        "bits": _bits(found.model, found.weights[:, None], *other),
        "theta": found.model.theta,
        "eta0": found.model.eta0,
    }
    if config.sources[0] == "leaky":
        return row
    return (
        row
        | _beside_truth(response, weights, found)
        | {"bits_truth": _bits(response, weights, *other)}
    )


def _record(
    config: FitConfig, model: Model, streams: Streams, weights: Floats, part: str, n_steps: int
) -> tuple[Any, Any]:
    """Inputs and output spikes as rasters."""
    response, rng = config.response, streams.fresh(f"inputs {part}")
    inputs = rng.random((n_steps, config.inputs)) < config.rate * response.dt
    if config.sources[0] == "spike response":
        draws = streams.fresh(f"escape {part}").random((n_steps, 1))
        return inputs, response.run(inputs, weights, draws)[0]
    step, neuron = np.nonzero(inputs)
    columns = neuron.astype(np.int32), step.astype(np.int32)
    trains = SpikeTrains(config.inputs, n_steps, np.array([0, step.size]), *columns)
    own = Streams(int(streams.fresh(f"noise {part}").integers(2**31)))
    with build_engine(config.engine, model, n_steps, own) as engine:
        engine.set_weights({"input_output": config.gain * weights})
        found = engine.run(trains)
    spikes = np.zeros((n_steps, 1), bool)
    spikes[found.step[found.population == found.code("output")], 0] = True
    return inputs, spikes


def _bits(model: SpikeResponse, weights: Floats, inputs: Any, spikes: Any) -> float:
    """Bits by which each spike is better foretold than by the mean rate of the same steps."""
    told = model.log_likelihood(inputs, weights, spikes)
    free = model.free(spikes)
    n, share = int(spikes.sum()), float(spikes[free].mean())
    if not 0 < share < 1:
        return float("nan")
    rate = n * math.log(share) + (int(free.sum()) - n) * math.log1p(-share)
    return (told - rate) / (n * math.log(2))


def _beside_truth(response: SpikeResponse, weights: Floats, found: Fitted) -> dict[str, float]:
    """How far the parameters are from those that made the spikes."""
    truth = np.append(weights[:, 0], [response.theta, response.eta0])
    ours = np.append(found.weights, [found.model.theta, found.model.eta0])
    within = np.abs(ours - truth) < 1.96 * found.deviations
    error = float(np.sqrt(((found.weights - weights[:, 0]) ** 2).mean()))
    return {"error": error, "within": float(within.mean())}


def _claims(results: pd.DataFrame) -> list[Claim]:
    """Errors and coverage where the truth is known, and what is foretold."""
    found = []
    for name, part in results.groupby("condition", sort=False):
        if "error" in part and part["error"].notna().any():
            found.append(
                claim_of(f"Error of the weights, {name}", None, part["error"], "mV", digits=2)
            )
            text = f"Parameters within their 95 % intervals, {name}"
            found.append(claim_of(text, None, 100 * part["within"], "%"))
        text = f"Bits a spike beyond the mean rate, {name}"
        found.append(direction_of(text, part["bits"], "bits", digits=2))
    return found


def _section(run: RunDirectory, results: pd.DataFrame) -> Section:
    """Bits a spike against the length of the recording."""
    table = curve(results, "length", "bits", ("source",))
    figure = plot_curves(
        table, "length", "bits", "Recording fitted to (s)", code="source", log=True
    )
    figure.axes[0].set_ylabel("Bits a spike")
    caption = (
        "By how much a spike of another recording is better foretold than by the mean rate, "
        "against the length of the recording that was fitted to; means of seeds with 95 % "
        "intervals."
    )
    drawn = picture(run, figure, "bits", caption, "Lines of bits a spike against seconds.")
    return Section(
        "What is foretold", "", (drawn, Table(results, "A row a fit.", percent=("within",)))
    )


PROTOCOL = SRMFit()
