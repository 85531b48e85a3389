"""Synapses, drawn: which there are, what they do, when spikes arrive, what they sum."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.random_networks.draft import Draft, Group


@dataclass
class Pathways:
    """Equations of synapses, what each pathway does, and what the constructor is told."""

    lines: list[str] = field(default_factory=list)
    on_pre: str = ""
    on_post: str = ""
    more: str = ""
    names: tuple[str, ...] = ("pre",)
    needs: tuple[str, ...] = ()


def subgroup(draft: Draft, group: Group) -> Group:
    """The group, or some of its neurons in a row."""
    if group.n < 3 or not group.divisible or draft.chance(0.6):
        return group
    start = draft.integer(0, group.n - 2)
    stop = draft.integer(start + 1, group.n)
    name = draft.name("part")
    draft.add(f"{name} = {group.name}[{start}:{stop}]", name, [group.name])
    return Group(
        name, stop - start, group.unit, group.floats, group.events, group.integers, clock="part"
    )


def synapses(draft: Draft, source: Group, target: Group) -> None:
    """Add Synapses from one group to another, with their weights and delays."""
    whole, name = target, draft.name("synapses")
    source, target = subgroup(draft, source), subgroup(draft, target)
    made = _pathways(draft, source, target, whole)
    needs = [source.name, target.name, whole.name, *made.needs]
    multiple = draft.chance(0.2)
    options = [f"{source.name}, {target.name}", '"""' + "\n    ".join(["", *made.lines]) + '"""']
    options += [f"on_pre={made.on_pre}"] if made.on_pre else []
    options += [f"on_post={made.on_post!r}"] if made.on_post else []
    options += [made.more] if made.more else []
    options += ["multisynaptic_index='copy'"] if multiple else []
    options += [f"order={draft.integer(-1, 2)}"] if draft.chance(0.15) else []
    options += [f"name={name!r}"]
    draft.add(f"{name} = Synapses({', '.join(options)})", name, needs, part=True)
    connect = _connect(draft, source, target, multiple)
    draft.add(f"{name}.connect({connect})", needs=[name])
    if connect == "":
        draft.known_sizes[name] = source.n * target.n
    _weights(draft, name, made, target)
    traces = [line[1:].split("/")[0] for line in made.lines if line.startswith("da")]
    if traces and draft.chance(0.2):
        value = draft.pick(["0.3", "'0.2*i'", "'0.1*(i + j)'"])
        draft.add(f"{name}.{draft.pick(traces)} = {value}", needs=[name])
    if traces:
        draft.traces.append((name, traces))
    for pathway in made.names:
        _delays(draft, name, pathway)
    draft.synapses.append(name)


def _pathways(draft: Draft, source: Group, target: Group, whole: Group) -> Pathways:
    """What the synapses do."""
    kinds = ["plain", "weighted", "weighted", "two", "stdp", "stdp", "counting", "to rest"]
    kinds += ["event"] * (2 * ("half" in source.events))
    kinds += ["summed"] * (3 * bool(whole.summable)) + ["gap"] * bool(whole.summable)
    kinds += ["loose"] * draft.random
    kind = draft.pick(kinds)
    if kind in ("summed", "gap") or not source.events:
        return _summed(draft, source, target, whole)
    aim, one = draft.pick(target.floats), target.one
    up = f"{aim}_post += w"
    weight = [f"w : {target.unit}"]
    if kind == "plain":
        return Pathways([], repr(f"{aim}_post += {draft.number(0.1, 0.7)}*{one}"))
    if kind == "two":
        on_pre = f"{{'up': {up!r}, 'down': '{aim}_post -= 0.3*w'}}"
        if draft.chance(0.5):
            return Pathways(weight, on_pre, names=("up", "down"))
        delay = f"delay={{'up': {draft.number(0, 3)}*ms}}"
        return Pathways(weight, on_pre, more=delay, names=("down",))
    if kind == "event":
        pathway = f"{{'up': {up!r}, 'pre': 'w *= 0.9'}}"
        return Pathways(weight, pathway, more="on_event={'up': 'half', 'pre': 'spike'}")
    if kind == "counting":
        lines = [*weight, "n : integer", "busy : boolean"]
        return Pathways(lines, repr(f"n += 1; busy = n % 2 == 1; {up}*int(busy)"))
    if kind == "to rest":
        lines = [*weight, "strength : 1 (shared)"]
        return Pathways(lines, repr(f"{aim}_post = clip({aim}_post + w, 0*{one}, 3*{one})"))
    if kind == "loose":
        return Pathways(weight, repr(f"{up}*int(rand() < 0.6)"))
    if kind == "stdp" and target.events:
        return _plastic(draft, up, target)
    return Pathways(
        weight, repr(up), on_post=f"w *= {draft.number(0.8, 1.1)}" * bool(target.events)
    )


def _plastic(draft: Draft, up: str, target: Group) -> Pathways:
    """Spike-timing dependent plasticity, its traces computed at spikes or in every step."""
    kind, one = draft.pick(["event-driven", "event-driven", "clock-driven"]), target.one
    lines = [
        f"w : {target.unit}",
        f"dapre/dt = -apre/({draft.number(5, 20)}*ms) : 1 ({kind})",
        f"dapost/dt = -apost/({draft.number(5, 20)}*ms) : 1 ({kind})",
    ]
    learn = f"w = clip(w + {draft.number(-0.1, 0.1)}*{one}*%s, 0*{one}, 1*{one})"
    on_pre = f"{up}\n{_rise(draft, 'apre')}\n{learn % 'apost'}"
    method = f"method={draft.pick(['exact', 'euler', 'exponential_euler'])!r}"
    on_post, learned = _rise(draft, "apost"), "apre"
    if draft.chance(0.4):
        lines += [f"dslow/dt = -slow/({draft.number(20, 40)}*ms) : 1 ({kind})"]
        on_post, learned = f"{on_post}\nslow += apost", "apre*slow"
    on_post = draft.pick([f"{on_post}\n{learn % learned}", f"{learn % learned}\n{on_post}"])
    more, names = method * (kind == "clock-driven"), ("pre", "post")
    if draft.chance(0.25):
        second = draft.pick(["apre *= 0.7", "w *= 0.95", "apost += 0.1", "apre += w/" + one])
        return Pathways(
            lines,
            f"{{'pre': {on_pre!r}, 'again': {second!r}}}",
            on_post,
            more=more,
            names=(*names, "again"),
        )
    return Pathways(lines, repr(on_pre), on_post, more=more, names=names)


def _rise(draft: Draft, trace: str) -> str:
    """What a spike does to a trace."""
    options = ["{0} += 1", "{0} += 1", "{0} = 1", "{0} += 0.5*(1 - {0})", "{0} += 0.3*(i + 1)"]
    return draft.pick(options).format(trace)


def _summed(draft: Draft, source: Group, target: Group, whole: Group) -> Pathways:
    """A variable of the targets that is the sum over synapses; all that silent sources can do."""
    variable = whole.summable.pop() if whole.summable else ""
    if not variable or target is not whole:
        whole.summable += [variable] * bool(variable)
        return Pathways([f"w : {target.unit}"], names=())
    if source.unit == target.unit and draft.chance(0.4):
        line = (
            f"{variable}_post = {draft.number(0.01, 0.1)}*(v_pre - v_post) : {target.unit} (summed)"
        )
        return Pathways([f"w : {target.unit}", line], names=())
    lines = [
        f"w : {target.unit}",
        f"ds/dt = -s/({draft.number(3, 9)}*ms) : 1 (clock-driven)",
        f"{variable}_post = 0.3*w*s : {target.unit} (summed)",
    ]
    if not source.events:
        return Pathways([lines[0], lines[2].replace("*s", "*(i + 1)")], names=())
    method = f"method={draft.pick(['exact', 'euler', 'rk2', 'exponential_euler'])!r}"
    return Pathways(lines, repr(f"s += {draft.number(0.5, 1)}"), more=method + draft.clock(whole))


def _connect(draft: Draft, source: Group, target: Group, multiple: bool) -> str:
    pairs = [(i, j) for i in range(source.n) for j in range(target.n)]
    chosen = [pairs[k] for k in draft.rng.permutation(len(pairs))[: draft.integer(1, len(pairs))]]
    if draft.chance(0.5):
        chosen.sort()
    arrays = f"i={[i for i, _ in chosen]}, j={[j for _, j in chosen]}"
    options = [
        "",
        "",
        "condition='i != j'",
        "condition='(i + 2*j) % 3 == 0'",
        "condition='i > 100'",
        "j='k for k in range(i - 1, i + 2) if k != i', skip_if_invalid=True",
        "j='(2*i + 1) % N_post'",
        arrays,
        *["p=0.6", "condition='i != j', p='0.3 + 0.1*i'"] * (2 * draft.random),
    ]
    chosen_option = draft.pick(options)
    if multiple:
        return f"{chosen_option}{', ' if chosen_option else ''}n={draft.integer(1, 3)}"
    return chosen_option


def _weights(draft: Draft, name: str, made: Pathways, target: Group) -> None:
    if not any(line.startswith("w :") for line in made.lines):
        return
    one, low = target.one, draft.pick([-0.2, 0.1])
    values = [
        f"'{draft.number(low, 0.5)}*{one}*(1 + 0.13*i + 0.057*j)'",
        f"{draft.number(0.05, 0.6)}*{one}",
        f"'{draft.number(0.2, 0.6)}*{one}*(i % 2)'",
        *[f"'rand()*{one}'"] * draft.random,
    ]
    draft.add(f"{name}.w = {draft.pick(values)}", needs=[name])
    if draft.chance(0.3):
        place = draft.pick(["'i == j'", "'i == 0'", "'j > 1'", ":"])
        draft.add(f"{name}.w[{place}] = {draft.number(0.1, 0.8)}*{one}", needs=[name])
    draft.weights.append((name, one))


def _delays(draft: Draft, name: str, pathway: str) -> None:
    """None, one for all, one each: regular, irregular, longer than a run."""
    if draft.chance(0.4):
        return
    owner = f"{name}.{pathway}"
    values = [
        f"{draft.number(0.1, 4)}*ms",
        f"'{draft.number(0.1, 1)}*ms*(1 + i)'",
        f"'{draft.number(0.1, 1)}*ms*(1 + j + i % 2)'",
        f"{draft.integer(0, 3)}*ms",
        "'30*ms*int(i == j)'",
        *["'3*ms*rand()'"] * draft.random,
    ]
    draft.add(f"{owner}.delay = {draft.pick(values)}", needs=[name])


def synapses_on_synapses(draft: Draft, source: Group) -> None:
    """Add Synapses whose targets are the weights of others."""
    target, one = draft.pick(draft.weights)
    name = draft.name("onto")
    code = f"w_post = clip(w_post + {draft.number(-0.1, 0.1)}*{one}, 0*{one}, 2*{one})"
    draft.add(
        f"{name} = Synapses({source.name}, {target}, on_pre={code!r}, name={name!r})",
        name,
        [source.name, target],
        part=True,
    )
    draft.add(f"{name}.connect(condition='(i + j) % 2 == 0')", needs=[name])
    _delays(draft, name, "pre")
