"""A layer of leaky neurons with synaptic currents between latencies and outputs.

The neurons are those of `brainsnn.protocols.surrogate.network`; first weights are drawn so that
nearly all neurons spike (Wunderlich and Pehle 2021; means and deviations of the authors' program).
"""

from __future__ import annotations

from pydantic import Field

from brainsnn.config import Config
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.synapses import Normal, current
from brainsnn.protocols.recurrent.network import NEVER
from brainsnn.protocols.surrogate.network import current_neuron


class LatencyNetwork(Config):
    """Settings of the network.

    Parameters
    ----------
    hidden : int, default 200
        Neurons of the hidden layer.
    tau_v, tau_i : float, default 20 and 5
        Time constants of potentials and currents, in ms.
    step : float, default 0.25
        Length of a step, in ms.
    input_mean, input_sd : float, default 1.5 and 0.78
        Of the first weights of inputs.
    hidden_mean, hidden_sd : float, default 0.93 and 0.1
        Of those of hidden neurons.
    fires : bool, default True
        Whether outputs spike; else they only integrate.
    """

    hidden: int = Field(default=200, ge=1)
    tau_v: float = Field(default=20.0, gt=0)
    tau_i: float = Field(default=5.0, gt=0)
    step: float = Field(default=0.25, gt=0)
    input_mean: float = 1.5
    input_sd: float = Field(default=0.78, ge=0)
    hidden_mean: float = 0.93
    hidden_sd: float = Field(default=0.1, ge=0)
    fires: bool = True

    def steps(self, ms: float) -> int:
        """Number of steps nearest to a time in ms."""
        return round(ms / self.step)

    def model(self, name: str, n_inputs: int, n_outputs: int) -> Model:
        """Return the network."""
        neuron = current_neuron(self.tau_v, self.tau_i)
        read = neuron if self.fires else current_neuron(self.tau_v, self.tau_i, NEVER)
        populations = (
            Population("input", n_inputs),
            Population("hidden", self.hidden, neuron),
            Population("output", n_outputs, read),
        )
        into = Normal(self.input_mean, self.input_sd)
        out = Normal(self.hidden_mean, self.hidden_sd)
        connections = (
            Connection("input_hidden", "input", "hidden", current, into),
            Connection("hidden_output", "hidden", "output", current, out),
        )
        return Model(name, populations, connections, dt=self.step * 1e-3)
