"""The engines, and which of them this machine can run."""

from __future__ import annotations

from typing import Any

import pytest

from brainsnn.engine import ENGINES
from brainsnn.engine.genn.adapter import HOW_TO_INSTALL, installed_version
from brainsnn.engine.genn.installation import find_genn
from brainsnn.errors import EngineError

needs_brian2genn = pytest.mark.skipif(
    installed_version() is None, reason=f"Brian2GeNN is not installed: {HOW_TO_INSTALL}"
)


def _lacking(name: str) -> str | None:
    """What an engine lacks here, if anything."""
    if name != "genn":
        return None
    try:
        find_genn()
    except EngineError as error:
        return str(error)
    return None if installed_version() else f"Brian2GeNN is not installed: {HOW_TO_INSTALL}"


def usable_engines() -> list[str]:
    """Names of the engines that can run here."""
    return [name for name in ENGINES if _lacking(name) is None]


def engine_params(*left_out: str) -> list[Any]:
    """All engines but some, as parameters of a test; it skips those that cannot run here."""
    params = []
    for name in ENGINES:
        lacking = _lacking(name)
        mark = pytest.mark.skipif(lacking is not None, reason=lacking or "")
        if name not in left_out:
            params.append(pytest.param(name, marks=mark))
    return params
