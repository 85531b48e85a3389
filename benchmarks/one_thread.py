"""One thread for the libraries that would take more."""

from __future__ import annotations

import os
import sys

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def one_thread() -> None:
    """Start the script anew, once, with one thread for each library that reads `VARIABLES`."""
    if any(os.environ.get(name) != "1" for name in VARIABLES):
        environment = {**os.environ, **dict.fromkeys(VARIABLES, "1")}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606
