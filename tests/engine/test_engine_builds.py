"""Builds: found again, never wrong, never half of one, whatever happens to processes and disks."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from disk import full_disk
from engine.scenarios import N_STEPS, SCENARIOS, leaky

from brainsnn.engine import ResidentEngine
from brainsnn.engine.resident import cache, engine, known_models
from brainsnn.engine.resident.compiler import compile_library
from brainsnn.errors import EngineError
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform

SOURCE = 'extern "C" int answer() { return 42; }\n'

#: Compiles the project in the present folder and says which file it got.
BUILDER = """
from collections.abc import Iterator
from pathlib import Path
from brainsnn.engine.resident.compiler import compile_library
print(compile_library(Path.cwd()))
"""


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of an empty cache."""
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "resident"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that takes no time to compile."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "main.cpp").write_text(SOURCE)
    return folder


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def answer(library: Path) -> int:
    return int(ctypes.CDLL(str(library)).answer())


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


@pytest.mark.usefixtures("stored")
def test_the_same_sources_are_compiled_once(project: Path) -> None:
    first = compile_library(project)
    stamp = first.stat().st_mtime_ns
    assert compile_library(project) == first
    assert first.stat().st_mtime_ns == stamp
    assert answer(first) == 42


@pytest.mark.parametrize("damage", ["cut short", "empty", "changed"])
def test_a_damaged_library_is_built_anew(project: Path, stored: Path, damage: str) -> None:
    library = compile_library(project)
    whole = library.read_bytes()
    flipped = bytes([whole[5000] ^ 1])
    damaged = {"cut short": whole[:5000], "empty": b"", "changed": whole[:5000] + flipped}
    library.write_bytes(damaged[damage] + (whole[5001:] if damage == "changed" else b""))
    again = compile_library(project)
    assert cache.is_whole(again)
    assert answer(again) == 42
    assert files(stored) == [again.name]


WRITER = """
import hashlib, sys
from collections.abc import Iterator
from pathlib import Path
from engine.scenarios import leaky
from brainsnn.engine.resident.engine import write_sources
from brainsnn.network.network import Network
from brainsnn.network.synapses import Uniform

sizes = {"input": 3, "a": 2, "b": 2, "c": 2, "d": 2, "output": 2}
write_sources(Network(sizes, leaky, initialiser=[Uniform()] * 5, name="same"), Path.cwd())
files = sorted(p for p in Path.cwd().rglob("*") if p.suffix in (".cpp", ".h"))
print(hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest())
"""


def test_sources_are_the_same_in_every_process(tmp_path: Path) -> None:
    running = []
    for seed in ("1", "2", "3"):
        folder = tmp_path / seed
        folder.mkdir()
        paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
        told = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        running.append(
            subprocess.Popen(
                [sys.executable, "-P", "-c", WRITER], cwd=folder, env=told, stdout=subprocess.PIPE
            )
        )
    said = [process.communicate()[0] for process in running]
    assert said[0].strip()
    assert len(set(said)) == 1


def test_two_processes_build_the_same_at_once(project: Path, stored: Path) -> None:
    command = [sys.executable, "-c", BUILDER]
    both = [
        subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    found = {Path(process.communicate()[0].strip()) for process in both}
    assert all(process.returncode == 0 for process in both)
    assert {path.name for path in found} == set(files(stored))
    assert all(answer(path) == 42 for path in found)


def test_a_killed_process_leaves_nothing_that_is_taken_for_a_library(
    project: Path, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "compiling")
    os.mkfifo(tmp_path / "never")
    stuck = script(
        tmp_path / "stuck",
        f'case "$*" in *--version*) echo stuck 1.0; exit;; *-shared*) ;; *) exec g++ "$@";; esac\n'
        f"printf half > library.so; echo > {tmp_path}/compiling; read x < {tmp_path}/never",
    )
    environment = {**os.environ, "CXX": stuck}
    command = [sys.executable, "-c", BUILDER]
    process = subprocess.Popen(command, cwd=project, env=environment, start_new_session=True)
    (tmp_path / "compiling").read_text()
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert files(stored) == []
    monkeypatch.setenv("CXX", "g++")
    assert answer(compile_library(project)) == 42


def test_a_killed_compiler_is_an_error_and_leaves_nothing(
    project: Path, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        'case "$*" in *--version*) echo dies 1.0;; *) printf half > library.so; kill -9 $$;; esac'
    )
    monkeypatch.setenv("CXX", script(tmp_path / "dies", text))
    with pytest.raises(EngineError, match="The compiler refused"):
        compile_library(project)
    assert files(stored) == []


def test_what_killed_processes_left_is_ignored_and_removed_after_a_day(
    project: Path, stored: Path
) -> None:
    stored.mkdir(parents=True)
    old, new = stored / ".building-old.so", stored / ".building-new.so"
    for path in (old, new):
        path.write_bytes(b"half")
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    library = compile_library(project)
    assert files(stored) == sorted([new.name, library.name])


def test_a_full_cache_is_no_obstacle_and_gets_no_half_file(tmp_path: Path, stored: Path) -> None:
    built = tmp_path / "built.so"
    built.write_bytes(b"x" * 5000)
    with full_disk(1000):
        assert cache.keep(built, "key", ".so") == built
    assert files(stored) == []
    assert cache.keep(built, "key", ".so").parent == stored


@pytest.mark.usefixtures("stored")
def test_a_cache_that_cannot_be_written_is_no_obstacle(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    assert compile_library(project).parent == project


# -- models found again by their description ------------------------------------------------------


def small(**changes: object) -> Model:
    neuron = Neuron(
        **{  # type: ignore[arg-type]
            "name": "small",
            "equations": "dv/dt = -v / tau : 1\ntau : second (constant)",
            "threshold": "v > exp(1.0)",
            "reset": "v = 0",
            "parameters": {"tau": 10 * brian2.ms},
            "method": "euler",
            **changes,
        }
    )
    return Network({"input": 3, "output": 2}, neuron, initialiser=[Uniform()], name="small")


def test_a_known_model_needs_no_code_generation(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = leaky.__class__(
        "v : 1\nbias : 1 (constant)",
        "v > bias",
        "v = 0",
        name="each",
        parameters={"bias": np.linspace(0.2, 0.9, 4)},
    )
    model = Network({"input": 12, "output": 4}, each, initialiser=[Uniform(0, 0.5)], name="each")
    weights = {name: np.full(shape, 0.1) for name, shape in model.shapes.items()}
    inputs = SCENARIOS[6].inputs()
    recordings = []
    for known in (False, True):
        with monkeypatch.context() as patch:
            if known:
                patch.setattr(engine, "write_sources", None)
            resident = ResidentEngine(model, N_STEPS)
        resident.set_weights(weights)
        recordings.append(resident.run(inputs).to_frame())
    assert recordings[0].equals(recordings[1])
    assert (recordings[0]["population"] == "output").any()
    library, record = sorted(stored.iterdir(), key=lambda p: p.suffix, reverse=True)
    for damaged in (record, library):
        damaged.write_bytes(damaged.read_bytes()[:-40])
        again = ResidentEngine(model, N_STEPS)
        again.set_weights(weights)
        assert again.run(inputs).to_frame().equals(recordings[0])
        assert cache.is_whole(library)


def test_another_model_or_brian2_has_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def keys() -> Iterator[str | None]:
        yield known_models.model_key(small())
        yield known_models.model_key(small(threshold="v > exp(2.0)"))
        yield known_models.model_key(small(refractory=2 * brian2.ms))
        yield known_models.model_key(small(parameters={"tau": 11 * brian2.ms}))
        yield known_models.model_key(small(parameters={"tau": [10.0, 10.0] * brian2.ms}))
        yield known_models.model_key(small(method="rk4"))
        with monkeypatch.context() as patch:
            patch.setitem(brian2.prefs.prefs, "core.default_float_dtype", np.float32)
            yield known_models.model_key(small())
        with monkeypatch.context() as patch:
            patch.setattr(known_models, "version", lambda name: "99.0")
            known_models._installation.cache_clear()
            yield known_models.model_key(small())
        known_models._installation.cache_clear()

    found = list(keys())
    assert None not in found
    assert len(set(found)) == len(found)
    assert known_models.model_key(small()) == found[0]


def test_functions_of_the_users_own_are_told_or_give_no_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    same = "double own(double x) { return x; }"
    keys = []
    for code, options in (
        (same, {}),
        ("double own(double x) { return 2 * x; }", {}),
        (same, {"namespace": {"_values": np.arange(3.0)}}),
        (same, {"namespace": {"_values": np.arange(4.0)}}),
        (lambda owner: same, {}),
    ):
        own = Function(abs, arg_units=[1], return_unit=1)
        if callable(code):
            own.implementations.add_dynamic_implementation("cpp", code)
        else:
            own.implementations.add_implementation("cpp", code, **options)
        monkeypatch.setitem(DEFAULT_FUNCTIONS, "own", own)
        keys.append(known_models.model_key(small(threshold="v > own(1.0)")))
    assert keys[4] is None
    assert len({key for key in keys if key}) == 4
    assert known_models.model_key(small()) is not None


@pytest.mark.parametrize(
    "meta",
    [
        [],
        {},
        {"library": "", "stochastic": False},
        {"library": "../x", "stochastic": False},
        {"library": "x", "stochastic": False},
        {"library": ["x"], "stochastic": 3},
    ],
)
def test_a_record_that_names_no_library_is_not_there(stored: Path, meta: object) -> None:
    stored.mkdir(parents=True, mode=0o700)
    np.savez(stored / "key", meta=np.array(json.dumps(meta)))
    (stored / "key.npz").rename(stored / "key.model")
    assert known_models.find_model("key") is None


@pytest.mark.parametrize("what", ["folder", "library", "owner", "link"])
def test_what_others_could_have_written_is_not_run(
    project: Path, stored: Path, tmp_path: Path, what: str
) -> None:
    library = compile_library(project)
    key = library.name.partition("-")[0]
    assert cache.find(key, ".so") == library
    if what == "folder":
        stored.chmod(0o777)
    elif what == "library":
        library.chmod(0o666)
    elif what == "owner":
        if os.geteuid() != 0:
            pytest.skip("only root gives files away")
        os.chown(library, 12345, 12345)
    else:
        library.rename(tmp_path / "theirs")
        library.symlink_to(tmp_path / "theirs")
    assert cache.find(key, ".so") is None
    again = compile_library(project)
    assert cache.find(key, ".so") == again
    assert stored.stat().st_mode & 0o777 == 0o700


def test_the_cache_is_its_users_alone_whatever_the_umask(tmp_path: Path, stored: Path) -> None:
    built = tmp_path / "built.so"
    built.write_bytes(b"x")
    before = os.umask(0)
    try:
        kept = cache.keep(built, "key", ".so")
    finally:
        os.umask(before)
    assert stored.stat().st_mode & 0o777 == 0o700
    assert not kept.stat().st_mode & 0o022


@pytest.mark.usefixtures("stored")
def test_what_cannot_be_kept_is_not_remembered(tmp_path: Path) -> None:
    elsewhere = known_models.Compiled(tmp_path / "library.so", {}, stochastic=False)
    known_models.keep_model("key", elsewhere)
    assert known_models.find_model("key") is None
