"""The leaky integrator: a readout that never spikes."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

leaky_readout = LIBRARY.add(
    "leaky_readout",
    LibraryNeuron(
        Neuron(
            name="leaky_readout",
            equations="""
                dv/dt = (I - v) / tau_m : 1
                I = I_ext : 1
                I_ext : 1 (constant)       # constant current, a bias
                tau_m : second (constant)  # time constant
            """,
            threshold="v > 1e9",
            reset="",
            parameters={"I_ext": 0.0, "tau_m": "20*ms"},
            summary="A leaky integrator without spikes, whose potential is read.",
            citation="Neftci, Mostafa and Zenke 2019, section on readouts",
        ),
        {"I_ext": "1"},
    ),
)
