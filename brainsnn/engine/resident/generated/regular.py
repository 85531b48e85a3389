"""Connections whose synapses are known without a list, and what their templates need to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from brainsnn.errors import EngineError
from brainsnn.network.connectivity import AllToAll, AveragePooling, Connectivity, Convolution

INDICES = ("_synaptic_pre", "_synaptic_post")
"""Lists that say where each synapse leads from and to."""

TEMPLATES: dict[type[Connectivity], str] = {
    AllToAll: "synapses_dense",
    Convolution: "synapses_convolution",
    AveragePooling: "synapses_average_pooling",
}
"""What the presynaptic spikes of a connection do, by its connectivity."""

TEMPLATES_POST: dict[type[Connectivity], str] = {AllToAll: "synapses_dense_columns"}
"""What its postsynaptic spikes do. Synapses that share weights have nothing that these change."""

CREATE: dict[type[Connectivity], str] = {AllToAll: "synapses_create_dense"}
"""What makes its arrays; those of shared weights are all made alike."""
CREATE_SHARED = "synapses_create_shared"


@dataclass(frozen=True)
class RegularSynapses:
    """A connection whose synapses need no list.

    Parameters
    ----------
    connectivity : Connectivity
        Which synapses there are.
    delay : int
        The delay of all synapses in steps.
    weight : str
        The variable that synapses share where they share one.

    Raises
    ------
    EngineError
        If there is no template for the connectivity.
    """

    connectivity: Connectivity
    delay: int
    weight: str

    def __post_init__(self) -> None:
        if type(self.connectivity) not in TEMPLATES:
            raise EngineError(
                f"The resident engine has no template for {self.connectivity.name!r}: "
                "see TEMPLATES in brainsnn/engine/resident/generated/regular.py."
            )

    def template(self, side: str) -> str:
        """Name of the template of what the spikes of a side, "pre" or "post", do."""
        return (TEMPLATES if side == "pre" else TEMPLATES_POST)[type(self.connectivity)]

    @property
    def create(self) -> str:
        """Name of the template that makes its arrays."""
        return CREATE.get(type(self.connectivity), CREATE_SHARED)


@dataclass(frozen=True)
class Pathway:
    """What the templates need to know of a pathway of such a connection."""

    ring: str
    kernels: str
    connectivity: Connectivity
    target_start: int
    n_source: int
    n_target: int
    spikes_start: int
    spikes_stop: int
    delay_steps: int
    target_lookup: str
    target_column: str
    source_lookup: str
    source_row: str

    @staticmethod
    def of(pathway: Any, regular: RegularSynapses, array_name: Callable[[Any], str]) -> Pathway:
        """Read it off a pathway of Brian2's.

        Parameters
        ----------
        pathway : SynapticPathway
        regular : RegularSynapses
            What is known of its synapses.
        array_name : callable
            Gives the name of an array in the generated code.
        """
        synapses, post = pathway.synapses, pathway.prepost == "post"
        start, spiking = int(synapses.source.start), pathway.source
        return Pathway(
            ring=f"ring_{pathway.name}",
            kernels=f"kernels_{pathway.name}",
            connectivity=regular.connectivity,
            target_start=int(synapses.target.start),
            n_source=len(synapses.source),
            n_target=len(synapses.target),
            spikes_start=int(spiking.start),
            spikes_stop=int(spiking.stop),
            delay_steps=0 if post else regular.delay,
            target_lookup=f"_ptr{array_name(synapses.variables['_synaptic_post'])}[_idx]",
            target_column=f"(int32_t)(_column + {int(synapses.target.start)})",
            source_lookup=f"_ptr{array_name(synapses.variables['_synaptic_pre'])}[_idx]",
            source_row=f"(int32_t)({'_line' if post else '_spike'} + {start})",
        )


@dataclass(frozen=True)
class Kernels:
    """The kernels of a convolution, by C++ name, and their copy for rows of images."""

    name: str
    weights: str
    connectivity: Convolution


def kernels(device: Any, all_synapses: Iterable[Any]) -> list[Kernels]:
    """Kernels of the synapses of a device, in their order."""
    return [
        Kernels(
            f"kernels_{pathway.name}",
            device.get_array_name(synapses.variables[regular.weight], access_data=False),
            regular.connectivity,
        )
        for synapses in all_synapses
        if (regular := device.regular.get(synapses.name))
        and isinstance(regular.connectivity, Convolution)
        for pathway in synapses._pathways
    ]


def created(
    synapses: Any, regular: RegularSynapses, array_name: Callable[..., str]
) -> dict[str, Any]:
    """What the template that makes the arrays of a connection is told.

    Parameters
    ----------
    synapses : Synapses
    regular : RegularSynapses
    array_name : callable
        Gives the name of an array in the generated code.

    Returns
    -------
    dict
        Names of the arrays with one value a synapse (or one for all that share it), those of its
        ends left out; the connectivity; numbers of synapses and of values.
    """
    ends = [synapses.variables[name] for name in INDICES]
    registered = (var for var in synapses._registered_variables if var not in ends)
    sizes = len(synapses.source), len(synapses.target)
    rows, columns = regular.connectivity.shape(*sizes)
    return {
        "others": [array_name(var, access_data=False) for var in registered],
        "connectivity": regular.connectivity,
        "n_synapses": regular.connectivity.n_synapses(*sizes),
        "n_values": rows * columns,
    }


def lists_read(synapses: Any, code_objects: Iterable[Any]) -> bool:
    """Whether any code reads where each of some all-to-all synapses leads from or to."""
    ends = {synapses.variables[name] for name in INDICES}
    ours = {
        *TEMPLATES.values(),
        *TEMPLATES_POST.values(),
        *CREATE.values(),
        CREATE_SHARED,
        "synapses_push_spikes_dense",
    }
    return any(
        not ends.isdisjoint(code_object.variables.values())
        for code_object in code_objects
        if code_object.template_name not in ours
    )
