"""The resident engine: a Brian2 network compiled to a shared library and kept in the process."""

from brainsnn.engine.resident.compiled import CompiledNetwork, MonitorRecord, compile_network
from brainsnn.engine.resident.engine import ResidentEngine

__all__ = ["CompiledNetwork", "MonitorRecord", "ResidentEngine", "compile_network"]
