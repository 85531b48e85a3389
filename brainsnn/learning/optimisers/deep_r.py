r"""DEEP R: gradient descent with a fixed number of connections, which are rewired as it goes.

A weight is :math:`s\,\theta` where :math:`\theta > 0`, and 0, not connected, elsewhere; its sign s
never changes. One update, with learning rate :math:`\eta`, gradient g of the weights, normal noise
:math:`\nu`:

.. math::
    \theta &\leftarrow \theta - \eta\, s\, g & &\text{where } \theta > 0 \\
    \theta &\leftarrow \theta - \eta\,\alpha + \sqrt{2 \eta T}\,\nu
    & &\text{where still } \theta > 0

What is no longer above 0 is disconnected, and as many places as are missing are drawn from those
that are not connected and begin at :math:`\theta = 10^{-12}`. (Bellec, Kappel, Maass and
Legenstein 2018, Deep rewiring: training very sparse deep networks, ICLR, arXiv:1711.05136,
algorithm 1.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers.adam import Adam
from brainsnn.learning.optimisers.base import (
    OPTIMISERS,
    Optimiser,
    OptimiserConfig,
    split_state,
)
from brainsnn.learning.optimisers.checks import Layout, check_fit
from brainsnn.learning.optimisers.sgd import SGD
from brainsnn.network.names import ParameterName
from brainsnn.network.parameters import Parameter
from brainsnn.streams import Streams

SMALLEST = 1e-12
"""Where a new connection begins."""

Floats = NDArray[np.float64]


class DeepR(Optimiser):
    """Descent of an inner optimiser on connected weights, then rewiring (module docstring).

    Signs are those of the first weights; where these are 0, of the parameter, or drawn. If more
    are connected at the beginning than may be, those that stay are drawn. Parameters of neurons are
    left to the inner optimiser.

    Parameters
    ----------
    inner : Optimiser
        What takes the gradient's step.
    connectivity : float, default 0.12
        Share of a connection's places that are connected, above 0, at most 1. The default is that
        of Bellec et al. (2018), Long short-term memory in networks of spiking neurons.
    l1 : float, default 0
        Strength alpha of the pull towards 0.
    temperature : float, default 0
        T, of the noise.
    one_budget : bool, default False
        Whether all connections share one number of places: then those that are missing are drawn
        among all of them, when each has been updated.

    Raises
    ------
    LearningError
        If a number is out of range; and at a first step, if there is one budget and `confine` has
        not said which connections share it.
    """

    def __init__(
        self,
        inner: Optimiser,
        connectivity: float = 0.12,
        l1: float = 0.0,
        temperature: float = 0.0,
        one_budget: bool = False,
    ) -> None:
        if not 0 < connectivity <= 1 or not l1 >= 0 or not temperature >= 0:
            raise LearningError(
                "DEEP R: connectivity must be above 0 and at most 1, l1 and temperature 0 or more; "
                f"got {connectivity}, {l1} and {temperature}."
            )
        self.inner, self.connectivity = inner, connectivity
        self.l1, self.temperature, self.one_budget = l1, temperature, one_budget
        self._streams, self._group = Streams(0), set[str]()
        self._sign: dict[str, Floats] = {}
        self._draws: dict[str, Floats] = {}
        self._updated: dict[str, Floats] = {}

    def confine(self, parameters: Mapping[str, Parameter]) -> None:
        """See `Optimiser`; these connections share the budget, if there is one for all."""
        super().confine(parameters)
        self._group = {name for name in parameters if not ParameterName.read(name)}

    def draw_from(self, streams: Streams) -> None:
        """Draw from the streams ``rewiring <connection>`` from now on."""
        self._streams = streams

    def _step(
        self, name: str, weights: Floats, gradient: RowGradient, learning_rate: float
    ) -> None:
        """See the module docstring."""
        if ParameterName.read(name):
            self.inner._step(name, weights, gradient, learning_rate)
            return
        sign = self._begun(name, weights)
        connected = weights != 0
        values = np.where(connected[gradient.rows], gradient.values, 0.0)
        self.inner._step(name, weights, RowGradient(gradient.rows, values), learning_rate)
        theta = np.where(connected, sign * weights, 0.0)
        kept = theta > 0
        pull = -learning_rate * self.l1
        if self.temperature > 0:
            pull = pull + np.sqrt(2 * learning_rate * self.temperature) * self._noise(name)
        theta = np.where(kept, theta + pull, theta)
        weights[...] = np.where(theta > 0, sign * theta, 0.0)
        self._updated[name] = weights
        if not self.one_budget:
            self._rewire({name: weights})
        elif self._updated.keys() >= self._group:
            self._rewire(dict(sorted(self._updated.items())))

    def _begun(self, name: str, weights: Floats) -> Floats:
        """Signs of a connection; chosen, and surplus connections cut, at its first update."""
        if name not in self._sign:
            if self.one_budget and name not in self._group:
                raise LearningError(
                    f"DEEP R: {name!r} shares a budget with connections that nobody has named: "
                    "confine() names them."
                )
            rng = self._streams.fresh(f"rewiring {name}")
            low, high = self.bounds(name)
            drawn = rng.choice([-1.0, 1.0], weights.shape)
            fixed = np.where(low >= 0, 1.0, np.where(high <= 0, -1.0, drawn))
            self._sign[name] = np.where(weights != 0, np.sign(weights), fixed)
            self._draws[name] = np.zeros(1)
            connected = np.flatnonzero(weights)
            surplus = connected.size - int(weights.size * self.connectivity)
            if surplus > 0:
                weights.flat[rng.choice(connected, surplus, replace=False)] = 0.0
        check_fit(name, {"sign": weights.shape}, {"sign": self._sign[name]})
        return self._sign[name]

    def _rng(self, name: str, purpose: int) -> np.random.Generator:
        """Generator of one update of a connection: the same whenever it is asked for."""
        return self._streams.fresh(f"rewiring {name}", purpose, int(self._draws[name][0]))

    def _noise(self, name: str) -> Floats:
        """Normal noise on a connection's weights."""
        return self._rng(name, 1).standard_normal(self._sign[name].shape)

    def _chosen(self, name: str, places: NDArray[np.int64], n: int) -> NDArray[np.int64]:
        """Draw n of the places that are not connected."""
        return self._rng(name, 2).choice(places, n, replace=False)

    def _rewire(self, weights: Mapping[str, Floats]) -> None:
        """Connect as many places as are missing, among all that are given."""
        flat = np.concatenate([w.ravel() for w in weights.values()])
        missing = int(flat.size * self.connectivity) - int(np.count_nonzero(flat))
        if missing > 0:
            chosen = self._chosen(next(iter(weights)), np.flatnonzero(flat == 0), missing)
            begin = 0
            for name, w in weights.items():
                mine = chosen[(chosen >= begin) & (chosen < begin + w.size)] - begin
                w.flat[mine] = SMALLEST * self._sign[name].flat[mine]
                begin += w.size
        for name in weights:
            self._draws[name] += 1
        self._updated.clear()

    def state(self) -> dict[str, NDArray[Any]]:
        """The inner optimiser's, and ``connection.sign`` and ``.draws`` (updates so far)."""
        own = {f"{name}.sign": sign.copy() for name, sign in self._sign.items()}
        own |= {f"{name}.draws": count.copy() for name, count in self._draws.items()}
        return {**self.inner.state(), **own}

    def layout(self, name: str, shape: tuple[int, ...]) -> Layout | None:
        """The inner optimiser's; and for connections a sign each, and a count."""
        inner = self.inner.layout(name, shape)
        own = {} if ParameterName.read(name) else {"sign": shape, "draws": (1,)}
        return None if inner is None else {**inner, **own}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""
        own = {key: value for key, value in state.items() if key.endswith((".sign", ".draws"))}
        self.inner.restore({key: value for key, value in state.items() if key not in own})
        parts = split_state(own, ("sign", "draws"))
        for name, sign in parts["sign"].items():
            if not (np.abs(sign) == 1).all():
                raise LearningError(f"Optimiser state {name}.sign must hold 1 and -1.")
            check_fit(name, {"draws": (1,)}, {"draws": parts["draws"][name]})
        self._sign, self._draws = parts["sign"], parts["draws"]
        self._updated.clear()


@OPTIMISERS.register("deep_r")
class DeepRConfig(OptimiserConfig):
    """Parameters of `DeepR` and of the optimiser inside; no average of weights goes with it."""

    no_average: ClassVar[str] = "an average over steps has the connections of all of them"

    citation: ClassVar[str] = (
        "G. Bellec, D. Kappel, W. Maass and R. Legenstein, Deep rewiring: training very sparse "
        "deep networks, ICLR (2018), arXiv:1711.05136"
    )

    name: Literal["deep_r"] = "deep_r"
    inner: Literal["sgd", "adam"] = "sgd"
    connectivity: float = Field(default=0.12, gt=0, le=1)
    l1: float = Field(default=0.0, ge=0)
    temperature: float = Field(default=0.0, ge=0)
    one_budget: bool = False
    weight_decay: float = Field(default=0.0, ge=0)

    def build(self) -> DeepR:
        """A fresh `DeepR`."""
        decay = self.weight_decay
        inner = Adam(weight_decay=decay) if self.inner == "adam" else SGD(decay, lazy=False)
        return DeepR(inner, self.connectivity, self.l1, self.temperature, self.one_budget)
