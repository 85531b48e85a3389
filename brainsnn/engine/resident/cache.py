"""Compiled networks on disk: found again by a hash of what they were made from, or not at all.

A file's name holds that hash and a checksum of its own contents. Whatever is half-written, cut
short or damaged therefore has a name that does not fit it, and is never used. What is found is run
as code: a file or folder that another user owns or could have written is not used either, and the
folder is made for its owner alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "BRAINSNN_CACHE"

_UNFINISHED, _A_DAY = ".building-", 86_400.0


def cache_directory() -> Path:
    """Folder of compiled networks: ``$BRAINSNN_CACHE``, else the user's cache."""
    root = os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("brainsnn")
    return Path(root) / "resident"


def find(key: str, suffix: str) -> Path | None:
    """Whole file that was kept under a key; damaged ones are removed.

    Parameters
    ----------
    key : str
        Hash of everything that the file was made from.
    suffix : str
        End of its name.

    Returns
    -------
    Path or None
    """
    if not is_private(cache_directory()):
        return None
    for path in sorted(cache_directory().glob(f"{key}-*{suffix}")):
        if is_whole(path):
            return path
        _remove(path)
    return None


def is_whole(path: Path) -> bool:
    """Whether a file of the cache is ours, and its contents fit its name."""
    try:
        return is_private(path) and path.name.partition("-")[2].partition(".")[0] == _checksum(path)
    except OSError:
        return False


def is_private(path: Path) -> bool:
    """Whether only this user or the system's could have written a file or folder.

    A symbolic link in the place of a file is nobody's; a folder may be reached through one.
    """
    try:
        status = path.stat() if path.is_dir() else path.lstat()
    except OSError:
        return False
    plain = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    others = stat.S_IWGRP | stat.S_IWOTH
    return plain and status.st_uid in (0, os.geteuid()) and not status.st_mode & others


def keep(built: Path, key: str, suffix: str) -> Path:
    """Copy a file into the cache.

    It is written under a temporary name and renamed, so a reader never sees half of it and two
    processes may keep the same file at once. What killed processes left is removed after a day.

    Parameters
    ----------
    built : Path
        The file.
    key, suffix : str
        As for `find`.

    Returns
    -------
    Path
        The file in the cache, or `built` where the cache cannot be written.
    """
    target = cache_directory() / f"{key}-{_checksum(built)}{suffix}"
    scratch = None
    try:
        if not make_private(target.parent):
            return built
        if is_whole(target):
            return target
        _remove_unfinished(target.parent)
        handle, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=suffix, dir=target.parent)
        os.close(handle)
        scratch = Path(name)
        shutil.copy(built, scratch)
        scratch.chmod(stat.S_IRWXU)
        scratch.replace(target)
    except OSError:
        if scratch is not None:
            _remove(scratch)
        return built
    return target


def make_private(folder: Path) -> bool:
    """Make a folder for this user alone; whether it is one that others cannot write to.

    A folder of this user's own that others could write to, made under another umask, is closed to
    them: what they may have put there has other owners and is not used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != stat.S_IRWXU:
        folder.chmod(stat.S_IRWXU)
    return is_private(folder)


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _remove_unfinished(folder: Path) -> None:
    for path in folder.glob(f"{_UNFINISHED}*"):
        if time.time() - path.stat().st_mtime > _A_DAY:
            _remove(path)
