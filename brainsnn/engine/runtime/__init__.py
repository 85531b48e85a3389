"""The runtime engine: Brian2's own runtime, which needs no compiler."""

from brainsnn.engine.runtime.engine import RuntimeEngine, runtime_device

__all__ = ["RuntimeEngine", "runtime_device"]
