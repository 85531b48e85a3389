"""The resident engine: a Brian2 network compiled to a shared library and kept in the process."""

from brainsnn.engine.resident.compilation import compile_network
from brainsnn.engine.resident.compiled import CompiledNetwork
from brainsnn.engine.resident.device import active_device
from brainsnn.engine.resident.engine import ResidentEngine
from brainsnn.engine.resident.loaded.monitors import MonitorRecord

__all__ = [
    "CompiledNetwork",
    "MonitorRecord",
    "ResidentEngine",
    "active_device",
    "compile_network",
]
