"""Neuron groups, drawn: dynamics, thresholds, resets, refractoriness, events, further variables."""

from __future__ import annotations

from dataclasses import dataclass

from engine.random_networks.draft import Draft, Group

#: How linear equations with constant coefficients are integrated; "" leaves it to Brian2.
LINEAR = ("exact", "linear", "euler", "exponential_euler", "rk2", "rk4", "heun", "milstein", "")
#: How equations that are linear in each variable, and depend on time, are.
DRIVEN = ("euler", "exponential_euler", "rk2", "rk4", "heun", "milstein")
#: How any equations without noise are.
ANY = ("euler", "rk2", "rk4", "heun")

STEPS = ("0.2*ms", "0.05*ms", "0.3*ms")


@dataclass(frozen=True)
class Dynamics:
    """Differential equations, and an integration method that takes them."""

    lines: tuple[str, ...]
    method: str
    needs: tuple[str, ...] = ()


def neuron_group(draft: Draft) -> Group:
    """Add a NeuronGroup, with its initial values."""
    name, n = draft.name("cells"), draft.integer(1, 6)
    group = Group(name, n, unit=draft.pick(["1", "volt"]))
    linked = _linked(draft, group)
    group.divisible = linked is None
    flag = draft.pick(["", " (unless refractory)"]) if draft.chance(0.6) else None
    dynamics = _dynamics(draft, group, flag or "", linked)
    lines = [*dynamics.lines, *_variables(draft, group)]
    lines += [f"linked : {group.unit} (linked)"] if linked else []
    arguments = [f"{n}", '"""' + "\n    ".join(["", *lines]) + '"""']
    reset = _reset(draft, group) if draft.chance(0.85) else ""
    if draft.chance(0.9):
        arguments += [f"threshold={_threshold(draft, group, linked)!r}"]
        arguments += [f"reset={reset!r}"] if reset else []
        arguments += [f"refractory={_refractory(draft, group)}"] if flag is not None else []
    else:
        group.events = ()
    if draft.chance(0.3) and group.events:
        group.events += ("half",)
        condition = f"v > {draft.number(0.3, 0.7)}*{group.one}"
        arguments += [f"events={{'half': {condition!r}}}"]
    if dynamics.method:
        arguments += [f"method={dynamics.method!r}"]
    if draft.chance(0.2):
        group.clock = draft.pick(STEPS)
    if draft.chance(0.1):
        arguments += [f"order={draft.integer(-2, 2)}"]
    code = f"{name} = NeuronGroup({', '.join([*arguments, f'name={name!r}'])}{draft.clock(group)})"
    draft.add(code, name, [*dynamics.needs, draft.tick], part=True)
    if linked:
        draft.add(f"{name}.linked = {linked[0]}", needs=[name, linked[1]])
    draft.groups.append(group)
    _initial_values(draft, group)
    _on_events(draft, group, [event for event in group.events if event != "spike" or not reset])
    return group


def _linked(draft: Draft, group: Group) -> tuple[str, str] | None:
    """A variable of another group that this one reads, and the group."""
    others = [other for other in draft.groups if other.unit == group.unit]
    if not others or draft.chance(0.5):
        return None
    other = draft.pick(others)
    index = [draft.integer(0, other.n - 1) for _ in range(group.n)]
    given = f"linked_var({other.name}, 'v', index=np.array({index}))"
    if other.n == group.n and draft.chance(0.5):
        given = f"linked_var({other.name}, 'v')"
    return given, other.name


def _drive(draft: Draft, group: Group) -> tuple[str, bool, tuple[str, ...]]:
    """What drives a neuron, whether it is constant, and the pieces that it needs."""
    kind = draft.pick(["number", "each", "shared", "timed", "timed each", "wave"])
    number, one = draft.number(0.8, 2.2), group.one
    if kind == "each":
        return f"{number}*{one}*(1 + 0.1*i)", True, ()
    if kind == "shared":
        return f"{number}*{one}*gain", True, ()
    if kind == "wave":
        return f"{number}*{one}*(1 + sin(2*pi*{draft.number(20, 90)}*Hz*t + i))", False, ()
    if kind == "number":
        return f"{number}*{one}", True, ()
    name, rows = draft.name("drive"), draft.integer(2, 5)
    if kind == "timed":
        values, call = draft.numbers(rows, 0.5, 2), f"{name}(t)"
    else:
        values = "[" + ", ".join(draft.numbers(group.n, 0.5, 2) for _ in range(rows)) + "]"
        call = f"{name}(t, i)"
    step = f"{draft.pick(['1', '2.5', '4', '0.7'])}*ms"
    draft.add(f"{name} = TimedArray({values}, dt={step}, name={name!r})", name)
    return f"{one}*{call}", False, (name,)


def _dynamics(draft: Draft, group: Group, flag: str, linked: tuple[str, str] | None) -> Dynamics:
    """Equations of the potential, and of what goes with it."""
    unit, one, needs = group.unit, group.one, (linked[1],) if linked else ()
    tau, slow = f"({draft.number(3, 12)}*ms)", f"({draft.number(8, 30)}*ms)"
    group.floats.append("v")
    kinds = ["counting", "leaky", "leaky", "two", "adaptive", "nonlinear", "alone"]
    kind = draft.pick([*kinds, *["noisy", "multiplicative"] * (2 * draft.random)])
    if kind == "counting":  # A threshold that nothing but spikes can reach.
        return Dynamics((f"v : {unit}",), "", needs)
    if kind == "alone":
        return Dynamics((f"dv/dt = -v/{tau} : {unit}{flag}",), draft.pick(["independent", *LINEAR]))
    drive, constant, more = _drive(draft, group)
    if linked and draft.chance(0.4):
        drive, constant = f"{drive} + 0.1*linked", False
    if draft.chance(0.4):
        group.summable.append("current")
        drive, constant = f"{drive} + current", False
    needs += more
    methods = LINEAR if constant else DRIVEN
    if kind == "two":
        group.floats.append("x")
        lines = (f"dv/dt = (x - v)/{tau} : {unit}{flag}", f"dx/dt = ({drive} - x)/{slow} : {unit}")
    elif kind == "adaptive":
        group.floats.append("a")
        methods = DRIVEN  # In closed form, some of these oscillate, which Brian2 does not take.
        lines = (
            f"dv/dt = ({drive} - v - a)/{tau} : {unit}{flag}",
            f"da/dt = (0.2*v - a)/{slow} : {unit}",
        )
    elif kind == "nonlinear":
        methods = ANY
        lines = (f"dv/dt = ({drive} + 0.3*v*(1 - v/{one}))/{tau} : {unit}{flag}",)
    elif kind == "noisy":
        methods = ("euler", "heun", "milstein")
        lines = (f"dv/dt = ({drive} - v)/{tau} + 0.3*{one}*sqrt(2/{tau})*xi : {unit}{flag}",)
    elif kind == "multiplicative":
        methods = ("heun", "milstein")
        lines = (f"dv/dt = ({drive} - v)/{tau} + 0.3*v*sqrt(2/{tau})*xi : {unit}{flag}",)
    else:
        lines = (f"dv/dt = ({drive} - v)/{tau} : {unit}{flag}",)
    return Dynamics(lines, draft.pick(methods), needs)


def _variables(draft: Draft, group: Group) -> list[str]:
    """Further variables; those that other pieces count on, always."""
    unit = group.unit
    group.floats += ["theta", "c"]
    group.integers.append("k")
    group.shared.append("gain")
    lines = [f"theta : {unit}", f"c : {unit}", "k : integer", "gain : 1 (shared)"]
    lines += ["rest : second (constant)", "flag : boolean"]
    lines += [f"{name} : {unit}" for name in group.summable]
    lines += [f"above = v - theta : {unit}"] if draft.chance(0.5) else [f"above = 2*v : {unit}"]
    if draft.chance(0.3):
        lines.append(f"held = v + 0.5*c : {unit} (constant over dt)")
    return lines


def _threshold(draft: Draft, group: Group, linked: tuple[str, str] | None) -> str:
    one = group.one
    options = [
        f"v > {draft.number(0.6, 1.1)}*{one}",
        "v > theta",
        "v > theta and not flag",
        f"v > theta + 0.2*{one}*sin(t/(4*ms))",
        f"above > 0.5*{one}",
        f"v > theta and k < {draft.integer(2, 9)}",
        "v >= gain*theta",
    ]
    options += ["v > linked", "v > theta + 0.5*linked"] if linked else []
    options += ["v > theta and rand() < 0.5"] if draft.random else []
    return draft.pick(options)


def _reset(draft: Draft, group: Group) -> str:
    one = group.one
    options = [
        f"v = 0*{one}",
        f"v -= {draft.number(0.5, 1)}*{one}",
        f"v = 0*{one}; theta += {draft.number(0.01, 0.1)}*{one}",
        f"v = 0*{one}; k += 1; flag = k % 4 == 3",
        f"v *= 0.1; c += {draft.number(0.5, 1)}*{one}",
    ]
    options += [f"v = 0.3*{one}*rand()"] if draft.random else []
    return draft.pick(options)


def _refractory(draft: Draft, group: Group) -> str:
    return draft.pick(
        [
            f"{draft.number(0.5, 4)}*ms",
            "'rest'",
            f"'{draft.number(0.5, 2)}*ms + 0.3*ms*i'",
            f"'c > 0.4*{group.one}'",
            "'timestep(t - lastspike, dt) <= 7'",
            "'rest*(1 + int(k > 1))'",
            "'flag'",
        ]
    )


def _initial_values(draft: Draft, group: Group) -> None:
    name, one, n = group.name, group.one, group.n
    fixed = {
        "theta": f"{draft.numbers(n, 0.6, 1.1)}*{one}",
        "gain": draft.number(0.8, 1.2),
        "rest": f"{draft.numbers(n, 0.5, 5)}*ms",
    }
    for variable, value in fixed.items():
        draft.add(f"{name}.{variable} = {value}", needs=[name])
    if draft.chance(0.7):
        values = [
            f"{draft.numbers(n, 0, 0.9)}*{one}",
            f"'{draft.number(0.1, 0.5)}*{one}*(1 + 0.1*i)'",
            f"{draft.number(0.1, 0.9)}*{one}",
        ]
        values += [f"'{one}*rand()'"] if draft.random else []
        draft.add(f"{name}.v = {draft.pick(values)}", needs=[name])
    if draft.chance(0.3):
        draft.add(f"{name}.k = 'i % 3'", needs=[name])
    if draft.chance(0.3):
        draft.add(f"{name}.c[{draft.integer(0, n - 1)}:] = 0.3*{one}", needs=[name])
    if draft.chance(0.3):
        draft.add(f"{name}.flag['i > 1'] = True", needs=[name])


def _on_events(draft: Draft, group: Group, events: list[str]) -> None:
    """Statements at events that have none; a spike may have a reset."""
    for event in events:
        if draft.chance(0.7):
            code = draft.pick([f"c += {draft.number(0.1, 0.3)}*{group.one}", "k += 2"])
            draft.add(f"{group.name}.run_on_event({event!r}, {code!r})", needs=[group.name])
