"""The runs of a script: which code objects make a step, and how long it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from brian2.core.operations import NetworkOperation
from brian2.groups.neurongroup import Thresholder
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup

from brainsnn.engine.resident.generated.names import clock_name, network_name
from brainsnn.engine.resident.loaded.inputs import RunInput
from brainsnn.errors import EngineError


@dataclass
class Call:
    """One code object of a step."""

    name: str
    clock: str
    spikes: bool
    profile: int = -1
    then_record: bool = False

    @property
    def function(self) -> str:
        """Name of its function in C++."""
        return f"_run_{self.name}"


@dataclass
class Stage:
    """One run of a network.

    Parameters
    ----------
    network : str
        Name of the network in C++, as are all names here.
    duration : float
        In seconds.
    clock : str or None
        The clock of every object; None where there are several, or where the run reports its
        progress: Brian2's own loop then does it.
    calls : list of Call
        The code objects of a step in their order.
    idle_clocks : list of str
        Clocks that go on though no code object has them.
    report : str
        How Brian2's loop reports, and how often, as the last two arguments of its call.
    profiled : bool
        Whether the time of each call is measured.
    inputs : list of RunInput
        The SpikeGeneratorGroups that are active.
    """

    network: str
    duration: float
    clock: str | None
    calls: list[Call]
    idle_clocks: list[str]
    report: str
    profiled: bool = False
    inputs: list[RunInput] = field(default_factory=list)


def _calls(objects: Iterable[Any]) -> list[Call]:
    """Code objects of a step, from the objects of a network in the order of their execution."""
    calls = [
        Call(
            codeobj.name,
            clock_name(obj.clock.name),
            isinstance(obj, Thresholder | SpikeGeneratorGroup),
        )
        for obj in objects
        if obj.active
        for codeobj in obj._code_objects
    ]
    for call in [call for call in calls if call.spikes][-1:]:
        call.then_record = True
    return calls


def refuse_python(objects: Iterable[Any]) -> None:
    """Refuse what would run Python within a trial; Brian2 would leave it out without a word.

    Raises
    ------
    EngineError
        If an active object is a NetworkOperation.
    """
    for obj in objects:
        if isinstance(obj, NetworkOperation) and obj.active:
            raise EngineError(
                f"NetworkOperation {obj.name!r} runs Python, and there is none within a trial. Use "
                "run_regularly, or functions with an implementation in C++, or do it between "
                "trials; with active = False it is left out."
            )


def make_stage(
    net: Any,
    objects: Iterable[Any],
    duration: float,
    lines: list[str],
    number: int,
    own_loop: bool,
    profiled: bool,
) -> tuple[Stage, list[str]]:
    """Take a run apart as Brian2 wrote it.

    Parameters
    ----------
    net : Network
    objects : iterable of BrianObject
        In the order of their execution.
    duration : float
        In seconds.
    lines : list of str
        The run as Brian2 writes it: the objects are added, the network is run.
    number : int
        Of this stage.
    own_loop : bool
        Whether a loop of ours may take the place of Brian2's.
    profiled : bool

    Returns
    -------
    stage : Stage
    lines : list of str
        What the script says instead.
    """
    calls, clocks = _calls(objects), sorted(clock_name(clock.name) for clock in net._clocks)
    idle = sorted(set(clocks) - {call.clock for call in calls})
    place = next(k for k, line in enumerate(lines) if line.startswith(f"{net.name}.run("))
    simple = own_loop and len(clocks) == 1 and _regular(net._clocks)
    stage = Stage(
        network=network_name(net.name),
        duration=duration,
        clock=clocks[0] if simple else None,
        calls=calls,
        idle_clocks=idle,
        report=lines[place].partition(",")[2].rpartition(")")[0],
        profiled=profiled,
    )
    n_added = 1 + len(calls) + len(idle)
    return stage, [*lines[n_added:place], f"stage_{number}();", *lines[place + 1 :]]


def _regular(clocks: Iterable[Any]) -> bool:
    """Whether clocks have steps of one length each, rather than a list of times."""
    return not any("times" in clock.variables for clock in clocks)


def number_profiled(stages: Iterable[Stage]) -> list[str]:
    """Names of the code objects whose time is measured; numbers the calls accordingly."""
    profiled = [call for stage in stages if stage.profiled for call in stage.calls]
    for number, call in enumerate(profiled):
        call.profile = number
    return [call.name for call in profiled]
