"""The adaptive leaky integrate-and-fire neuron: each spike raises its threshold."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

alif = LIBRARY.add(
    "alif",
    LibraryNeuron(
        Neuron(
            name="alif",
            equations="""
                dv/dt = (I - v) / tau_m : 1
                da/dt = -a / tau_a : 1     # what spikes have raised the threshold by
                I = I_ext : 1
                I_ext : 1 (constant)       # constant current
                tau_m : second (constant)  # membrane time constant
                tau_a : second (constant)  # time constant of adaptation
                beta : 1 (constant)        # share of adaptation in the threshold
            """,
            threshold="v > 1 + beta*a",
            reset="v -= 1 + beta*a; a += 1",
            parameters={"I_ext": 0.0, "tau_m": "20*ms", "tau_a": "700*ms", "beta": 0.18},
            summary="Leaky integrate-and-fire whose threshold rises with each spike and recovers.",
            citation=(
                "Bellec, Salaj, Subramoney, Legenstein and Maass 2018, eqs. 2 and 3, threshold 1"
            ),
        ),
        {"I_ext": "3"},
        duration="400*ms",
    ),
)
