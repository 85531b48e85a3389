"""Where data sets are looked for, and how a missing one is fetched.

The first of these that holds the set's folder is used:

1. the folder that the environment variable ``BRAINSNN_DATA`` names,
2. ``data/`` beside the package (a clone of the repository),
3. ``data/`` in the current directory,
4. the user's cache (``~/.cache/brainsnn/data`` on Linux),
5. the system's data sets (``/usr/share/datasets``, where Debian's packages put them).

A set with a public mirror is otherwise downloaded into the cache, its checksum verified.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import platformdirs
import pooch

from brainsnn.errors import DataError

ENVIRONMENT = "BRAINSNN_DATA"
"""Environment variable that names the folder to look in first."""

PACKAGE_DATA = Path(__file__).resolve().parents[2] / "data"
"""Folder beside the package, there in a clone of the repository."""


SYSTEM_DATA = Path("/usr/share/datasets")
"""Folder that packages of the operating system install data sets in."""


def cache_folder() -> Path:
    """Folder of the user's cache that brainsnn's data live in; it may not exist yet."""
    return platformdirs.user_cache_path("brainsnn") / "data"


def search_roots() -> list[tuple[str, Path]]:
    """Folders that may hold data sets, in the order they are looked in.

    Returns
    -------
    list of (str, Path)
        Why the folder is looked in, and the folder; each folder once.
    """
    roots = []
    if os.environ.get(ENVIRONMENT):
        roots.append((ENVIRONMENT, Path(os.environ[ENVIRONMENT]).expanduser()))
    roots.append(("beside the package", PACKAGE_DATA))
    if all(path != Path.cwd() / "data" for _, path in roots):
        roots.append(("current directory", Path.cwd() / "data"))
    roots.append(("user's cache", cache_folder()))
    roots.append(("system's data sets", SYSTEM_DATA))
    return roots


def find_folder(relative: str) -> Path | None:
    """First folder called `relative` below the search roots, or None.

    Parameters
    ----------
    relative : str
        Name of the set's folder (``"mnist"``).
    """
    for _, root in search_roots():
        if (root / relative).is_dir():
            return root / relative
    return None


def missing(relative: str, remedy: str) -> DataError:
    """Error for a data set that is nowhere: where it was looked for, and what to do.

    Parameters
    ----------
    relative : str
        Name of the set's folder.
    remedy : str
        What to do, as a sentence.
    """
    looked = "\n".join(f"  {root / relative}  ({why})" for why, root in search_roots())
    unset = "" if os.environ.get(ENVIRONMENT) else f" ({ENVIRONMENT} is not set.)"
    return DataError(f"No data set folder {relative!r}. Looked for:\n{looked}\n{remedy}{unset}")


def download(
    relative: str,
    files: Mapping[str, str],
    mirrors: Sequence[str],
    downloader: Callable[..., object] | None = None,
) -> Path:
    """Fetch those of a set's files that the user's cache does not hold yet.

    Each file is written whole or not at all, and only if its checksum is right.

    Parameters
    ----------
    relative : str
        Name of the set's folder in the cache.
    files : mapping of str to str
        File names, with their checksums as pooch writes them (``"md5:..."``).
    mirrors : sequence of str
        Addresses that hold all the files, each ending in a slash; tried in turn.
    downloader : callable, optional
        Takes the place of pooch's own downloader.

    Returns
    -------
    Path
        The folder, now complete.

    Raises
    ------
    DataError
        If no mirror gives a file with the right checksum.
    """
    folder = cache_folder() / relative
    for name, checksum in files.items():
        if not (folder / name).is_file():
            _fetch(folder, name, checksum, mirrors, downloader)
    return folder


def _fetch(
    folder: Path,
    name: str,
    checksum: str,
    mirrors: Sequence[str],
    downloader: Callable[..., object] | None,
) -> None:
    problems = []
    for mirror in mirrors:
        try:
            pooch.retrieve(mirror + name, checksum, name, folder, downloader=downloader)
        except (OSError, ValueError) as error:
            problems.append(f"  {mirror}{name}: {error}")
        else:
            return
    tried = "\n".join(problems)
    raise missing(
        folder.name,
        f"Downloading {name} failed:\n{tried}\n"
        f"Connect to the network, or set {ENVIRONMENT} to a folder that holds {folder.name}/.",
    )
