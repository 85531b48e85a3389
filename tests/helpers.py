"""Small inputs built by hand."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from brainsnn.spikes import Recording

NAN = float("nan")


def recording(
    spikes: Iterable[tuple[int, str, int, int, float]],
    populations: Mapping[str, int],
    *,
    n_trials: int = 1,
    n_steps: int = 10,
    dt: float = 1e-3,
    final: Mapping[str, object] | None = None,
) -> Recording:
    """Recording of (trial, population, neuron, step, potential) tuples, in any order."""
    names = list(populations)
    rows = sorted(
        (trial, step, names.index(population), neuron, potential)
        for trial, population, neuron, step, potential in spikes
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    trial, step, population, neuron = (np.array(c, np.int32) for c in columns[:4])
    offsets = np.searchsorted(trial, np.arange(n_trials + 1)).astype(np.int64)
    potential = np.array(columns[4], np.float64)
    ends = {name: np.array(values, np.float64) for name, values in (final or {}).items()}
    return Recording(
        dict(populations), n_steps, dt, offsets, population, neuron, step, potential, ends
    )


def idx_bytes(array: np.ndarray) -> bytes:
    """An array as the contents of an IDX file."""
    array = np.asarray(array, np.uint8)
    header = bytes([0, 0, 8, array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def write_gzip(path: Path, contents: bytes) -> Path:
    """Write `contents` to `path`, gzipped."""
    path.write_bytes(gzip.compress(contents))
    return path
