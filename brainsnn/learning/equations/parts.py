"""What a derived network consists of, and what a run of it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from brainsnn.learning.equations.step import Step
from brainsnn.learning.equations.synapses.effect import Effect

Array = NDArray[Any]
Key = tuple[str, str]
"""Name of a group or of synapses, and of one of its variables."""

State = dict[str, dict[str, Array]]
"""By owner and name."""


@dataclass(frozen=True)
class Link:
    """A variable that is another population's.

    Parameters
    ----------
    owner, variable : str
    index : array of int
        The neuron there, one a neuron.
    """

    owner: str
    variable: str
    index: Array


@dataclass
class Neurons:
    """Neurons of a population, whatever moves them.

    Parameters
    ----------
    size : int
    values : dict of str to array
        Parameters, by name: one value, or one a neuron.
    start : dict of str to array
        What states are at first.
    links : dict of str to Link
        Variables that are other populations'.
    """

    size: int
    values: dict[str, Array] = field(default_factory=dict)
    start: dict[str, Array] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)


@dataclass
class Population(Neurons):
    """Neurons that go from step to step; see `Neurons`.

    Parameters
    ----------
    step : Step or None
        None for those whose spikes are given.
    """

    step: Step | None = None

    @property
    def derived(self) -> Step:
        """The step, of those that have one."""
        assert self.step is not None
        return self.step

    @property
    def draws(self) -> tuple[str, ...]:
        """Names of the random numbers of a step; each draw of the code has its own."""
        return (*self.derived.update.draws, *self.derived.reset.draws)


@dataclass(frozen=True)
class Moment:
    """What synapses do at one place of a step.

    Parameters
    ----------
    kind : {"spikes", "update", "sum"}
        What spikes that arrive do, the step of differential equations, a sum over synapses.
    effect : Effect
    lag : array of int, optional
        Steps from a spike to its arrival, one a synapse.
    sender : {"pre", "post"}
        Whose spikes they are.
    span : range, optional
        Neurons whose variable is a sum.
    """

    kind: Literal["spikes", "update", "sum"]
    effect: Effect
    lag: Array | None = None
    sender: Literal["pre", "post"] = "pre"
    span: range = range(0)


@dataclass
class Connection:
    """Synapses.

    Parameters
    ----------
    source, target : str
    moments : dict of str to Moment
        What they do in a step, by name.
    i, j : array of int
        Source and target of each.
    values : dict of str to array
        Parameters, one value a synapse, or one for all.
    start : dict of str to array
        What their states are before the first step.
    trained : tuple of str
        Parameters, and states whose first values are trained.
    """

    source: str
    target: str
    moments: dict[str, Moment]
    i: Array
    j: Array
    values: dict[str, Array]
    start: dict[str, Array] = field(default_factory=dict)
    trained: tuple[str, ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """States with derivatives."""
        flat = {n for m in self.moments.values() for n in m.effect.discrete}
        return tuple(n for n in self.start if n not in flat)

    @property
    def why_not_plain(self) -> str:
        """What they do beyond adding to their targets on spikes of their sources; may be empty."""
        if len(self.moments) != 1:
            return f"do {len(self.moments)} things in a step: " + ", ".join(sorted(self.moments))
        (moment,) = self.moments.values()
        if moment.kind != "spikes" or moment.sender != "pre":
            return "do not act on spikes of their sources alone"
        if self.start:
            return "have states: " + ", ".join(sorted(self.start))
        away = [n for n in moment.effect.targets if not n.endswith("_post")]
        return f"change {away[0]!r} of their sources" if away else ""

    @property
    def effect(self) -> Effect:
        """What a spike does, of synapses that do nothing else."""
        (moment,) = self.moments.values()
        return moment.effect

    @property
    def lag(self) -> Array:
        """Steps from a spike to its arrival, of synapses that do nothing else."""
        (moment,) = self.moments.values()
        assert moment.lag is not None
        return moment.lag

    def side(self, name: str) -> tuple[str, str, Array]:
        """Owner, own name and neuron of each synapse, of a variable of its neurons."""
        bare, side = name.rsplit("_", 1)
        return (self.target, bare, self.j) if side == "post" else (self.source, bare, self.i)

    def sender(self, moment: Moment) -> tuple[str, Array]:
        """Population whose spikes arrive at a moment, and the neuron of each synapse."""
        return (self.source, self.i) if moment.sender == "pre" else (self.target, self.j)


@dataclass
class Trace:
    """What a forward pass leaves for the backward one.

    Parameters
    ----------
    spikes : dict of str to array, shape (steps, trials, neurons)
    begin : list of dict
        By step and owner: the state that the step began with.
    threshold : list of dict
        The state of each population at its threshold; that of synapses at the end of the step.
    before : list of list of dict
        By step and piece of it: the state that the piece met.
    draws : list of dict
        Random numbers of each step.
    """

    spikes: dict[str, Array]
    begin: list[State] = field(default_factory=list)
    threshold: list[State] = field(default_factory=list)
    before: list[list[State]] = field(default_factory=list)
    draws: list[State] = field(default_factory=list)
