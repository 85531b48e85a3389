"""Target ``genn``: a GeNN project that needs GeNN, a compiler and ``make``, and no Python."""

from brainsnn.engine.genn.export import write_genn_project
from brainsnn.export.base import TARGETS

TARGETS.add("genn", write_genn_project)

__all__ = ["write_genn_project"]
