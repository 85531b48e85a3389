"""A model as text or Markdown: equations, thresholds, resets, connections and sizes."""

from __future__ import annotations

import textwrap

from brainsnn.network.model import SCHEDULE, Connection, Model, Population


def describe_text(model: Model) -> str:
    """Describe a model as plain text.

    Parameters
    ----------
    model : Model
        What to describe.

    Returns
    -------
    str
        Every population with its equations, threshold, reset and parameters; every connection
        with its equations and number of synapses; the length and order of a step.
    """
    lines = [f"{model.name}: {_totals(model)}", ""]
    for population in model.populations:
        lines += [f"population {population.name} ({population.size})"]
        lines += _indent(_population_items(population))
    for connection in model.connections:
        connectivity = connection.connectivity.summary(*model.ends(connection))
        lines += [
            f"connection {connection.name} "
            f"({connection.source} -> {connection.target}, {connectivity})"
        ]
        lines += _indent(_connection_items(connection))
    return "\n".join(lines) + "\n"


def describe_markdown(model: Model) -> str:
    """Describe a model as Markdown (see `describe_text`)."""
    lines = [f"# {model.name}", "", _totals(model), "", "## Populations", ""]
    for population in model.populations:
        lines += [f"### `{population.name}` ({population.size})", ""]
        lines += _bullets(_population_items(population))
    lines += ["## Connections", ""]
    for connection in model.connections:
        connectivity = connection.connectivity.summary(*model.ends(connection))
        lines += [
            f"### `{connection.name}`: `{connection.source}` to `{connection.target}`",
            "",
            f"{connectivity[0].upper()}{connectivity[1:]}.",
            "",
        ]
        lines += _bullets(_connection_items(connection))
    return "\n".join(lines).rstrip() + "\n"


def _totals(model: Model) -> str:
    neurons = sum(model.sizes.values())
    synapses = sum(c.connectivity.n_synapses(*model.ends(c)) for c in model.connections)
    return (
        f"{len(model.populations)} populations, {neurons:,} neurons, {synapses:,} synapses; "
        f"steps of {model.dt * 1e3:g} ms in the order {', '.join(SCHEDULE)}."
    )


def _population_items(population: Population) -> list[tuple[str, str]]:
    neuron = population.neuron
    if neuron is None:
        return [("source", "input spikes, given trial by trial")]
    parameters = ", ".join(f"{name} = {value}" for name, value in neuron.parameters.items())
    initial = ", ".join(f"{name} = {value}" for name, value in neuron.initial.items())
    items = [
        ("neuron", f"{neuron.name}. {neuron.summary}".strip()),
        ("equations", textwrap.dedent(neuron.equations).strip()),
        ("threshold", neuron.threshold),
        ("reset", neuron.reset),
        ("refractory", str(neuron.refractory) if neuron.refractory else ""),
        ("parameters", parameters),
        ("learned", ", ".join(neuron.trainable)),
        ("plastic", ", ".join(neuron.plastic)),
        ("initial", initial),
        ("from", neuron.citation),
    ]
    return [(key, value) for key, value in items if value]


def _connection_items(connection: Connection) -> list[tuple[str, str]]:
    synapse = connection.synapse
    items = [
        ("synapse", f"{synapse.name}. {synapse.summary}".strip()),
        ("equations", textwrap.dedent(synapse.equations).strip()),
        ("on_pre", synapse.on_pre),
        ("on_post", synapse.on_post),
        ("each step", synapse.each_step),
        ("parameters", ", ".join(f"{name} = {v}" for name, v in synapse.parameters.items())),
        ("plastic", ", ".join(synapse.plastic)),
        (
            "first weights",
            "" if connection.connectivity.fixed_weight else str(connection.initialiser),
        ),
        ("sign", connection.sign or ""),
        ("constraint", str(connection.constraint or "")),
        ("delay", _delay(connection)),
        ("from", synapse.citation),
    ]
    return [(key, value) for key, value in items if value]


def _delay(connection: Connection) -> str:
    if isinstance(connection.delay, int):
        return f"{connection.delay} steps" if connection.delay else ""
    return str(connection.delay)


def _indent(items: list[tuple[str, str]]) -> list[str]:
    lines = []
    for key, value in items:
        first, *rest = value.splitlines()
        lines.append(f"  {key:<13} {first.strip()}")
        lines += [f"  {'':<13} {line.strip()}" for line in rest]
    return [*lines, ""]


def _bullets(items: list[tuple[str, str]]) -> list[str]:
    lines = []
    for key, value in items:
        if "\n" in value:
            lines += [
                f"- {key}:",
                "",
                "  ```",
                *(f"  {x}" for x in value.splitlines()),
                "  ```",
                "",
            ]
        else:
            code = key in (
                "equations",
                "threshold",
                "reset",
                "on_pre",
                "on_post",
                "refractory",
                "each step",
            )
            lines.append(f"- {key}: `{value}`" if code else f"- {key}: {value}")
    return [*lines, ""]
