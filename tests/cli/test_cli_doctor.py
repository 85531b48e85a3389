"""The doctor says what of GeNN is there, what is missing, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.genn.stand_in import write_stand_in

from brainsnn.cli.doctor import Finding, examine


def findings() -> dict[str, Finding]:
    return {finding.name: finding for finding in examine()}


def test_genn_is_optional(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GENN_PATH", raising=False)
    monkeypatch.setenv("CUDA_PATH", str(tmp_path))
    monkeypatch.setattr("brainsnn.engine.genn.adapter.PACKAGE", "not_there")
    found = findings()
    assert [found[name].good for name in ("genn", "brian2genn", "cuda")] == [None] * 3
    assert "pip install --no-deps brian2genn==1.7.0" in found["brian2genn"].detail
    assert "nvcc is missing" in found["cuda"].detail


@pytest.mark.parametrize(
    ("version", "good", "detail"),
    [
        ("4.9.0", True, "4.9.0 (tested)"),
        ("4.8.1", True, "4.8.1 (tested: 4.9.0)"),
        ("5.4.0", False, "describe models in another way"),
    ],
)
def test_a_genn_that_is_named_is_looked_at(
    version: str, good: bool, detail: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_stand_in(tmp_path / "genn", version)
    monkeypatch.setenv("GENN_PATH", str(tmp_path / "genn"))
    found = findings()["genn"]
    assert found.good is good
    assert detail in found.detail
