"""GeNN on this machine: where it is, which version, and whether there is a GPU to run on."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from brainsnn.errors import EngineError

VARIABLE = "GENN_PATH"

#: GeNN 5 describes models in another way; the engine is tested with the last of the fourth series.
TESTED, FIRST, BEYOND = Version("4.9.0"), Version("4.2.1"), Version("5")


@dataclass(frozen=True)
class Installation:
    """A GeNN that can be used.

    Parameters
    ----------
    path : Path
        Its folder.
    version : Version
        What its ``version.txt`` says.
    """

    path: Path
    version: Version

    @property
    def build_model(self) -> Path:
        """GeNN's command that generates code for a model."""
        return self.path / "bin" / "genn-buildmodel.sh"


def find_genn() -> Installation:
    """Find the GeNN that ``GENN_PATH`` names.

    Raises
    ------
    EngineError
        If the variable is not set, the folder holds no GeNN, or a version that cannot be used.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise EngineError(
            f"{VARIABLE} is not set: it names the folder of GeNN {TESTED}, which is not in any "
            "package registry and not a part of brainsnn."
        )
    path = Path(folder).absolute()
    found = Installation(path, _read_version(path))
    if not found.build_model.is_file():
        raise EngineError(f"{VARIABLE} = {folder}: no GeNN there, {found.build_model} is missing.")
    if not FIRST <= found.version < BEYOND:
        raise EngineError(
            f"{VARIABLE} = {folder} is GeNN {found.version}; {FIRST} to 4.9 are taken, "
            f"{TESTED} is tested, 5.0 and later describe models in another way."
        )
    return found


def _read_version(path: Path) -> Version:
    try:
        return Version((path / "version.txt").read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError, InvalidVersion) as error:
        raise EngineError(
            f"{VARIABLE} = {path}: no GeNN there, version.txt cannot be read ({error})."
        ) from error


def cuda_path() -> Path:
    """Folder of CUDA: ``$CUDA_PATH``, else where its installer puts it."""
    return Path(os.environ.get("CUDA_PATH", "/usr/local/cuda"))


def check_cuda() -> str:
    """Say how many GPUs there are.

    Raises
    ------
    EngineError
        If ``CUDA_PATH`` names no CUDA, or there is no GPU that its driver knows.
    """
    folder = cuda_path()
    if not (folder / "bin" / "nvcc").is_file():
        raise EngineError(f"No CUDA: {folder}/bin/nvcc is missing; set CUDA_PATH.")
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        raise EngineError(f"CUDA is in {folder}, but no driver of a GPU: {error}.") from error
    count = ctypes.c_int(0)
    if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)) or not count.value:
        raise EngineError(f"CUDA is in {folder}, but its driver finds no GPU.")
    return f"{count.value} GPU(s), CUDA in {folder}"
