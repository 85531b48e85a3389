"""What gives spikes without equations, and what else acts on groups, drawn."""

from __future__ import annotations

from engine.random_networks.draft import Draft, Group
from engine.random_networks.groups import STEPS

DURATION = 20
"""Milliseconds that spikes are spread over."""


def source(draft: Draft) -> Group:
    """Add a group of given spikes, or of Poisson spikes where random numbers may be drawn."""
    poisson = draft.random and draft.chance(0.6)
    return _poisson(draft) if poisson else _generator(draft)


def _generator(draft: Draft) -> Group:
    name, n, step = draft.name("given"), draft.integer(1, 5), 0.1
    group, more = Group(name, n, divisible=False), ""
    if draft.chance(0.2):
        group.clock = draft.pick(STEPS)
        step = float(group.clock.removesuffix("*ms"))
    last = DURATION
    if draft.chance(0.3):
        last = draft.integer(3, 9)
        more += f", period={last * 3 * step if step == 0.3 else last}*ms"
        last = 3
    spikes, more = given_spikes(draft, n, step, last), more + draft.clock(group)
    code = f"{name} = SpikeGeneratorGroup({n}, {spikes}{more}, name={name!r})"
    draft.add(code, name, [draft.tick], part=True)
    draft.generators.append(group)
    draft.sources.append(group)
    return group


def given_spikes(draft: Draft, n: int, step: float, last: float) -> str:
    """Neurons and times, at most one spike a neuron and step."""
    cells = [
        (int(k), neuron)
        for neuron in range(n)
        for k in draft.rng.choice(int(last / step), draft.integer(0, 8), replace=False)
    ]
    if draft.chance(0.5):
        cells.sort()
    indices = [neuron for _, neuron in cells]
    shift = draft.pick([0, 0.3, 0.49])  # Within the step that the spike belongs to.
    times = [round((k + shift) * step, 6) for k, _ in cells]
    return f"{indices}, {times}*ms"


def _poisson(draft: Draft) -> Group:
    name, n = draft.name("poisson"), draft.integer(1, 5)
    rates = draft.pick(
        [
            f"{draft.number(50, 200)}*Hz",
            f"{draft.numbers(n, 50, 300)}*Hz",
            "'100*Hz*(1 + i)*(1 + sin(t/(3*ms)))'",
        ]
    )
    group = Group(name, n)
    code = f"{name} = PoissonGroup({n}, {rates}, name={name!r}{draft.clock(group)})"
    draft.add(code, name, [draft.tick], part=True)
    draft.sources.append(group)
    return group


def poisson_input(draft: Draft, group: Group) -> None:
    """Add a PoissonInput to a group."""
    name, variable = draft.name("rain"), draft.pick(group.floats)
    draft.add(
        f"{name} = PoissonInput({group.name}, {variable!r}, {draft.integer(3, 30)}, "
        f"{draft.number(20, 90)}*Hz, weight='{draft.number(0.05, 0.2)}*{group.one}', "
        f"when={draft.pick(['synapses', 'start'])!r}, order={draft.integer(0, 2)})",
        name,
        [group.name],
        part=True,
    )


def regular_operation(draft: Draft, group: Group) -> None:
    """Add a run_regularly to a group."""
    name, one = draft.name("regular"), group.one
    code = draft.pick(
        [
            f"v += {draft.number(0.01, 0.1)}*{one}*(i + 1)",
            "k = (3*k + i) % 7",
            f"c = clip(c + 0.1*v, 0*{one}, 2*{one})",
            "flag = not flag",
            f"theta = theta + 0.05*{one}*squash(v/{one})",
            "gain *= 0.99",
            f"temporary = v/{one}; c += {one}*temporary**2/10",
            *["v += 0.1*randn()*" + one, "k = poisson(2)"] * draft.random,
        ]
    )
    needs, more = [group.name], ""
    if "squash" in code:
        needs.append(function(draft))
        code = code.replace("squash", needs[-1])
    if draft.chance(0.5):
        more += f", dt={draft.pick(['0.5*ms', '1*ms', '0.7*ms', '3*ms'])}"
    if draft.chance(0.5):
        more += f", when={draft.pick(['start', 'before_groups', 'thresholds', 'end'])!r}"
    if "dt=" not in more and group.clock:
        more += f", dt={group.clock}"
    code = f"{name} = {group.name}.run_regularly({code!r}{more}, name={name!r})"
    draft.add(code, name, needs)


def function(draft: Draft) -> str:
    """A function of the user's own, in Python and in C++."""
    name = f"{draft.prefix}squash"
    if all(piece.name != name for piece in draft.pieces):
        draft.add(
            f'@implementation("cpp", "inline double {name}(double x) '
            f'{{ return x / (1 + fabs(x)); }}")\n'
            f"@check_units(x=1, result=1)\ndef {name}(x):\n    return x / (1 + np.abs(x))",
            name,
        )
    return name
