"""What Brian2 objects to, in one line that names the part of the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brainsnn.errors import ModelError

if TYPE_CHECKING:
    from brainsnn.network.model import Model

_CREATED_HERE = re.compile(
    r"Object was created here .*?original error message and traceback\.\)", re.S
)
_OBJECT = re.compile(r"object named '([A-Za-z0-9_]+)'")


def explain(model: Model, error: BaseException) -> ModelError:
    """Error that names the population or connection of `model` that Brian2 objects to."""
    message = brian2_message(error)
    found = _OBJECT.search(message)
    parts = [
        (f"{kind} {part.name!r}", part.name)
        for kind, group in (("population", model.populations), ("connection", model.connections))
        for part in group
        if found and found[1].startswith(part.name)
    ]
    where = max(parts, key=lambda p: len(p[1]))[0] if parts else "its network"
    return ModelError(f"Model {model.name!r}, {where}: {message}")


def brian2_message(error: BaseException) -> str:
    """Everything that Brian2 says of an error, causes included, in one line."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        text = " ".join(_CREATED_HERE.sub("", str(cause)).split())
        if text and text not in parts:
            parts.append(text)
        cause = cause.__cause__
    return " ".join(parts) or type(error).__name__
