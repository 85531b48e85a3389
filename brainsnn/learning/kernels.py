"""What a rule, a loss and an optimiser offer to a training loop that is compiled itself.

A kernel is a function that numba compiles (``njit``) with one of the signatures below. The compiled
loop calls it through its address, so every kernel is compiled and cached with its own file, and any
rule goes with any loss and any optimiser without compiling anything anew. All arrays are in C
order; n is the number of trials of a batch.

================ ===============================================================================
`ERROR`          ``(steps, labels, n_steps, parameters, error, loss)``: of a loss. First-spike
                 steps (n, n_classes) of the output in; its error, same shape, and the loss, (n,),
                 out.
`BEGIN`          ``(delta, parameters)``: of a rule. The output's error, changed in place.
`BELOW`          ``(pre, post, delta, weights, lower, lower_weights, n_steps, parameters, error,
                 gate)``: of a rule. From a connection and the one before; see `RuleKernels`.
`PREPARE`        ``(weights, rows, parameters, first, second)``: of an optimiser. Brings rows up to
                 date before they are used.
`STEP`           ``(weights, rows, values, last, rate, parameters, first, second, count)``: of an
                 optimiser. A part of a gradient's rows, which rise from part to part; `last` is
                 1 with the last part.
`STEP_ONE`       ``(weights, pre, gate, delta, n_steps, clip, rate, parameters, first, second,
                 count)``: of an optimiser. The gradient of one trial as what it is made of, a
                 row of `pre`, gates and errors of `RuleKernels`, which is never written down.
`COURSE`         ``(course, n_steps, n, wanted, parameters, out)``: of a loss of the output's course
                 through a trial. Addresses of the course (n_steps, n), of parameters, and of room
                 for the loss's derivatives by it; the trial's key (`brainsnn.training.loop.keys`),
                 its label or the address of the values (n_steps, n) that are wanted of it.
`GRADIENT`       ``(offsets, population, neuron, step, final, labels, n_steps, weights, values,
                 rows, n_rows, layout, parameters, observed)``: of a rule that gives all gradients
                 of a batch at once; see `NetworkKernel`.
================ ===============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from brainsnn.jit import njit

INDEX = types.int64
STEPS = types.Array(types.int32, 2, "C")
USED = types.Array(types.int32, 1, "C", readonly=True)
VECTOR = types.Array(types.float64, 1, "C")
MATRIX = types.Array(types.float64, 2, "C")
ROWS = types.Array(types.int64, 1, "C")
COUNT = types.Array(types.int64, 1, "C")
COLUMN = types.Array(types.int32, 1, "C")

ERROR = types.void(STEPS, ROWS, INDEX, VECTOR, MATRIX, VECTOR)
BEGIN = types.void(MATRIX, VECTOR)
BELOW = types.void(STEPS, STEPS, MATRIX, MATRIX, STEPS, MATRIX, INDEX, VECTOR, MATRIX, STEPS)
PREPARE = types.void(MATRIX, USED, VECTOR, VECTOR, VECTOR)
STEP = types.void(MATRIX, ROWS, MATRIX, INDEX, types.float64, VECTOR, VECTOR, VECTOR, COUNT)

STEP_ONE = types.void(
    MATRIX,
    *[COLUMN] * 2,
    VECTOR,
    INDEX,
    *[types.float64] * 2,
    *[VECTOR] * 3,
    COUNT,
)
COURSE = types.void(*[INDEX] * 6)
GRADIENT = types.void(
    COUNT, *[COLUMN] * 3, MATRIX, ROWS, INDEX, *[COUNT] * 3, ROWS, ROWS, VECTOR, INDEX
)


@intrinsic
def _numbers_at(typingctx, address):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Pointer to float64 of an address."""
    kind = types.CPointer(types.float64)

    def generate(context, builder, _, arguments):  # type: ignore[no-untyped-def]
        return builder.inttoptr(arguments[0], context.get_value_type(kind))

    return kind(types.int64), generate


@intrinsic
def _rows_at(typingctx, address):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Pointer to int64 of an address."""
    kind = types.CPointer(types.int64)

    def generate(context, builder, _, arguments):  # type: ignore[no-untyped-def]
        return builder.inttoptr(arguments[0], context.get_value_type(kind))

    return kind(types.int64), generate


@numba.njit
def matrix_at(address, n_rows, n_columns):  # type: ignore[no-untyped-def]
    """The table of float64 at an address: weights, or room for a gradient."""
    return numba.carray(_numbers_at(address), (n_rows, n_columns))


@numba.njit
def vector_at(address, n):  # type: ignore[no-untyped-def]
    """The column of float64 at an address."""
    return numba.carray(_numbers_at(address), n)


@numba.njit
def rows_at(address, n):  # type: ignore[no-untyped-def]
    """The column of int64 at an address: room for the rows of a gradient."""
    return numba.carray(_rows_at(address), n)


@njit()
def no_step_one(  # type: ignore[no-untyped-def]
    weights, pre, gate, delta, n_steps, clip, rate, parameters, first, second, count
):
    """Stand in for the `STEP_ONE` of an optimiser that has none; it is not called."""


PART = 4096
"""Values of a gradient that a compiled loop makes at a time: they stay in the first-level cache."""

Vector = NDArray[np.float64]


def rows_of_part(weights: NDArray[np.float64]) -> int:
    """Rows of a gradient of such weights that are best made at a time."""
    return max(1, PART // max(1, weights.shape[1]))


@dataclass(frozen=True)
class LossKernel:
    """A loss, compiled.

    Parameters
    ----------
    error : njit function
        Signature `ERROR`, or `COURSE` for a loss of the output's course.
    parameters : array of float64
        What it takes as such.
    """

    error: Any
    parameters: Vector


@dataclass(frozen=True)
class RuleKernels:
    r"""A rule whose gradients are errors gated by time, compiled.

    The gradient of a connection is :math:`\delta_j\,[t_i < g_j]` for every presynaptic spike
    :math:`t_i`; for the last connection the gate :math:`g` is the first-spike step of the output
    and :math:`\delta` the error of the loss, changed by `begin`. `below` gives error and gate of
    the next connection towards the input.

    Parameters
    ----------
    loss : LossKernel
    begin : njit function
        Signature `BEGIN`.
    below : njit function
        Signature `BELOW`. In: of a connection, the first-spike steps `pre` (n, n_pre) of its
        source, gate `post` and error `delta` (n, n_post) and weights; of the connection that leads
        to its source, the steps `lower` (n, n_lower) of that one's source and its weights. Out:
        `error` and `gate` (n, n_pre).
    parameters : array of float64
        What both take as such.
    """

    loss: LossKernel
    begin: Any
    below: Any
    parameters: Vector


@dataclass(frozen=True)
class NetworkKernel:
    """A rule that gives the gradients of a whole network and batch in one call, compiled.

    `gradient` takes what is recorded of the batch: its trials' `offsets` into the columns
    `population`, `neuron` and `step`, their final potentials, (n, all neurons) in the order of the
    populations, and their keys, which are labels or addresses of values. `weights`, `values` and
    `rows` are addresses, one for each array of weights in the engine's order: of the weights, of
    room of the same shape for the gradient, summed over trials, and of room for the rows of weights
    that it has, which hold all rows at first; `n_rows` is their number. Weights that have none are
    left at 0 rows. `observed` is the address of room for what it observes, trial by trial; 0 if it
    observes nothing.

    Parameters
    ----------
    gradient : njit function
        Signature `GRADIENT`.
    layout : array of int64
        The network, as the rule describes it to `gradient`.
    parameters : array of float64
        What it takes as such.
    sequential : bool
        Whether it gives the same if each gradient is applied before the next is asked for.
    observes : (population, state), optional
        A state whose course through each trial it gives too, as the rule's `observe` does.
    owner : object, optional
        What keeps alive all that the layout points at.
    """

    gradient: Any
    layout: NDArray[np.int64]
    parameters: Vector
    sequential: bool
    observes: tuple[str, str] | None = None
    owner: Any = None


@dataclass(frozen=True)
class OptimiserKernels:
    """An optimiser's work on one connection, compiled; its state is shared, not copied.

    Parameters
    ----------
    prepare : njit function
        Signature `PREPARE`.
    step : njit function
        Signature `STEP`.
    parameters, first, second : array of float64
        Parameters and state, in any form that the two functions agree on.
    count : array of int64
        State that is counted.
    postpones : bool
        Whether `prepare` has anything to do for this connection.
    part : int
        Largest number of rows that `step` should be given at once.
    step_one : njit function, optional
        Signature `STEP_ONE`; None if the optimiser wants gradients written down.
    """

    prepare: Any
    step: Any
    parameters: Vector
    first: Vector
    second: Vector
    count: NDArray[np.int64]
    postpones: bool
    part: int
    step_one: Any = None
