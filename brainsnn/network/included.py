"""Brian2 objects that count as part of a network although no run of Brian2's included them.

Brian2 warns where an object is deleted that was never run, since its network was probably put
together wrongly. What was derived or compiled from Brian2's objects has used them, without a run.
"""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from typing import Any

import brian2
from brian2.core.base import BrianObject

#: Attribute of what is counted. Brian2's own, `_network`, would have it refused by other networks.
_MARK = "_counts_as_included"


def count_as_included(network: brian2.Network) -> None:
    """Have Brian2 take the objects of a network for used, and otherwise leave them as they are.

    They can be run, changed, and put into other networks as before.

    Parameters
    ----------
    network : brian2.Network
    """
    _heed_marks()
    for part in network.sorted_objects:
        object.__setattr__(part, _MARK, True)


def _heed_marks() -> None:
    """Have Brian2's warning leave out what is marked; once in a process."""
    warned = BrianObject.__del__
    if getattr(warned, _MARK, False):
        return

    def heeding(self: Any) -> None:
        if not vars(self).get(_MARK, False):
            warned(self)

    setattr(heeding, _MARK, True)
    BrianObject.__del__ = heeding
