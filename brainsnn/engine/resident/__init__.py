"""The resident engine: a Brian2 network compiled to a shared library and kept in the process."""

from brainsnn.engine.resident.engine import ResidentEngine

__all__ = ["ResidentEngine"]
