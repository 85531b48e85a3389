"""The non-leaky integrate-and-fire neuron that spikes at most once a trial."""

from brainsnn.network.neurons.base import NEURONS, Neuron

integrate_and_fire_once = NEURONS.add(
    "integrate_and_fire_once",
    Neuron(
        name="integrate_and_fire_once",
        equations="""
            v : 1                         # membrane potential
            theta : 1 (shared, constant)  # threshold
            fired : boolean               # whether this trial's only spike is over
        """,
        threshold="v > theta and not fired",
        reset="fired = True",
        parameters={"theta": 100.0},
        summary=(
            "Non-leaky integrate-and-fire with instantaneous synapses and at most one spike a "
            "trial; the potential is not reset, so that it goes on counting the evidence."
        ),
        citation="Kheradpisheh and Masquelier 2020, eqs. 3 and 4",
    ),
)
