r"""A recurrent network of leaky and adaptive neurons (LSNN) and a readout that does not spike.

.. math::
    \tau_v \dot v = -v, \qquad \tau_a \dot a = -a, \qquad
    \text{spike where } v > 1 + \beta a: \; v \leftarrow v - 1, \; a \leftarrow a + 1

with :math:`\beta = 0` in those that do not adapt; a spike adds its weight to v. Outputs are leaky
and never reach their threshold. (Bellec et al. 2018; time constants and strengths in units of the
threshold.)
"""

from __future__ import annotations

from pydantic import Field

from brainsnn.config import Config
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import FanInNormal

#: A potential that no output reaches.
NEVER = 1e6


class MemoryNetwork(Config):
    """Settings of the network; steps are 1 ms.

    Parameters
    ----------
    n_regular, n_adaptive : int, default 20 and 20
        Hidden neurons that do not adapt, and that do; one at least.
    tau_v, tau_a, tau_out : float, default 20, 500 and 20
        Time constants of potentials, adaptation and outputs, in ms.
    beta : float, default 0.2
        By how much of the threshold a spike raises it.
    refractory : int, default 3
        Steps from a spike to the next possible one.
    delay : int, default 0
        Steps of recurrent spikes beyond the one that every spike takes.
    scale : float, default 2
        Of the first input weights; of the recurrent ones half of it.
    """

    n_regular: int = Field(default=20, ge=0)
    n_adaptive: int = Field(default=20, ge=0)
    tau_v: float = Field(default=20.0, gt=0)
    tau_a: float = Field(default=500.0, gt=0)
    tau_out: float = Field(default=20.0, gt=0)
    beta: float = Field(default=0.2, ge=0)
    refractory: int = Field(default=3, ge=1)
    delay: int = Field(default=0, ge=0)
    scale: float = Field(default=2.0, gt=0)

    @property
    def size(self) -> int:
        """Hidden neurons."""
        return self.n_regular + self.n_adaptive

    def hidden(self) -> Neuron:
        """Neuron of the hidden population; those that adapt are its last."""
        return Neuron(
            """
            dv/dt = -v / tau_v : 1       # membrane potential
            da/dt = -a / tau_a : 1       # adaptation
            tau_v : second (shared, constant)
            tau_a : second (shared, constant)
            beta : 1 (constant)          # 0 where it does not adapt
            """,
            threshold="v > 1 + beta*a",
            reset="v -= 1; a += 1",
            parameters={
                "tau_v": f"{self.tau_v}*ms",
                "tau_a": f"{self.tau_a}*ms",
                "beta": f"{self.beta}*int(i >= {self.n_regular})",
            },
            refractory=f"{self.refractory}*ms",
            method="exact",
            summary="Leaky integrate-and-fire, some with a threshold that spikes raise.",
            citation="Bellec et al. (2018)",
            name="adaptive",
        )

    def output(self, threshold: float = NEVER, go: float = 0.0) -> Neuron:
        """Leaky readout, which spikes where a threshold is given, from the time `go` on (ms)."""
        waits = f" + {NEVER:g}*int(t < {go:g}*ms)" if go else ""
        return Neuron(
            "dv/dt = -v / tau : 1\ntau : second (shared, constant)",
            threshold=f"v > {threshold:g}{waits}",
            reset="v = 0",
            parameters={"tau": f"{self.tau_out}*ms"},
            method="exact",
            summary="Leaky integrator.",
            citation="Bellec et al. (2018)",
            name="readout",
        )

    def model(
        self,
        name: str,
        n_inputs: int,
        n_outputs: int,
        threshold: float = NEVER,
        go: float = 0.0,
    ) -> Model:
        """Return the network; its outputs spike at the threshold, by default never (`output`)."""
        populations = (
            Population("input", n_inputs),
            Population("hidden", self.size, self.hidden()),
            Population("output", n_outputs, self.output(threshold, go)),
        )
        into, within = FanInNormal(self.scale), FanInNormal(self.scale / 2)
        connections = (
            Connection("input_hidden", "input", "hidden", initialiser=into),
            Connection("recurrent", "hidden", "hidden", initialiser=within, delay=self.delay),
            Connection("hidden_output", "hidden", "output", initialiser=FanInNormal(1.0)),
        )
        return Model(name, populations, connections, dt=1e-3)
