"""Compiled functions, kept on disk where the disk lets them be.

An installation may be read-only and its user without a home. Then functions are compiled anew in
each process, where Numba by itself refuses to define them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def njit(*signatures: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit(..., cache=True)`, without a cache where there can be none."""
    return _kept(numba.njit, *signatures, **options)


def vectorize(*signatures: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.vectorize(..., cache=True)`, without a cache where there can be none."""
    return _kept(numba.vectorize, *signatures, **options)


@numba.njit
def copy_row(values, out):  # type: ignore[no-untyped-def]
    """Write a vector over another.

    ``out[:] = values`` does so too, but takes Numba seconds to compile: it brings along the text of
    an error about shapes.
    """
    for j in range(out.size):
        out[j] = values[j]


def _kept(
    compiler: Callable[..., Any], *signatures: Any, **options: Any
) -> Callable[[Callable[..., Any]], Any]:
    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return compiler(*signatures, cache=True, **options)(function)
        except RuntimeError as error:
            if "no locator available" not in str(error):
                raise
            return compiler(*signatures, **options)(function)

    return decorate
