"""Outputs that are closed, broken or full: results have a code of their own, the rest is silent."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from typing import TextIO, cast

import pytest
from rich.console import Console

from brainsnn.output import LOST, Unbroken
from brainsnn.training.callbacks.progress import ProgressLines

COMMAND = [sys.executable, "-m", "brainsnn.cli.main"]


def broken_pipe() -> int:
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def full_device() -> int:
    """What is always full."""
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.parametrize("output", [broken_pipe, full_device])
def test_a_result_that_cannot_be_said_has_its_own_code(output: Callable[[], int]) -> None:
    with os.fdopen(output(), "w") as stdout:
        done = subprocess.run(
            [*COMMAND, "--version"], stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (LOST, b"")


@pytest.mark.parametrize(
    ("words", "code"), [("--version >&-", LOST), ("show nothing 2>&-", 2), ("show nothing >&-", 2)]
)
def test_closed_streams(words: str, code: int) -> None:
    script = f"{sys.executable} -m brainsnn.cli.main {words}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


class Broken(io.StringIO):
    """Breaks with the second line."""

    lines = 0

    def write(self, text: str) -> int:
        self.lines += 1
        if self.lines > 1:
            raise BrokenPipeError
        return super().write(text)


def test_progress_goes_on_in_silence() -> None:
    broken = Broken()
    lines = ProgressLines(Console(file=cast(TextIO, Unbroken(broken))))
    for k in range(3):
        lines.on_message(f"line {k}")
    assert broken.getvalue() == "line 0\n"
    assert Unbroken(None).write("text") == 4
    assert not Unbroken(None).isatty()
