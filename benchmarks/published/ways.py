"""Trials of a published model, run in one of the ways that there are; prints JSON.

``resident`` is brainsnn's. ``runtime`` is Brian2's Cython code, the network stored once and
restored for each trial. ``standalone`` compiles a project, in shared memory where there is any, and
runs its program for each trial with ``device.run(run_args=...)``. All three are as their
documentation says; values are given and taken as plain arrays. The first trial warms up and is not
counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import brian2 as b2
from published.base import PublishedModel, Values
from published.cuba import Cuba
from published.diehl_cook import DiehlCook
from published.polychronization import Polychronization

MODELS = {m.name: m for m in (Cuba(), DiehlCook(), Polychronization())}


class Way(ABC):
    """One way of running trials."""

    def __init__(self, model: PublishedModel, profile: bool = False) -> None:
        self.model, self.profile = model, profile
        self.prepare()
        b2.defaultclock.dt = model.dt * b2.second
        self.parts = {part.name: part for part in model.build()}
        self.network = b2.Network(*self.parts.values())
        self.compile()

    @abstractmethod
    def prepare(self) -> None:
        """Choose the device, before anything is created."""

    @abstractmethod
    def compile(self) -> None:
        """Have the code generated and compiled."""

    @abstractmethod
    def trial(self, given: Values) -> int:
        """Run a trial, what is kept included; number of spikes."""

    def found(self, name: str) -> Any:
        """The object, or TimedArray, or view of a variable with this name."""
        owner, _, variable = name.partition(".")
        if variable:
            return getattr(self.parts[owner], variable)
        return next(p.namespace[name] for p in self.parts.values() if name in _namespace(p))


class Resident(Way):
    """brainsnn's resident device."""

    def prepare(self) -> None:
        """Choose it."""
        import brainsnn.engine  # noqa: F401

        b2.set_device("brainsnn_resident", build_on_run=False)
        b2.seed(1)

    def compile(self) -> None:
        """Compile the network; say what is kept."""
        from brainsnn.engine.resident import compile_network

        self.network.run(self.model.duration * b2.second, profile=self.profile)
        self.compiled = compile_network()
        for name in self.model.keep:
            self.compiled.keep(*name.split("."))
        self._kept = {name: self.compiled.view(*name.split(".")) for name in self.model.keep}

    def trial(self, given: Values) -> int:
        """Set, run; what is kept is changed where it lies."""
        for name, values in given.items():
            if "." in name:
                self.compiled.set(*name.split("."), values)
            else:
                self.compiled.set_timed_array(name, values)
        spikes = self.compiled.run()["spikes"]
        self.model.between(self._kept)
        return int(spikes.counts[0])


class Runtime(Way):
    """Brian2's runtime with Cython."""

    def prepare(self) -> None:
        """Choose it."""
        b2.prefs.codegen.target = "cython"
        b2.seed(1)

    def compile(self) -> None:
        """Have the code objects of a run made, then store."""
        self._kept: Values = {}
        self.network.store()
        self.network.run(self.model.dt * b2.second)

    def trial(self, given: Values) -> int:
        """Restore, set, run, take out what is kept."""
        self.network.restore()
        for name, values in {**given, **self._kept}.items():
            if "." in name:
                self.found(f"{name}_")[:] = values
            else:
                self.found(name).values[:] = values
        self.network.run(self.model.duration * b2.second)
        self._kept = {name: self.found(f"{name}_")[:].copy() for name in self.model.keep}
        self.model.between(self._kept)
        return int(self.parts["spikes"].num_spikes)


class Standalone(Way):
    """Brian2's C++ standalone program."""

    def prepare(self) -> None:
        """Choose a folder in memory."""
        memory = Path("/dev/shm")  # noqa: S108
        self._folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        b2.set_device("cpp_standalone", build_on_run=False, directory=self._folder.name)
        b2.seed(1)

    def compile(self) -> None:
        """Compile the project."""
        self._kept: Values = {}
        self.network.run(self.model.duration * b2.second)
        b2.device.build(run=False, directory=self._folder.name)

    def trial(self, given: Values) -> int:
        """Run the program with arguments, read what is kept."""
        views = {name: self.found(name) for name in {**given, **self._kept}}
        values = {**given, **self._kept}
        b2.device.run(run_args={views[k]: _with_units(views[k], v) for k, v in values.items()})
        self._kept = {name: self.found(f"{name}_")[:].copy() for name in self.model.keep}
        self.model.between(self._kept)
        return int(self.parts["spikes"].num_spikes)


def _namespace(part: Any) -> dict[str, Any]:
    return getattr(part, "namespace", None) or {}


def _with_units(view: Any, values: Any) -> Any:
    dimension = getattr(view, "dim", None)
    return values if dimension is None else b2.Quantity(values, dim=dimension)


def _processor_seconds() -> float:
    """Seconds of processor time of this process and of those that it started."""
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


WAYS: dict[str, type[Way]] = {
    "resident": Resident,
    "runtime": Runtime,
    "standalone": Standalone,
}


def main() -> None:
    """Run, print the seconds and spikes of each trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("way", choices=list(WAYS))
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--profile", action="store_true", help="where a resident trial's time goes")
    options = parser.parse_args()
    begun = time.perf_counter()
    model = MODELS[options.model]
    way = WAYS[options.way](model, options.profile)
    answer: dict[str, Any] = {"build": time.perf_counter() - begun}
    rows = []
    for k in range(options.trials + 1):
        given = model.given(k)
        wall, processor = time.perf_counter(), _processor_seconds()
        spikes = way.trial(given)
        rows.append((time.perf_counter() - wall, _processor_seconds() - processor, spikes))
    answer["wall"], answer["processor"], answer["spikes"] = zip(*rows[1:], strict=True)
    if options.profile and isinstance(way, Resident):
        answer["profile"] = way.compiled.profile().to_dict()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
