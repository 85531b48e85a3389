"""Engines: how a model runs trials. The only place that knows Brian2's devices.

To add one: write a file with a subclass of `Engine`, register it in `ENGINES`, import it below;
the scenario suite finds it there.
"""

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

import tempfile

from brainsnn.engine.base import ENGINES, Engine
from brainsnn.engine.genn import GennEngine
from brainsnn.engine.resident import ResidentEngine
from brainsnn.engine.runtime import RuntimeEngine
from brainsnn.engine.standalone import StandaloneEngine
from brainsnn.errors import EngineError
from brainsnn.network.memory import check_size
from brainsnn.network.model import Model
from brainsnn.streams import Streams

__all__ = [
    "ENGINES",
    "Engine",
    "GennEngine",
    "ResidentEngine",
    "RuntimeEngine",
    "StandaloneEngine",
    "build_engine",
]


def build_engine(
    name: str, model: Model, n_steps: int, streams: Streams | None = None, workers: int = 1
) -> Engine:
    """Build the engine called `name` for a model (see `Engine` for the parameters).

    Raises
    ------
    ConfigError
        If there is no engine of that name.
    EngineError, ModelError
        If it cannot be built, or is too large for this machine.
    """
    kind = ENGINES[name]
    check_size(model.name, model.shapes, n_steps)
    try:
        return kind(model, n_steps, streams, workers=workers)
    except OSError as error:
        where = error.filename or tempfile.gettempdir()
        raise EngineError(
            f"The network cannot be built: {where}: {error.strerror or error}. Temporary files go "
            "to the folder in TMPDIR."
        ) from error
