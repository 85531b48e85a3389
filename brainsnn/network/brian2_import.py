"""Brian2, imported so that Python's own reports stay as they are.

Importing Brian2 replaces ``sys.excepthook`` by one that calls every uncaught exception an error of
Brian2, adds a warnings filter, and sends all warnings through its log. Whoever imports brainsnn
did not ask for that: what their own code raises or warns of has to reach them as it is. This module
is imported before any other touches Brian2; where a program imported Brian2 itself, nothing is
changed.
"""

from __future__ import annotations

import logging
import sys
import warnings


def _import_brian2() -> None:
    if "brian2" in sys.modules:
        return
    hook, shown = sys.excepthook, warnings.showwarning
    with warnings.catch_warnings():
        import brian2  # noqa: F401
    sys.excepthook = hook
    if getattr(shown, "__module__", "") != "logging":  # Else the program captures them itself.
        logging.captureWarnings(False)
        warnings.showwarning = shown


_import_brian2()
