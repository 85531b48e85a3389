"""Parts of an experiment carried out at once, each by a process ``brainsnn resume PART``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Lock

from brainsnn.errors import BrainsnnError, ConfigError
from brainsnn.experiment.installed import protocols
from brainsnn.interrupts import Interrupted


class _Processes:
    """The processes that are running, so that all can be asked to end."""

    def __init__(self) -> None:
        self.lock, self.running, self.ending = Lock(), set[subprocess.Popen[str]](), False

    def resume(self, path: Path) -> Path:
        """Have a process go on with a run directory, and wait for it.

        Raises
        ------
        Interrupted
            If it was interrupted, or all are ending.
        BrainsnnError
            If it failed; with its message.
        """
        with self.lock:
            if self.ending:
                raise Interrupted(path)
            process = subprocess.Popen(_command(path), stdout=subprocess.PIPE, text=True)
            self.running.add(process)
        try:
            said, _ = process.communicate()
        finally:
            self.running.discard(process)
        if process.returncode == Interrupted.exit_code:
            raise Interrupted(path)
        if process.returncode:
            raise BrainsnnError(f"{path}: {_reason(said, process.returncode)}")
        return path

    def end(self) -> None:
        """Ask all to end as Ctrl-C does: they save what they have done."""
        with self.lock:
            self.ending = True
            for process in list(self.running):
                process.terminate()


def _command(path: Path) -> list[str]:
    return [sys.executable, "-m", "brainsnn.cli.main", "resume", str(path), "--json"]


def _reason(said: str, code: int) -> str:
    try:
        return str(json.loads(said)["error"])
    except (ValueError, LookupError, TypeError):
        return f"the process that carried it out ended with code {code}; its log.txt has more."


def resume_at_once(name: str, paths: Iterable[Path], n: int, say: Callable[[str], None]) -> None:
    """Go on with run directories, `n` at a time.

    Parameters
    ----------
    name : str
        The experiment's; processes find it by its entry point.
    paths : iterable of Path
    n : int
    say : callable
        Takes a line of progress.

    Raises
    ------
    ConfigError
        If the experiment is not installed.
    Interrupted
        On Ctrl-C; each part has saved what it has done.
    BrainsnnError
        If a part failed; the others that were running have saved what they have done.
    """
    if name not in protocols():
        raise ConfigError(f"workers = {n} is not possible: {name!r} is no installed protocol.")
    processes = _Processes()
    with ThreadPoolExecutor(n) as pool:
        try:
            for done in as_completed([pool.submit(processes.resume, path) for path in paths]):
                say(f"{done.result().name}: done")
        except BaseException:
            processes.end()
            raise
