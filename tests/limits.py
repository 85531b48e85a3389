"""Where the numbers that a setting takes end."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from brainsnn.config import Config

LITTLE = 1e-9

#: Of each kind of setting: what it takes up to its ends, and what it refuses beyond.
ENDS: dict[str, tuple[list[object], list[object]]] = {
    "positive": ([LITTLE], [0.0]),
    "not negative": ([0.0], [-LITTLE]),
    "share": ([0.0, 1.0], [-LITTLE, 1 + LITTLE]),
    "positive share": ([LITTLE, 1.0], [0.0, 1 + LITTLE]),
    "decay": ([0.0, 1 - LITTLE], [-LITTLE, 1.0]),
    "time": (["1*ms"], ["0*ms", "-1*ms", "1*mV", "1"]),
    "voltage": (["-70*mV"], ["1*ms", "1"]),
    "rate": (["0*Hz"], ["-1*Hz", "1*ms", "1"]),
    "positive rate": (["1*Hz"], ["0*Hz", "-1*Hz", "1*ms", "1"]),
    "from 0": ([0], [-1]),
    "from 1": ([1], [0]),
    "from 2": ([2], [1]),
    "not empty": ([(1.0,)], [()]),
}


def assert_ends(config: type[Config], kinds: Mapping[str, str]) -> None:
    """Check each number of a configuration, and that none with an end is left out."""
    fields = config.model_fields
    assert {name for name in fields if fields[name].metadata} == set(kinds)
    for name, kind in kinds.items():
        taken, refused = ENDS[kind]
        for value in taken:
            assert getattr(config.model_validate({name: value}), name) == value
        for value in refused:
            with pytest.raises(ValidationError, match=name):
                config.model_validate({name: value})
