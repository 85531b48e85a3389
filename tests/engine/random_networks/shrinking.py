"""The smallest script that still shows a difference."""

from __future__ import annotations

from collections.abc import Callable

from engine.random_networks.draft import Script

Shows = Callable[[Script], bool]


def shrink(script: Script, shows: Shows) -> Script:
    """Leave out pieces, the last ones first, as long as the difference stays.

    Parameters
    ----------
    script : Script
    shows : callable
        Whether a script still shows it.
    """
    smaller = True
    while smaller:
        smaller = False
        for place in reversed(range(len(script.pieces))):
            if place >= len(script.pieces):
                continue
            candidate = script.without(place)
            if candidate.pieces and shows(candidate):
                script, smaller = candidate, True
    return script
