"""Receptors that are conductances: exponential with a reversal potential, and NMDA."""

from brainsnn.network.synapses.base import SynapseModel
from brainsnn.network.synapses.library.base import Receptor


def conductance(name: str = "ampa", tau: str = "5*ms", reversal: str = "0*mV") -> Receptor:
    """A conductance that jumps by the weight (nS) and decays: ``I = g (E - v)``.

    Parameters
    ----------
    name : str, default "ampa"
    tau : str, default "5*ms"
        Time constant.
    reversal : str, default "0*mV"
        Reversal potential E.
    """
    return Receptor(
        name,
        f"dg_{name}/dt = -g_{name} / tau_{name} : siemens\n"
        f"tau_{name} : second (constant)\n"
        f"E_{name} : volt (shared, constant)",
        f"g_{name}*(E_{name} - v)",
        SynapseModel(
            name=f"conductance_{name}",
            on_pre=f"g_{name}_post += w*nS",
            summary="A conductance with a reversal potential, which jumps by the weight.",
            citation="Gerstner, Kistler, Naud and Paninski 2014, Neuronal Dynamics, eq. 3.1",
        ),
        {f"tau_{name}": tau, f"E_{name}": reversal},
    )


def nmda(
    name: str = "nmda", rise: str = "2*ms", decay: str = "100*ms", magnesium: float = 1.0
) -> Receptor:
    """A slow conductance that magnesium blocks at rest: ``I = g B(v) (0 - v)``.

    ``B = 1 / (1 + [Mg] exp(-0.062 v/mV) / 3.57)``; the conductance is a difference of exponentials,
    linear in the weights (nS), so that synapses add up.

    Parameters
    ----------
    name : str, default "nmda"
    rise, decay : str, default "2*ms", "100*ms"
        Time constants.
    magnesium : float, default 1.0
        Concentration in mM.
    """
    block = f"1/(1 + Mg_{name}*exp(-0.062*v/mV)/3.57)"
    return Receptor(
        name,
        f"dg_{name}/dt = x_{name}/tau_rise_{name} - g_{name}/tau_{name} : siemens\n"
        f"dx_{name}/dt = -x_{name} / tau_rise_{name} : siemens\n"
        f"tau_rise_{name} : second (shared, constant)\n"
        f"tau_{name} : second (constant)\n"
        f"Mg_{name} : 1 (shared, constant)",
        f"g_{name}*(0*mV - v)*{block}",
        SynapseModel(
            name=f"conductance_{name}",
            on_pre=f"x_{name}_post += w*nS",
            summary="A slow conductance with a magnesium block.",
            citation="Jahr and Stevens 1990, eq. 4a, for the block",
        ),
        {f"tau_rise_{name}": rise, f"tau_{name}": decay, f"Mg_{name}": magnesium},
    )
