"""The leaky integrate-and-fire neuron without units: rest at 0, threshold at 1."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

lif_normalised = LIBRARY.add(
    "lif_normalised",
    LibraryNeuron(
        Neuron(
            name="lif_normalised",
            equations="""
                dv/dt = (I - v) / tau_m : 1
                I = I_ext : 1
                I_ext : 1 (constant)       # constant current
                tau_m : second (constant)  # membrane time constant
            """,
            threshold="v > 1",
            reset="v = 0",
            parameters={"I_ext": 0.0, "tau_m": "20*ms"},
            summary="Leaky integrate-and-fire without units, threshold 1, reset to 0.",
            citation=(
                "Gerstner, Kistler, Naud and Paninski 2014, Neuronal Dynamics, section 1.3, scaled "
                "by (v - E_L) / (theta - E_L)"
            ),
        ),
        {"I_ext": "1.5"},
    ),
)
