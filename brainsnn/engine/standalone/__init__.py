"""The standalone engine: a network as a C++ project that builds and runs without Python."""

from brainsnn.engine.standalone.engine import StandaloneEngine
from brainsnn.engine.standalone.project import write_project

__all__ = ["StandaloneEngine", "write_project"]
