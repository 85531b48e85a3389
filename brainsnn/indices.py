"""Numbers from outside, checked where they enter.

Compiled code takes an index for a place in memory, without asking. So whatever a caller gives as an
index, a size or a label passes through here once, becomes an array of the right type, and is never
turned into another number on the way.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from brainsnn.errors import BrainsnnError, DataError
from brainsnn.jit import njit

MOST = 2**31 - 1
"""Largest number of neurons or steps: both are columns of int32."""

Refusal = type[BrainsnnError]


def whole_numbers(
    what: str, values: ArrayLike, dtype: DTypeLike = np.int64, error: Refusal = DataError
) -> NDArray[Any]:
    """Values as a column of whole numbers, in C order.

    Parameters
    ----------
    what : str
        What they are, for messages.
    values : array of numbers, shape (n,)
        Fractions are allowed where nothing is lost: 1.0, but not 1.5.
    dtype : integer type, default int64
    error : type of exception, default DataError

    Returns
    -------
    array of `dtype`, shape (n,)
        `values` themselves where they are such an array.

    Raises
    ------
    BrainsnnError
        `error`, if the values are no column, or one is not a whole number of that type.
    """
    given, wanted = _array(what, values, error), np.dtype(dtype)
    if given.ndim != 1:
        raise error(f"{what}: one number each is needed, shape (n,), got shape {given.shape}.")
    if given.dtype == wanted:
        return np.ascontiguousarray(given)
    if given.size and given.dtype.kind not in "iuf":
        raise error(f"{what}: whole numbers are needed, got {given.dtype}.")
    with np.errstate(invalid="ignore"):
        numbers = given.astype(wanted, order="C")
    changed = numbers != given
    if changed.any():
        place = int(changed.argmax())
        raise error(
            f"{what}: whole numbers of {wanted} are needed, got {given[place]} at place {place}."
        )
    return numbers


def _array(what: str, values: ArrayLike, error: Refusal) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as problem:
        raise error(f"{what}: not an array: {problem}.") from problem


def indices(
    what: str,
    values: ArrayLike,
    end: int,
    dtype: DTypeLike = np.int64,
    error: Refusal = DataError,
) -> NDArray[Any]:
    """Whole numbers in ``0..end - 1``; see `whole_numbers`.

    Raises
    ------
    BrainsnnError
        `error`, if one is not.
    """
    numbers = whole_numbers(what, values, dtype, error)
    if not all_below(numbers, end):
        allowed = f"in 0..{end - 1}" if end else "none"
        raise error(f"{what} must be {allowed}, got {numbers.min()}..{numbers.max()}.")
    return numbers


@njit()
def all_below(numbers: NDArray[np.integer], end: int) -> bool:
    """Whether all are in ``0..end - 1``; NumPy's min and max cost 5 us for a few."""
    for number in numbers:  # noqa: SIM110 -- numba compiles the loop, not a generator
        if number < 0 or number >= end:
            return False
    return True


def size(what: str, value: Any, least: int = 0, error: Refusal = DataError) -> int:
    """Return a number of neurons, steps or trials as an int.

    Raises
    ------
    BrainsnnError
        `error`, if it is not a whole number from `least` to `MOST`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if not least <= number <= MOST:
        raise error(f"{what} must be a whole number in {least}..{MOST}, got {value!r}.")
    return number


def sealed(array: NDArray[Any], given: ArrayLike) -> NDArray[Any]:
    """Return an array that nobody can write to: what was checked stays as it was.

    Parameters
    ----------
    array : array
        Made of `given`.
    given : array
        What a caller gave; the array is copied if it is that, or a view of it, and can be written
        to from outside.

    Returns
    -------
    array
        Read-only.
    """
    made = isinstance(given, list | tuple) or not _writable(array)
    if not made and np.may_share_memory(array, np.asarray(given)):
        array = array.copy()
    array.flags.writeable = False
    return array


def _writable(array: NDArray[Any]) -> bool:
    """Whether the array, or one that it is a view of, can be written to."""
    owner: object = array
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return True
        owner = owner.base
    return owner is not None and not isinstance(owner, bytes)


def is_sealed(arrays: Sequence[object], dtypes: Sequence[np.dtype[Any]]) -> bool:
    """Whether all are columns of the given types that nobody can write to; takes half a us each."""
    for array, dtype in zip(arrays, dtypes, strict=True):
        if type(array) is not np.ndarray or array.dtype is not dtype or array.ndim != 1:
            return False
        flags, base = array.flags, array.base
        if flags.writeable or not flags.c_contiguous or (base is not None and _writable(array)):
            return False
    return True


def seal(*arrays: NDArray[Any]) -> None:
    """Forbid writing to arrays and to what they are views of: their maker is done with them."""
    for array in arrays:
        owner: object = array
        while isinstance(owner, np.ndarray):
            owner.flags.writeable = False
            owner = owner.base
