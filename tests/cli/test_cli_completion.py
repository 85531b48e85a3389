"""The shell's completion: names of protocols, without importing any."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from brainsnn.cli.main import app
from brainsnn.cli.options import protocol_names
from brainsnn.experiment.installed import protocols

#: What a shell asks for, and what was imported for the answer.
ASK = """
import sys
from brainsnn.cli.main import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def asked(words: str) -> subprocess.CompletedProcess[str]:
    cursor = len(words.split()) - 1 + words.endswith(" ")
    told = {"_BRAINSNN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(cursor)}
    return subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, env={**os.environ, **told}
    )


def test_names_that_begin_so():
    assert protocol_names("") == list(protocols())
    assert protocol_names("s4nn-") == ["s4nn-caltech", "s4nn-mnist"]
    assert protocol_names("s5") == []


@pytest.mark.parametrize("command", ["run", "show", "describe", "sweep"])
def test_the_shell_is_told_names_and_no_protocol_is_imported(command):
    done = asked(f"brainsnn {command} s4nn-")
    assert done.stdout.split() == ["s4nn-caltech", "s4nn-mnist"]
    loaded = set(done.stderr.split())
    assert "brainsnn.registry" in loaded
    assert not loaded & {"brian2", "numba", "numpy", "pandas", "brainsnn.protocols"}


def test_commands_are_completed():
    assert "report" in asked("brainsnn re").stdout.split()


def test_completion_can_be_installed():
    assert "--install-completion" in CliRunner().invoke(app, ["--help"]).stdout
