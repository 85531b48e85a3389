"""The leaky integrate-and-fire neuron whose reset subtracts the threshold."""

from brainsnn.network.neurons.base import NEURONS, Neuron

leaky_integrate_and_fire = NEURONS.add(
    "leaky_integrate_and_fire",
    Neuron(
        name="leaky_integrate_and_fire",
        equations="""
            dv/dt = -v / tau : 1             # membrane potential
            tau : second (shared, constant)  # its time constant
            theta : 1 (shared, constant)     # threshold
        """,
        threshold="v > theta",
        reset="v -= theta",
        parameters={"tau": "20*ms", "theta": 1.0},
        method="exact",
        summary=(
            "Leaky integrate-and-fire with instantaneous synapses and a reset that subtracts the "
            "threshold."
        ),
        citation="Gerstner and Kistler 2002, section 4.1.1, with a reset by subtraction",
    ),
)
