"""Run directories: configuration, provenance, tables, weights, checkpoints; written whole."""

from brainsnn.records.arrays import read_arrays, write_arrays
from brainsnn.records.atomic import write_whole
from brainsnn.records.directory import RunDirectory
from brainsnn.records.provenance import describe_machine, provenance
from brainsnn.records.weights import check_weights, load_weights, save_weights

__all__ = [
    "RunDirectory",
    "check_weights",
    "describe_machine",
    "load_weights",
    "provenance",
    "read_arrays",
    "save_weights",
    "write_arrays",
    "write_whole",
]
