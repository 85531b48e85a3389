"""Whether a network is the same on two devices, and whether its trials are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from engine.random_networks.draft import Script
from engine.random_networks.execution import (
    RESIDENT,
    RUNTIME,
    STANDALONE,
    Values,
    held,
    on_device,
    run_script,
    script_namespace,
)

from brainsnn.engine.resident.compiled import CompiledNetwork
from brainsnn.engine.resident.loaded.monitors import MonitorRecord

#: numpy and the C library round their functions differently.
RELATIVE, ABSOLUTE = 1e-9, 1e-12

N_TRIALS = 3


@dataclass(frozen=True)
class Verdict:
    """What became of a network.

    Parameters
    ----------
    kind : str
        "equal"; "differs"; "refused" by Brian2's compiled devices, all of them; "invalid" already
        on the runtime; "standalone" where Brian2's own compiled device differs in the same way.
    why : str
    n_spikes : int
        That its monitors recorded.
    """

    kind: str
    why: str = ""
    n_spikes: int = 0


def differences(found: Values, expected: Values) -> list[str]:
    """Arrays that differ, with how they do."""
    texts = []
    for name in sorted(found.keys() | expected.keys()):
        if name not in found or name not in expected:
            texts.append(f"{name} is only in one")
        elif found[name].shape != expected[name].shape:
            texts.append(f"{name} has shape {found[name].shape} for {expected[name].shape}")
        elif not _same(found[name], expected[name]):
            texts.append(f"{name} is {_short(found[name])} for {_short(expected[name])}")
    return texts


def _kinds(found: Values, expected: Values) -> list[str]:
    """Names and types that differ."""
    one, other = ({name: v.dtype for name, v in values.items()} for values in (found, expected))
    return [] if one == other else [f"other arrays: {one.items() ^ other.items()}"]


def _same(found: np.ndarray, expected: np.ndarray) -> bool:
    if found.dtype.kind != "f":
        return bool((found == expected).all())
    return np.allclose(found, expected, RELATIVE, ABSOLUTE, equal_nan=True)


def _short(values: np.ndarray) -> str:
    return np.array2string(np.ravel(values)[:6], precision=6, max_line_width=10**6)


def n_spikes(values: Values) -> int:
    """Spikes that the monitors recorded."""
    return int(sum(values[name].sum() for name in values if name.endswith(".count")))


def trials_differ(device: object) -> list[str]:
    """What of a compiled network's trials depends on the trials before, or on the workers."""
    one, two = CompiledNetwork(device, 1), CompiledNetwork(device, 2)
    alone = one.run(1, seed=1)
    block = one.run(N_TRIALS, seed=1)
    again = one.run(N_TRIALS, seed=1)
    shared = two.run(N_TRIALS, seed=1)
    texts = [f"first trial alone: {t}" for t in _records(_trial(alone, 0), _trial(block, 0))]
    for k in range(N_TRIALS):
        expected = _trial(block, k)
        texts += [f"trial {k} again: {t}" for t in _records(_trial(again, k), expected)]
        texts += [f"trial {k} of two workers: {t}" for t in _records(_trial(shared, k), expected)]
    return texts


def _trial(block: dict[str, MonitorRecord], k: int) -> Values:
    records = {name: record.trial(k) for name, record in block.items()}
    return {f"{m}.{name}": v for m, columns in records.items() for name, v in columns.items()}


def _records(found: Values, expected: Values) -> list[str]:
    return [
        f"{name} is not the same"
        for name in expected
        if not np.array_equal(found[name], expected[name], equal_nan=expected[name].dtype == float)
    ]


def resident(text: str) -> tuple[Values, list[str]]:
    """Run a script on the resident device; what it left, and what its trials depend on."""
    with on_device(RESIDENT) as device:
        namespace = script_namespace(text)
        device.build(directory=None, with_output=False)
        return held(namespace), trials_differ(device)


def judge(script: Script) -> Verdict:
    """Compare one network on the resident device with Brian2."""
    reference = STANDALONE if script.random and not script.refused else RUNTIME
    try:
        expected = run_script(script.text, reference)
    except Exception as error:
        return Verdict("invalid", cause(error))
    try:
        found, texts = resident(script.text)
    except NotImplementedError as error:
        return Verdict("refused", cause(error))
    except Exception as error:
        return Verdict("differs", cause(error))
    texts += differences(found, expected)
    if (
        texts
        and reference == RUNTIME
        and not differences(found, run_script(script.text, STANDALONE))
    ):
        return Verdict("standalone", "; ".join(texts), n_spikes(found))
    return Verdict("differs" if texts else "equal", "; ".join(texts), n_spikes(found))


def judge_together(scripts: Sequence[Script]) -> list[Verdict]:
    """Compare networks as parts of one script, which takes one compilation.

    Of random ones, it is what they hold that is compared, not its values: the runtime draws others.
    """
    expected = [run_script(script.text, RUNTIME) for script in scripts]
    found, texts = resident("\n".join(script.text for script in scripts))
    verdicts = []
    for script, reference in zip(scripts, expected, strict=True):
        mine = {name: v for name, v in found.items() if name.startswith(script.prefix)}
        wrong = [text for text in texts if f" {script.prefix}" in text]
        wrong += _kinds(mine, reference) if script.random else differences(mine, reference)
        verdicts.append(Verdict("differs" if wrong else "equal", "; ".join(wrong), n_spikes(mine)))
    return verdicts


def cause(error: BaseException) -> str:
    """The error that another one came from, as one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {' '.join(str(error).split())[-600:]}"
