"""Short-term plasticity: a receptor whose synapses depress and facilitate."""

from dataclasses import replace

from brainsnn.network.synapses.library.base import Receptor


def tsodyks_markram(
    receptor: Receptor,
    use: float = 0.5,
    recovery: str = "800*ms",
    facilitation: str = "50*ms",
) -> Receptor:
    """A receptor whose synapses have resources that spikes use up and that recover.

    At a spike, ``u += U (1 - u)``, the weight counts ``u (1 - q)``, and then ``q += u (1 - q)``; u
    decays with the time constant of facilitation, and q, the share of resources in use, with that
    of recovery. Both are 0 at first. (The paper's x is 1 - q.)

    Parameters
    ----------
    receptor : Receptor
    use : float, default 0.5
        U, above 0 and at most 1.
    recovery, facilitation : str, default "800*ms", "50*ms"
        Time constants.
    """
    plain = receptor.synapse
    target, _, jump = plain.on_pre.partition(" += ")
    synapse = replace(
        plain,
        name=f"tsodyks_markram_{receptor.name}",
        equations=(
            f"{plain.equations}\n"
            "dq/dt = -q / tau_recovery : 1 (event-driven)\n"
            "du/dt = -u / tau_facilitation : 1 (event-driven)\n"
            "U : 1 (shared, constant)\n"
            "tau_recovery : second (shared, constant)\n"
            "tau_facilitation : second (shared, constant)"
        ),
        on_pre=f"u += U*(1 - u); {target} += u*(1 - q)*{jump}; q += u*(1 - q)",
        parameters={"U": use, "tau_recovery": recovery, "tau_facilitation": facilitation},
        summary=f"{plain.summary[:-1]}, with short-term depression and facilitation.",
        citation="Tsodyks, Pawelzik and Markram 1998, eqs. 2.3 to 2.5; Markram et al. 1998",
    )
    return replace(receptor, synapse=synapse)
