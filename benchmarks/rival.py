"""Asking a program that runs in another interpreter, with other packages, how fast it is."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

RIVALS = Path(__file__).parent / "rivals"


def ask_rival(
    python: str, script: str, arrays: Mapping[str, ArrayLike], settings: Sequence[object]
) -> Any:
    """Run a program of ``rivals/`` and return what it prints as JSON, on its last line.

    Parameters
    ----------
    python : str
        Its interpreter.
    script : str
        Its file name.
    arrays : mapping of str to array_like
        Given to it as an .npz file, whose path is its first argument.
    settings : sequence
        Its other arguments.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.npz"
        np.savez(path, **{name: np.asarray(values) for name, values in arrays.items()})
        command = [python, str(RIVALS / script), str(path), *map(str, settings)]
        out = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": ""},
        )
    return json.loads(out.stdout.splitlines()[-1])
