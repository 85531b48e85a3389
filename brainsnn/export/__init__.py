"""Networks as projects of their own, which build and run without brainsnn.

To add a target: write a file with a `Target`, register it in `TARGETS`, import it below.
"""

from brainsnn.export.base import TARGETS, Target, build_project
from brainsnn.export.cpp import write_cpp
from brainsnn.export.cpp_float32 import changed_decisions, write_cpp_float32
from brainsnn.export.genn import write_genn_project
from brainsnn.export.protocols import Built, build_protocol

__all__ = [
    "TARGETS",
    "Built",
    "Target",
    "build_project",
    "build_protocol",
    "changed_decisions",
    "write_cpp",
    "write_cpp_float32",
    "write_genn_project",
]
