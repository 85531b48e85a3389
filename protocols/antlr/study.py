"""A study of classifiers learned by activations, by times of spikes, or by both.

Every condition is a method and a restriction: neurons that spike any number of times, or once a
trial at most. Each method has the loss and the decoder that go with it; every test trial is decided
by the earliest spike and by most spikes, from the same spikes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import ClassVar, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.engine import build_engine
from brainsnn.experiment.protocol import Material
from brainsnn.experiment.study import Study, StudyConfig
from brainsnn.learning.antlr import Antlr
from brainsnn.learning.antlr.rule import CITATION
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Coefficients
from brainsnn.network.synapses import Uniform, current
from brainsnn.protocols.antlr.network import (
    Condition,
    Job,
    Learned,
    Method,
    learn,
    own_decoder,
)
from brainsnn.protocols.antlr.page import Aims, abstract, claims, sections
from brainsnn.protocols.common.page import write_report
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Interrupted, StopRequest, TrainingConfig
from brainsnn.training.evaluation import summary


class AntlrStudyConfig(StudyConfig):
    """Settings that these studies have in common.

    Parameters
    ----------
    methods : tuple of {"activation", "timing", "antlr"}
        What is compared.
    restricted : tuple of bool, default (False, True)
        Whether neurons spike once a trial at most.
    hidden : int, default 800
        Neurons of the hidden layer.
    workers : int, default 1
        Networks trained at once.
    n_steps : int, default 100
        Steps of a trial as the paper counts them; the engine's has one more for each connection.
    alpha_i, alpha_v : float, default 0.99
        Decays of the neurons, whose kernel reaches 1 within a trial (`Coefficients.normalised`).
    initial : tuple of float, default (2, 3)
        First weights of the two connections are even between ± this / sqrt(fan-in).
    activation, timing, antlr : Antlr
        The methods.
    training : TrainingConfig
        Of every network; `monitor` is judged by the method's own decoder.
    """

    methods: tuple[Method, ...] = Field(default=("activation", "timing", "antlr"), min_length=1)
    restricted: tuple[bool, ...] = (False, True)
    hidden: int = Field(default=800, ge=1)
    workers: int = Field(default=1, ge=1)
    n_steps: int = Field(default=100, ge=2)
    alpha_i: float = Field(default=0.99, ge=0, le=1)
    alpha_v: float = Field(default=0.99, ge=0, le=1)
    initial: tuple[float, float] = (2.0, 3.0)
    activation: Antlr = Antlr(loss="count", lambda_tim=0)
    timing: Antlr = Antlr(learning_rate=0.0003, lambda_act=0, silence_penalty=100, negligible=0.001)
    antlr: Antlr = Antlr(negligible=0.001)
    training: TrainingConfig = TrainingConfig(
        epochs=6,
        batch_size=16,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
        clip=1.0,
    )


S = TypeVar("S", bound=AntlrStudyConfig)


class AntlrStudy(Study[S]):
    """A study whose conditions are the methods, each with and without the restriction."""

    citation: ClassVar[str] = CITATION
    n_inputs: ClassVar[int]
    figure: ClassVar[str]
    aims: ClassVar[Aims] = Aims()
    n_classes: ClassVar[int] = 10

    @abstractmethod
    def material(self, config: S, streams: Streams) -> Material:
        """Load and encode the data; what varies in training does so with the seed's streams."""

    def network(self, config: S, once: bool) -> Model:
        """Return the network, its biases 0."""
        sizes = {"input": self.n_inputs, "hidden": config.hidden, "output": self.n_classes}
        fan_ins = zip(config.initial, (self.n_inputs, config.hidden), strict=True)
        bounds = [scale * fan_in**-0.5 for scale, fan_in in fan_ins]
        coefficients = Coefficients(config.alpha_i, config.alpha_v).normalised(config.n_steps)
        initial = [Uniform(-bound, bound) for bound in bounds]
        return Network(
            sizes,
            coefficients.layers(len(sizes) - 1, once),
            synapse=current,
            initialiser=initial,
            name=self.name,
        ).frozen()

    def model(self, config: S) -> Model:
        """Return the network whose neurons spike any number of times."""
        return self.network(config, once=False)

    def n_steps(self, config: S) -> int:
        """Length of a trial: one more step for each connection than the paper counts."""
        return config.n_steps + 2

    def rule_of(self, config: S, condition: Condition) -> Antlr:
        """Return a condition's method."""
        settings: Antlr = getattr(config, condition.method)
        # Where a neuron spikes once at most, no output can be asked for more.
        return settings.model_copy(update={"target_spikes": 1}) if condition.once else settings

    def check(self, config: S) -> None:
        """Refuse rules that are impossible, and missing data."""
        for once in config.restricted:
            network = self.network(config, once)
            for method in config.methods:
                rule = self.rule_of(config, Condition(method, once))
                rule.bind(network, own_decoder(method), self.n_steps(config))

    def carry_out(self, config: S, run: RunDirectory, say: Callable[[str], None]) -> None:
        """Train and test every condition with every seed that the tables do not hold."""
        lock = Lock()

        def work(job: Job, stop: StopRequest) -> None:
            settings, streams = self.rule_of(config, job.condition), Streams(job.seed)
            with lock:
                if stop.requested:
                    raise Interrupted(run.path)
                material = self.material(config, streams)
                model = self.network(config, job.condition.once)
                engine = build_engine(config.engine, model, self.n_steps(config))
            with engine:
                found = learn(engine, job, settings, config.training, material, streams, run, stop)
            with lock:
                _keep(found, run, job)
                say(str(found))

        seeds = range(config.seed, config.seed + config.seeds)
        conditions = [Condition(m, once) for once in config.restricted for m in config.methods]
        jobs = [Job(condition, seed) for seed in seeds for condition in conditions]
        for job in jobs:
            if job.done(run):
                job.checkpoint(run).unlink(missing_ok=True)
        with StopRequest() as stop, ThreadPoolExecutor(config.workers) as pool:
            for future in [pool.submit(work, job, stop) for job in jobs if not job.done(run)]:
                future.result()

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Means over all conditions, seeds and decoders."""
        return summary(run.trials())

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        found = claims(run.table("results"), self.aims)
        config = run.config(self.config)
        told = abstract(run.table("results"), config.training.epochs)
        page = told, found, sections(run, self.figure)
        return write_report(self, run, config, *page)


def _keep(found: Learned, run: RunDirectory, job: Job) -> None:
    """Add to the tables, in one, what a network left."""
    run.append_tables(
        {"learning": found.learning, "trials": found.trials, "results": found.results},
        {f"weights-{job.name}": found.weights},
    )
    job.checkpoint(run).unlink(missing_ok=True)
