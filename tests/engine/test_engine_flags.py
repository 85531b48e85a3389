"""Flags of the compiler, and everything else that makes a build another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import brian2
import pytest

from brainsnn.engine.resident import cache
from brainsnn.engine.resident.compiler import (
    FLAGS_VARIABLE,
    STRICT,
    Flags,
    compile_library,
    source_key,
)
from brainsnn.errors import EngineError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that takes no time to compile, and an empty cache."""
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "main.cpp").write_text('extern "C" int answer() { return 42; }\n')
    return folder


def test_compiler_flags_sources_and_brian2_are_part_of_the_key(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\necho other 1.0\n")
    other.chmod(0o755)

    def keys() -> Iterator[str]:
        yield source_key(project, "g++", STRICT)
        yield source_key(project, "g++", Flags((*STRICT.compile, "-O1")))
        yield source_key(project, "g++", Flags(STRICT.compile, ("-lm",)))
        yield source_key(project, str(other), STRICT)
        with monkeypatch.context() as patch:
            patch.setattr(brian2, "__version__", "99.0")
            yield source_key(project, "g++", STRICT)
        with monkeypatch.context() as patch:
            patch.setattr("brainsnn.engine.resident.compiler.processor", lambda: "another")
            yield source_key(project, "g++", STRICT)
        (project / "more.h").write_text("")
        yield source_key(project, "g++", STRICT)

    found = list(keys())
    assert len(set(found)) == len(found)


def test_the_user_adds_flags_to_those_of_every_build(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FLAGS_VARIABLE, "")
    plain = compile_library(project)
    monkeypatch.setenv(FLAGS_VARIABLE, "-O1 '-DNAME=a b'")
    assert STRICT.with_the_users().compile == (*STRICT.compile, "-O1", "-DNAME=a b")
    other = compile_library(project)
    assert plain.name.partition("-")[0] != other.name.partition("-")[0]
    assert compile_library(project) == other
    monkeypatch.setenv(FLAGS_VARIABLE, "-Dname='open")
    with pytest.raises(EngineError, match=f"{FLAGS_VARIABLE} cannot be read"):
        compile_library(project)


def test_headers_of_the_users_own_are_part_of_the_key(project: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "value.h").write_text("const int value = 1;\n")
    (project / "main.cpp").write_text(
        '#include "value.h"\nextern "C" int answer() { return value; }'
    )
    flags = Flags((*STRICT.compile, f"-I{own}"))
    before = source_key(project, "g++", flags)
    (own / "value.h").write_text("const int value = 2;\n")
    assert source_key(project, "g++", flags) != before
