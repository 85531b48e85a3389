"""Receptors that are currents: exponential and alpha."""

from brainsnn.network.synapses.base import SynapseModel
from brainsnn.network.synapses.library.base import Receptor


def exponential_current(name: str = "syn", tau: str = "5*ms", unit: str = "pA") -> Receptor:
    """A current that jumps by the weight at a spike and decays: ``dI/dt = -I / tau``.

    Parameters
    ----------
    name : str, default "syn"
    tau : str, default "5*ms"
        Time constant.
    unit : str, default "pA"
        Of the weights; "1" for neurons without units, "mV/ms" for Izhikevich's.
    """
    return Receptor(
        name,
        f"dI_{name}/dt = -I_{name} / tau_{name} : {_dimension(unit)}\n"
        f"tau_{name} : second (constant)",
        f"I_{name}",
        SynapseModel(
            name=f"exponential_current_{name}",
            on_pre=f"I_{name}_post += w*{unit}",
            summary="A current that jumps by the weight at a spike and decays exponentially.",
            citation="Gerstner, Kistler, Naud and Paninski 2014, Neuronal Dynamics, eq. 1.20",
        ),
        {f"tau_{name}": tau},
    )


def alpha_current(name: str = "syn", tau: str = "5*ms", unit: str = "pA") -> Receptor:
    """A current of the form ``w (t / tau) exp(1 - t / tau)``, whose peak is the weight.

    Parameters are those of `exponential_current`.
    """
    of = _dimension(unit)
    return Receptor(
        name,
        f"dI_{name}/dt = (e*x_{name} - I_{name}) / tau_{name} : {of}\n"
        f"dx_{name}/dt = -x_{name} / tau_{name} : {of}\n"
        f"tau_{name} : second (constant)",
        f"I_{name}",
        SynapseModel(
            name=f"alpha_current_{name}",
            on_pre=f"x_{name}_post += w*{unit}",
            summary="A current that rises and falls with one time constant, peak at the weight.",
            citation="Rall 1967; Gerstner, Kistler, Naud and Paninski 2014, section 3.1",
        ),
        {f"tau_{name}": tau},
    )


def _dimension(unit: str) -> str:
    """What Brian2 calls the dimension of a unit of current."""
    return {"1": "1", "mV/ms": "volt/second"}.get(unit, "amp")
