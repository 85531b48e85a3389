"""The leaky integrate-and-fire neuron, in volts."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

lif = LIBRARY.add(
    "lif",
    LibraryNeuron(
        Neuron(
            name="lif",
            equations="""
                dv/dt = (E_L - v + R*I) / tau_m : volt (unless refractory)
                I = I_ext : amp
                I_ext : amp (constant)            # constant current
                E_L : volt (shared, constant)     # resting potential
                R : ohm (shared, constant)        # membrane resistance
                tau_m : second (constant)         # membrane time constant
                theta : volt (shared, constant)   # threshold
                v_reset : volt (shared, constant) # potential after a spike
            """,
            threshold="v > theta",
            reset="v = v_reset",
            refractory="2*ms",
            parameters={
                "I_ext": "0*nA",
                "E_L": "-70*mV",
                "R": "10*Mohm",
                "tau_m": "10*ms",
                "theta": "-50*mV",
                "v_reset": "-65*mV",
            },
            initial={"v": "E_L"},
            summary="Leaky integrate-and-fire with a refractory time, in volts.",
            citation="Gerstner, Kistler, Naud and Paninski 2014, Neuronal Dynamics, eq. 1.5",
        ),
        {"I_ext": "2.5*nA"},
    ),
)
