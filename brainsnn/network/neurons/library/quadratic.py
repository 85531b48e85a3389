"""The quadratic integrate-and-fire neuron, the normal form of a saddle-node bifurcation."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

quadratic_if = LIBRARY.add(
    "quadratic_if",
    LibraryNeuron(
        Neuron(
            name="quadratic_if",
            equations="""
                dv/dt = (a_0*(v - V_rest)*(v - V_c) + R*I) / tau_m : volt
                I = I_ext : amp
                I_ext : amp (constant)           # constant current
                a_0 : 1/volt (shared, constant)  # curvature
                V_rest : volt (shared, constant) # resting potential
                V_c : volt (constant)            # critical potential, from which it rises by itself
                R : ohm (shared, constant)       # membrane resistance
                tau_m : second (constant)        # membrane time constant
                V_peak : volt (shared, constant) # where the spike counts
                V_r : volt (shared, constant)    # potential after a spike
            """,
            threshold="v > V_peak",
            reset="v = V_r",
            parameters={
                "I_ext": "0*nA",
                "a_0": "0.07/mV",
                "V_rest": "-65*mV",
                "V_c": "-50*mV",
                "R": "10*Mohm",
                "tau_m": "10*ms",
                "V_peak": "-30*mV",
                "V_r": "-70*mV",
            },
            initial={"v": "V_rest"},
            method="euler",
            summary="Integrate-and-fire with a quadratic onset of spikes.",
            citation=(
                "Gerstner, Kistler, Naud and Paninski 2014, Neuronal Dynamics, eq. 5.16; after "
                "Latham, Richmond, Nelson and Nirenberg 2000"
            ),
        ),
        {"I_ext": "1*nA"},
        dt="0.05*ms",
    ),
)
