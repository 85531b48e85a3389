"""Calls of optimisers with rows, values, weights and states that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attempts.spikes import FAR, Attempt
from helpers import NAN

from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import SGD, Adam, QuantisedAdam
from brainsnn.network.constraints import Constraint
from brainsnn.network.parameters import Parameter

SGD_OF = {"c.product": [0.5], "c.paid": np.ones(4)}


def step(make: Callable[[], Any], rows: Any, values: Any, into: Any = None) -> Attempt:
    changed = np.ones((4, 3)) if into is None else into
    return lambda: make().step("c", changed, RowGradient(np.array(rows), np.array(values)), 0.1)


def steps(make: Callable[[], Any]) -> dict[str, Attempt]:
    """What no optimiser takes: gradients of other weights."""
    bad = {f"row {k}": step(make, [k], np.ones((1, 3))) for k in (4, FAR, -1, -9)}
    frozen = np.ones((4, 3))
    frozen.flags.writeable = False
    return bad | {
        "a row twice": step(make, [1, 0, 1], np.ones((3, 3))),
        "rows of float": step(make, [0.0], np.ones((1, 3))),
        "rows of bool": step(make, [True], np.ones((1, 3))),
        "a table of rows": step(make, [[0]], np.ones((1, 3))),
        "wide values": step(make, [0], np.ones((1, 10**5))),
        "narrow values": step(make, [0], np.ones((1, 2))),
        "fewer values": step(make, [0, 1, 2, 3], np.ones((1, 3))),
        "flat values": step(make, [0], np.ones(3)),
        "values of int": step(make, [0], np.ones((1, 3), int)),
        "flat weights": step(make, [0], np.ones((1, 3)), np.ones(4)),
        "weights of float32": step(make, [0], np.ones((1, 3)), np.ones((4, 3), np.float32)),
        "weights of int": step(make, [0], np.ones((1, 3)), np.ones((4, 3), int)),
        "weights that are read-only": step(make, [0], np.ones((1, 3)), frozen),
    }


def after(make: Callable[[], Any], state: dict[str, Any]) -> Attempt:
    """A step after a state has been restored."""

    def attempt() -> None:
        optimiser = make()
        optimiser.restore({k: np.array(v) for k, v in state.items()})
        optimiser.step("c", np.ones((4, 3)), RowGradient(np.arange(4), np.ones((4, 3))), 0.1)

    return attempt


def moments(shape: Any = (4, 3), count: Any = (0,), **more: Any) -> dict[str, Any]:
    return {"c.first": np.zeros(shape), "c.second": np.zeros(shape), "c.count": count, **more}


def two_shapes(make: Callable[[], Any]) -> Attempt:
    """One optimiser for arrays of two shapes under one name."""

    def attempt() -> None:
        optimiser = make()
        for n in (4, 4000):
            gradient = RowGradient(np.arange(n), np.ones((n, 3)))
            optimiser.prepare({"c": np.ones((n, 3))}, {"c": np.arange(n)})
            optimiser.step("c", np.ones((n, 3)), gradient, 0.1)

    return attempt


def prepare(rows: Any, name: str = "c") -> Attempt:
    return lambda: SGD(1e-3).prepare({"c": np.ones((4, 3))}, {name: np.array(rows)})


def masked(shape: tuple[int, int], into: Any) -> Attempt:
    """Weights kept to a mask of another shape, all at once."""

    def attempt() -> None:
        optimiser = SGD()
        mask = Constraint(mask=np.eye(*shape) > 0)
        optimiser.confine({"c": Parameter("c", "w", shape, 0.0, constraint=mask)})
        optimiser.keep({"c": into})

    return attempt


ATTEMPTS: dict[str, dict[str, Attempt]] = {
    "learning.optimisers.checks": steps(SGD) | steps(lambda: SGD(0.1)),
    "learning.optimisers.limits": {
        "fewer limits": masked((3, 3), np.ones((4000, 3))),
        "more limits": masked((40, 3), np.ones((4, 3))),
        "flat weights": masked((4, 3), np.ones(12)),
        "weights of int": masked((4, 3), np.ones((4, 3), int)),
    },
    "learning.optimisers.sgd": {
        **{f"prepare {k}": prepare(k) for k in ([4], [-5], [FAR], [0.0], [[0]])},
        "prepare another": prepare([0], "d"),
        "two shapes": two_shapes(lambda: SGD(1e-3)),
        "debts": after(lambda: SGD(1e-3), {**SGD_OF, "c.paid": np.ones(1)}),
        "no debts": after(lambda: SGD(1e-3), {**SGD_OF, "c.paid": np.ones(0)}),
        "products": after(lambda: SGD(1e-3), {**SGD_OF, "c.product": np.ones(2)}),
        "debts of 0": after(lambda: SGD(1e-3), {**SGD_OF, "c.paid": np.zeros(4)}),
        "product alone": after(lambda: SGD(1e-3), {"c.product": np.ones(1)}),
    },
    "learning.optimisers.adam": {
        **steps(Adam),
        **{f"state {k}": after(Adam, moments(k)) for k in ((1, 3), (3,), (4, 2), ())},
        **{f"count {k}": after(Adam, moments(count=k)) for k in ([-5], [0.5], [], [0, 0])},
        "state NaN": after(Adam, moments() | {"c.first": np.full((4, 3), NAN)}),
        "state of text": after(Adam, moments() | {"c.first": np.full((4, 3), "a")}),
        "two shapes": two_shapes(Adam),
    },
    "learning.optimisers.quantised": {
        **steps(QuantisedAdam),
        "full": after(QuantisedAdam, moments(**{"c.full": np.ones((1, 3)), "c.step": [1.0]})),
        "step": after(QuantisedAdam, moments(**{"c.full": np.ones((4, 3)), "c.step": []})),
        "two shapes": two_shapes(QuantisedAdam),
    },
}
