"""A network as a C++ project of its own: ``make``, then ``./network``, without Python."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import brian2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from brainsnn._version import __version__
from brainsnn.engine.resident.compiler import OPTIMISATION
from brainsnn.engine.resident.engine import write_sources
from brainsnn.engine.standalone.files import INPUTS, WEIGHTS, write_inputs, write_weights
from brainsnn.errors import EngineError
from brainsnn.network.describe import describe_markdown
from brainsnn.network.model import Model
from brainsnn.spikes import SpikeTrains

Precision = Literal["float64", "float32"]

#: Files of the project that are written from templates of the same name.
TOP = ("Makefile", "README.md")
SOURCES = (
    "decision.h",
    "description.cpp",
    "files.h",
    "library.h",
    "network.h",
    "options.h",
    "program.cpp",
    "tables.h",
)
#: What Brian2 writes for its own ``main`` and its own build.
SURPLUS = ("makefile", "run.cpp", "run.h", "results", "static_arrays")


def write_project(
    model: Model,
    n_steps: int,
    weights: Mapping[str, NDArray[np.float64]],
    samples: SpikeTrains,
    folder: Path,
    precision: Precision = "float64",
) -> bool:
    """Write a C++ project that runs a network on files of input spikes.

    Parameters
    ----------
    model : Model
        The network, with one population of input spikes.
    n_steps : int
        Length of a trial in steps.
    weights : mapping of str to array
        Everything that is learned, in the shapes of `Model.shapes`.
    samples : SpikeTrains
        Input spikes of a few trials, so that the program has something to run.
    folder : Path
        Where to; made if it is not there.
    precision : {"float64", "float32"}
        Of states and weights in the program; files hold float64 in any case.

    Returns
    -------
    bool
        Whether the network draws random numbers, so that every trial has a seed.

    Raises
    ------
    EngineError
        If the network has no population that could decide, or trials change what is learned, which
        float32 would add to with every trial.
    ModelError
        If Brian2 refuses the equations.
    """
    if precision == "float32" and model.plastic:
        raise EngineError(
            f"Model {model.name!r}: trials change {', '.join(map(repr, model.plastic))}, in many "
            "small steps, for which float32 is too coarse. Export it in float64."
        )
    sources = folder / "src" / "network"
    sources.mkdir(parents=True, exist_ok=True)
    with _computing_in(precision):
        written = write_sources(model, sources)
    for name in SURPLUS:
        _remove(sources / name)
    static, stochastic = written.static_arrays, written.stochastic
    write_surroundings(
        model, n_steps, weights, samples, folder, static, stochastic=stochastic, precision=precision
    )
    return stochastic


@contextmanager
def _computing_in(precision: Precision) -> Iterator[None]:
    """Have Brian2 generate code that computes in this precision."""
    before = brian2.prefs["core.default_float_dtype"]
    brian2.prefs["core.default_float_dtype"] = np.dtype(precision).type
    try:
        yield
    finally:
        brian2.prefs["core.default_float_dtype"] = before


def write_surroundings(
    model: Model,
    n_steps: int,
    weights: Mapping[str, NDArray[np.float64]],
    samples: SpikeTrains,
    folder: Path,
    static_arrays: Mapping[str, NDArray[Any]],
    *,
    stochastic: bool,
    precision: Precision = "float64",
    templates: Environment | None = None,
) -> None:
    """Write everything of a project but the network's own sources in ``src/network``.

    Parameters
    ----------
    model, n_steps, weights, samples, folder
        As for `write_project`.
    static_arrays : mapping of str to array
        What the program loads into arrays of the network before its first trial.
    stochastic : bool
        Whether the network draws random numbers.
    precision : {"float64", "float32"}
        As for `write_project`.
    templates : Environment, optional
        Where to take `TOP` from; a C++ project's by default.
    """
    (folder / "static_arrays").mkdir(exist_ok=True)
    for name, values in static_arrays.items():
        np.ascontiguousarray(values).tofile(folder / "static_arrays" / name)
    about = {
        **_about(model, n_steps, stochastic=stochastic),
        "precision": precision,
        "static_arrays": static_arrays,
        "checksum": lambda values: zlib.crc32(np.ascontiguousarray(values).tobytes()),
        "n_samples": samples.n_trials,
    }
    for name in TOP:
        text = (templates or _templates()).get_template(name).render(about)
        (folder / name).write_text(text, encoding="utf-8")
    for name in SOURCES:
        text = _templates().get_template(name).render(about)
        (folder / "src" / name).write_text(text, encoding="utf-8")
    (folder / "describe.md").write_text(describe_markdown(model), encoding="utf-8")
    (folder / "manifest.json").write_text(
        json.dumps(manifest(model, n_steps), indent=2) + "\n", encoding="utf-8"
    )
    write_weights(folder / WEIGHTS, weights)
    write_inputs(folder / INPUTS, samples)


def manifest(model: Model, n_steps: int) -> dict[str, Any]:
    """What a program has to know of a project: populations, files of weights and their shapes."""
    return {
        "model": model.name,
        "brainsnn": __version__,
        "brian2": brian2.__version__,
        "dt": model.dt,
        "n_steps": n_steps,
        "populations": model.sizes,
        "inputs": {p.name: p.size for p in model.inputs},
        "output": _output(model),
        "weights": {
            f"{WEIGHTS}/{name}.f64": {"dtype": "<f8", "shape": list(shape), "order": "C"}
            for name, shape in model.shapes.items()
        },
    }


def _about(model: Model, n_steps: int, *, stochastic: bool) -> dict[str, Any]:
    names, output = list(model.sizes), _output(model)
    return {
        "model": model,
        "populations": model.populations,
        "trainable": model.trainable,
        "n_steps": n_steps,
        "dt_ms": f"{1e3 * model.dt:g}",
        "stochastic": stochastic,
        "n_inputs": sum(p.size for p in model.inputs),
        "output": names.index(output),
        "inputs": model.inputs,
        "output_name": output,
        "flags": " ".join(OPTIMISATION),
        "version": __version__,
        "brian2_version": brian2.__version__,
    }


def _output(model: Model) -> str:
    """The population that decides: the last."""
    last = model.populations[-1]
    if last.neuron is None:
        raise EngineError(
            f"Model {model.name!r}: the last population, {last.name!r}, only gives input spikes; "
            "it cannot decide."
        )
    return last.name


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("brainsnn.engine.standalone"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- C++ and Markdown, not HTML
    )
