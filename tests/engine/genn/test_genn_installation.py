"""GeNN is found by GENN_PATH, and what is wrong with it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.genn.stand_in import write_stand_in

from brainsnn.engine.genn.installation import check_cuda, find_genn
from brainsnn.errors import EngineError


def test_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stand_in(tmp_path / "genn")
    monkeypatch.setenv("GENN_PATH", str(tmp_path / "genn"))
    assert str(find_genn().version) == "4.9.0"


def test_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENN_PATH", raising=False)
    with pytest.raises(
        EngineError, match=r"GENN_PATH is not set: it names the folder of GeNN 4\.9"
    ):
        find_genn()


@pytest.mark.parametrize("version", ["5.4.0", "4.1.0"])
def test_a_version_that_cannot_be_used(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stand_in(tmp_path / "genn", version)
    monkeypatch.setenv("GENN_PATH", str(tmp_path / "genn"))
    with pytest.raises(EngineError, match=f"is GeNN {version}; 4.2.1 to 4.9 are taken"):
        find_genn()


def test_a_folder_without_genn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENN_PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"no GeNN there, version\.txt cannot be read"):
        find_genn()
    (tmp_path / "version.txt").write_text("4.9.0")
    with pytest.raises(EngineError, match=r"genn-buildmodel\.sh is missing"):
        find_genn()


def test_a_driver_without_gpu_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "nvcc").write_text("")
    monkeypatch.setenv("CUDA_PATH", str(tmp_path))

    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr("ctypes.CDLL", missing)
    with pytest.raises(EngineError, match=r"no driver of a GPU: libcuda\.so\.1: cannot open"):
        check_cuda()
