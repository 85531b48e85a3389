"""What a protocol is: one experiment, from data to verdict, that the command line can run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar

import pandas as pd
from pydantic import AfterValidator, Field

from brainsnn.codes import DECODERS, Decoder
from brainsnn.engine import ENGINES
from brainsnn.errors import ConfigError
from brainsnn.learning.base import BoundRule
from brainsnn.learning.rule import Rule
from brainsnn.network.model import Model
from brainsnn.records import RunDirectory
from brainsnn.registry import suggest
from brainsnn.spikes.trials import LabelledTrials, TrainingTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback, TrainingConfig

if TYPE_CHECKING:
    from brainsnn.experiment.experiment import Experiment

ENTRY_POINTS = "brainsnn.protocols"
REPORTS = "brainsnn.reports"


def _known_engine(name: str) -> str:
    ENGINES[name]
    return name


EngineName = Annotated[str, AfterValidator(_known_engine)]
"""Name of an engine, in a configuration."""


class ProtocolConfig(TrainingConfig):
    """What every protocol can be told.

    Parameters
    ----------
    protocol : str
        Name of the protocol; each protocol's class fixes it.
    seed : int, default 0
        Seed of all random streams.
    engine : str, default "resident"
        The engine that runs the trials.
    workers : int, default 1
        Threads that share the trials of a block, where the engine can; results do not depend on it.
    """

    protocol: str
    seed: int = Field(default=0, ge=0)
    engine: EngineName = "resident"
    workers: int = Field(default=1, ge=1)


@dataclass(frozen=True)
class Material:
    """Encoded trials of the three splits.

    Parameters
    ----------
    train, validation : TrainingTrials, LabelledTrials
        What weights are learned from, and what every choice is made on.
    encode_test : callable
        Encodes the test split; it is read when `test` is asked for, after every choice.
    classes : tuple of str
        Name of each class, in the order of the output neurons.
    """

    train: TrainingTrials
    validation: LabelledTrials
    encode_test: Callable[[], LabelledTrials]
    classes: tuple[str, ...] = ()

    @cached_property
    def test(self) -> LabelledTrials:
        """The test split, encoded when it is first asked for."""
        return self.encode_test()


C = TypeVar("C", bound=ProtocolConfig)


@dataclass(frozen=True)
class Settled(Generic[C]):
    """A configuration in which nothing is open.

    Parameters
    ----------
    config : ProtocolConfig
        Training it again gives the same again; it is what a run directory keeps.
    tables : mapping of str to DataFrame
        What was found out on the way, for the run directory.
    """

    config: C
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


class Protocol(ABC, Generic[C]):
    """One experiment.

    To add one: write a module with a subclass and an instance of it called ``PROTOCOL``, and name
    the module in the entry points ``brainsnn.protocols`` of a package.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    citation: ClassVar[str]
    config: type[C]
    #: Named sets of overrides (``key=value``), for ``--preset``.
    presets: ClassVar[Mapping[str, Sequence[str]]] = {}

    @abstractmethod
    def model(self, config: C) -> Model:
        """Return the network."""

    @abstractmethod
    def n_steps(self, config: C) -> int:
        """Length of a trial."""

    @abstractmethod
    def material(self, config: C, streams: Streams) -> Material:
        """Load and encode the data."""

    @abstractmethod
    def rule(self, config: C) -> Rule:
        """Return the learning rule."""

    def learning_rate(self, config: C) -> float:
        """Return the first learning rate, which the schedule scales; by default, the rule's."""
        return self.rule(config).learning_rate

    def bind(self, config: C, model: Model) -> BoundRule:
        """Bind the rule to the network, the decoder and the length of a trial.

        Raises
        ------
        RuleError
            If it was not derived for such a network, or does not go with the others.
        """
        return self.rule(config).bind(model, self.decoder(config), self.n_steps(config))

    def undecided(self, config: C) -> bool:  # noqa: ARG002
        """Whether `settle` has anything to decide; by default, nothing is open."""
        return False

    def settle(self, config: C, say: Callable[[str], None]) -> Settled[C]:  # noqa: ARG002
        """Decide what the configuration leaves open, from training and validation data alone.

        Parameters
        ----------
        config : ProtocolConfig
            ``model_fields_set`` of its branches says what was given.
        say : callable
            Takes a line of progress.
        """
        return Settled(config)

    def prepare(self, config: C) -> Experiment[C]:
        """Build everything that can be refused; what is returned carries the experiment out."""
        from brainsnn.experiment.experiment import Experiment

        return Experiment(self, config)

    def decoder(self, config: C) -> Decoder:  # noqa: ARG002
        """Return the decoder; by default, the first output spike decides."""
        return DECODERS["first_spike"]()

    def begin(
        self, experiment: Experiment[C], run: RunDirectory, callbacks: Sequence[Callback]
    ) -> None:
        """Change the engine's first weights before training begins; by default, nothing."""

    def measure(self, experiment: Experiment[C], run: RunDirectory) -> None:
        """Measure what the report needs beyond the test trials; by default, nothing."""

    @abstractmethod
    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and the report page, from the run directory alone.

        Returns
        -------
        pandas.DataFrame
            A row a claim of the paper: ``claim``, ``paper``, ``ours``, ``unit``, ``verdict``.
        """


def check_settled(protocol: Protocol[Any], config: Any, weights: Path | None) -> None:
    """Refuse weights with a configuration that leaves open what they are, or were, learned with.

    Parameters
    ----------
    protocol, config : Protocol, ProtocolConfig
        What is to run.
    weights : Path or None
        The file of learned weights; None for those that training starts from.

    Raises
    ------
    ConfigError
    """
    if not protocol.undecided(config):
        return
    lacking = (
        "the weights that training starts from follow from settings"
        if weights is None
        else f"{weights}: these weights came without the settings that they were learned with"
    )
    raise ConfigError(
        f"{lacking}, some of which {protocol.name} finds from the data. Name the run directory, or "
        "say --set recipe.fitted=false and every setting that differs from the protocol's own."
    )


def open_note(protocol: Any, config: Any) -> str:
    """Return what to know of settings that are still to be found; empty if none is open."""
    if not isinstance(protocol, Protocol) or not protocol.undecided(config):
        return ""
    return (
        f"What is not given, {protocol.name} finds from the data when it runs; until then its own "
        "values stand here. recipe.fitted=false keeps them."
    )


def protocols() -> dict[str, Any]:
    """Entry points of all installed protocols, by name; nothing is imported."""
    return {entry.name: entry for entry in sorted(entry_points(group=ENTRY_POINTS))}


def load_protocol(name: str) -> Any:
    """Import the `Protocol` or `Study` called `name`.

    Raises
    ------
    ConfigError
        If there is none of that name, or its module cannot be imported.
    """
    known = protocols()
    if not isinstance(name, str):
        raise ConfigError(f"The name of a protocol is text, not {name!r:.100}.")
    if name not in known:
        raise ConfigError(f"Unknown protocol {name!r}. {suggest(name, known)}")
    try:
        return known[name].load().PROTOCOL
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"Protocol {name!r} ({known[name].value}) cannot be loaded: {error}."
        ) from error


def load_report(name: str) -> Any:
    """Import the report of that name: a function of run directories and a folder to write to.

    Raises
    ------
    ConfigError
        If none is installed.
    """
    known = {entry.name: entry for entry in entry_points(group=REPORTS)}
    if name not in known:
        raise ConfigError(f"Unknown report {name!r}. {suggest(name, known)}")
    return known[name].load()
