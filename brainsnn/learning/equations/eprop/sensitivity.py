r"""The whole gradient, forward in time: real-time recurrent learning, for small networks.

What eligibility traces leave out is followed too: a change of a weight reaches every neuron of the
network. With P the derivatives of all states by all that is learned, :math:`\sigma_k = h_k P_k`
those of the spikes, and e the effect of an arriving spike,

.. math::
    P_j &\leftarrow P_j + \sum_i e_{ij}\,\sigma_i[t - \mathrm{lag}] + a\,s_i[t - \mathrm{lag}] \\
    P_j &\leftarrow M_j P_j, \qquad
    \frac{\mathrm{d}E}{\mathrm{d}w} = \sum_t \frac{\partial E}{\partial y[t]} P_y
    + \frac{\partial E}{\partial s[t]} \sigma

which is what back-propagation through time gives, from other sums: work and memory are the number
of states times that of weights in every step, whatever the length of the trial. (Williams and
Zipser 1989, Neural Computation 1(2), 270-280.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.eprop.forward import Array, Arrivals, Met, along, check_plain
from brainsnn.learning.equations.eprop.population import StepJacobian
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Connection, Key

Derivatives = dict[str, Array]
"""By population: shape (states, trials, neurons, learned)."""


class FullForwardGradient:
    """Real-time recurrent learning of a derived network (module docstring).

    Parameters
    ----------
    network : DerivedNetwork
        What is trained are variables of synapses.

    Raises
    ------
    DerivationError
        If something else is trained, or a spike's effect depends on the time or on states.
    """

    def __init__(self, network: DerivedNetwork) -> None:
        check_plain(network)
        self.network = network
        self._jacobians = {
            k: StepJacobian(p.step) for k, p in network.neurons.items() if p.step is not None
        }
        for owner, name in network.trained:
            if owner not in network.connections:
                raise DerivationError(
                    f"{owner}.{name}: sensitivities are those of synapses; parameters of neurons "
                    "are not followed forward in time."
                )
        sizes = {k: p.size for k, p in network.populations.items()}
        self._paths = [
            Arrivals(name, c, (sizes[c.source], sizes[c.target]))
            for name, c in network.connections.items()
        ]
        first = np.cumsum([0, *(network.values(key).size for key in network.trained)])
        self._places = dict(zip(network.trained, first[:-1], strict=True))
        self.n_learned = int(first[-1])

    def gradient(
        self,
        spikes: Mapping[str, Array],
        by_state: Mapping[Key, Array] | None = None,
        by_spike: Mapping[str, Array] | None = None,
    ) -> dict[Key, Array]:
        """Gradient of a loss of trials that are known by their spikes.

        Parameters
        ----------
        spikes : mapping of str to array, shape (n_steps, trials, neurons)
            0 or 1, of all populations.
        by_state, by_spike
            Derivatives of the loss by states at the threshold, and by spikes; as for
            `DerivedNetwork.gradient`.

        Returns
        -------
        dict of (connection, variable) to array, shape (synapses,)
        """
        n_steps, n_trials, _ = next(iter(spikes.values())).shape
        n = self.n_learned
        p = {
            k: np.zeros((len(j.step.states), n_trials, self.network.populations[k].size, n))
            for k, j in self._jacobians.items()
        }
        lags = (int(c.lag.max(initial=0)) for c in self.network.connections.values())
        most = 1 + max(lags, default=0)
        past: deque[dict[str, Array]] = deque(maxlen=most)
        total = np.zeros(n)
        for t, met in enumerate(along(self.network, spikes, n_steps)):
            if self.network.arrivals_first:
                self._add(p, self._arrived(p, past, spikes, t, 0))
            sigma, maps = {}, {}
            for k, jacobian in self._jacobians.items():
                sigma[k], maps[k], whole = self._step(k, jacobian, met[k], p[k], n_trials)
                for name in jacobian.step.states:
                    if (k, name) in (by_state or {}):
                        row = jacobian.step.states.index(name)
                        total += np.einsum("bj,bjp->p", (by_state or {})[k, name][t], whole[row])
                if k in (by_spike or {}):
                    total += np.einsum("bj,bjp->p", (by_spike or {})[k][t], sigma[k])
            past.append(sigma)
            after = {k: np.einsum("nmbj,mbjp->nbjp", maps[k][0], p[k]) for k in p}
            if not self.network.arrivals_first:
                arrived = self._arrived(p, past, spikes, t, 1)
                moved = {k: np.einsum("nmbj,mbjp->nbjp", maps[k][1], arrived[k]) for k in p}
                self._add(after, moved)
            p = after
        return {
            key: total[first : first + self.network.values(key).size]
            for key, first in self._places.items()
        }

    def _step(
        self, k: str, jacobian: StepJacobian, met: Met, p: Array, n_trials: int
    ) -> tuple[Array, tuple[Array, Array], Array]:
        """Derivatives of spikes, the maps of the step, derivatives of states at the threshold."""
        n, shape = len(jacobian.step.states), (n_trials, self.network.populations[k].size)
        h, whole, after = np.empty((n, *shape)), np.empty((n, n, *shape)), np.empty((n, n, *shape))
        jacobian.at(met.begin, met.threshold, shape, (h, whole, after))
        update = jacobian.at_threshold(met.begin, shape)
        sigma = np.einsum("nbj,nbjp->bjp", h, p)
        return sigma, (whole, after), np.einsum("nmbj,mbjp->nbjp", update, p)

    @staticmethod
    def _add(p: Derivatives, more: Derivatives) -> None:
        for k, values in more.items():
            p[k] = p[k] + values

    def _arrived(
        self,
        p: Derivatives,
        past: deque[dict[str, Array]],
        spikes: Mapping[str, Array],
        t: int,
        known: int,
    ) -> Derivatives:
        """What arrives in a step; `known` says whether its own spikes are in the past already."""
        found = {k: np.zeros_like(values) for k, values in p.items()}
        for path in self._paths:
            c = path.connection
            states = self._jacobians[c.target].step.states
            for state, lag, matrix in path.matrices:
                back = lag + known
                if c.source in self._jacobians and 0 < back <= len(past):
                    sigma = past[-back][c.source]
                    row = found[c.target][states.index(state)]
                    row += np.einsum("bip,ij->bjp", sigma, matrix)
        for owner, name in self.network.trained:
            self._add_own(found, self.network.connections[owner], owner, name, spikes, t)
        return found

    def _add_own(
        self,
        found: Derivatives,
        c: Connection,
        owner: str,
        name: str,
        spikes: Mapping[str, Array],
        t: int,
    ) -> None:
        """Add the derivative of what spikes add by the weight that they add it with."""
        then = t - c.lag
        came = np.flatnonzero(then >= 0)
        own = spikes[c.source][then[came], :, c.i[came]].T
        states = self._jacobians[c.target].step.states
        places = self._places[owner, name] + came
        for x in c.effect.targets:
            bars = {f"_bar_effect_{y}": float(y == x) for y in c.effect.targets}
            slope = c.effect.backward({**c.values, **bars})[name]
            amount = np.broadcast_to(slope, c.i.shape)[came] * own
            row = found[c.target][states.index(x.removesuffix("_post"))]
            row[:, c.j[came], places] += amount
