"""Mutated run directories, checkpoints, weights, settings and data files: refused, or taken.

Each mutant is a whole example with one thing changed: bytes flipped, cut or put in; a value of a
JSON, TOML, NumPy or Parquet file replaced by one of another kind. Whatever a command then does, it
ends with exit code 0 or 2. ``python tests/fuzz_files.py N [SEED]`` tries N of them and prints those
that end in any other way; `make fuzz-files` asks for some thousands.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w

from brainsnn.cli.main import app
from brainsnn.config import apply_overrides
from brainsnn.engine.resident import known_models
from brainsnn.errors import BrainsnnError
from brainsnn.experiment.carry_out import start
from brainsnn.experiment.installed import load_protocol
from brainsnn.records import RunDirectory, load_weights
from brainsnn.training.checkpoints import load_checkpoint

RUN = (
    *("epochs=1", "data.n_train=40", "data.n_validation=20", "data.n_test=20"),
    *("recipe.fitted=false", "network.hidden=[6]", "thresholds=[50.0]"),
)
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**70, 1e308, float("nan"), float("inf"), "", "x", "none", "../x", "\0"),
    *([], [1], [[1]], {}, {"a": 1}, "[" * 3000, "9" * 5000, [{}], "\udcff"),
)
"""What stands in the place of a value."""


class Fuzz:
    """A run directory, a checkpoint of its, and what may become of them.

    Parameters
    ----------
    folder : Path
        Where everything is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.run = folder, folder / "run"
        self.protocol = load_protocol("s4nn-mnist")
        config = apply_overrides(self.protocol.config(), RUN)
        start(self.protocol, config, self.run, ["brainsnn", "run"])
        self.config, self.shapes = config, self.protocol.model(config).shapes
        self.trials: dict[Callable[[np.random.Generator, Path], object], str] = {
            self.show: "*.json *.toml metrics.parquet trials.parquet",
            self.conclude: "*.parquet weights.npz",
            self.checkpoint: "checkpoints/latest.npz",
            self.weights: "weights.npz",
            self.compare: "trials.parquet provenance.json",
            self.setting: "",
            self.remembered: "",
            self.spikes: "",
        }

    def one(self, seed: int) -> str | None:
        """Try one mutant; the traceback of what it ended in, or None if that was as it should."""
        rng = np.random.default_rng(seed)
        trial = list(self.trials)[int(rng.integers(len(self.trials)))]
        copy = self.folder / "mutant"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.run, copy)
        said = f"seed {seed}, {trial.__name__}"
        names = [p for pattern in self.trials[trial].split() for p in sorted(copy.glob(pattern))]
        if names:
            file = names[int(rng.integers(len(names)))]
            mutate(file, rng)
            said += f", {file.name}"
        try:
            trial(rng, copy)
        except BrainsnnError:
            return None
        except SystemExit as end:
            return None if end.code in (0, 2, None) else f"{said}: exit code {end.code}"
        except Exception:
            return f"{said}: {traceback.format_exc()}"
        return None

    def _command(self, *words: str) -> None:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            app(words, standalone_mode=True)

    def show(self, _: np.random.Generator, copy: Path) -> None:
        """What ``show`` does with the directory, and what resuming reads of it first."""
        RunDirectory.read(copy).config(type(self.config))
        RunDirectory.open(copy, ["brainsnn"]).close()
        self._command("show", str(copy))

    def conclude(self, _: np.random.Generator, copy: Path) -> None:
        """What every resume ends with."""
        from brainsnn.experiment.outcome import concluded

        concluded(self.protocol, RunDirectory.read(copy))

    def checkpoint(self, _: np.random.Generator, copy: Path) -> None:
        """What resuming reads."""
        from fakes import FakeEngine, make_trainer

        engine = FakeEngine(sizes={"input": 784, "hidden": 6, "output": 10})
        made = make_trainer(engine, **self.config.model_dump(include=_TRAINING))
        state = made.state
        state.streams.seed = self.config.seed
        load_checkpoint(
            copy / "checkpoints" / "latest.npz", state, self.shapes, 256, made._new_statistics
        )

    def weights(self, _: np.random.Generator, copy: Path) -> None:
        """What ``evaluate`` and ``build`` read."""
        load_weights(copy, self.shapes)

    def compare(self, _: np.random.Generator, copy: Path) -> None:
        """The report of two runs."""
        self._command("compare", str(self.run), str(copy), "--out", str(self.folder / "page"))

    def setting(self, rng: np.random.Generator, _: Path) -> None:
        """A setting of the command line, any key and any value."""
        keys = list(_leaves(json.loads(self.config.model_dump_json(serialize_as_any=True))))
        key = ".".join(str(part) for part in keys[int(rng.integers(len(keys)))])
        value = ODD[int(rng.integers(len(ODD)))]
        text = value if isinstance(value, str) else _spelled(value)
        self._command("describe", "s4nn-mnist", "--set", f"{key}={text}")

    def remembered(self, rng: np.random.Generator, copy: Path) -> None:
        """A compiled model that the cache remembers: found, or not there."""
        os.environ["BRAINSNN_CACHE"] = str(copy)
        folder = copy / "resident"
        folder.mkdir(mode=0o700)
        meta: Any = {"library": "0" * 32 + "-" + "0" * 16 + ".so", "stochastic": False}
        meta = _replaced(meta, rng)
        with (folder / "key.model").open("wb") as file:
            np.savez(file, meta=np.array(json.dumps(meta)), a=np.zeros(3))
        if rng.random() < 0.5:
            mutate(folder / "key.model", rng)
        assert known_models.find_model("key") is None

    def spikes(self, rng: np.random.Generator, copy: Path) -> None:
        """A table of recorded spikes."""
        from brainsnn.datasets.cockroach import CockroachAntennalLobe

        path = copy / "spikes.csv"
        rows = ["odour,trial,neuron,time_s", "citron,0,0,1.5", "mix,1,1,2.5", "terpi,2,2,3.5"]
        path.write_text("\n".join(rows))
        mutate(path, rng)
        CockroachAntennalLobe(folder=copy).load()


_TRAINING = {"epochs", "batch_size", "update", "optimiser", "schedule", "average", "monitor"}


def mutate(path: Path, rng: np.random.Generator) -> None:
    """Change one thing in a file, its bytes or what they say."""
    kinds = {".json": _json, ".toml": _toml, ".npz": _npz, ".parquet": _parquet}
    change = kinds.get(path.suffix, _bytes) if rng.random() < 0.7 else _bytes
    change(path, rng)


def _bytes(path: Path, rng: np.random.Generator) -> None:
    data = bytearray(path.read_bytes())
    at, many = int(rng.integers(len(data))), int(rng.integers(1, 40))
    what = int(rng.integers(4))
    if what == 0:
        for _ in range(many):
            data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    elif what == 1:
        del data[at:]
    elif what == 2:
        del data[at : at + many]
    else:
        data[at:at] = rng.bytes(many)
    path.write_bytes(data)


def _json(path: Path, rng: np.random.Generator) -> None:
    tree = _replaced(json.loads(path.read_text()), rng)
    path.write_text(json.dumps(tree), encoding="utf-8", errors="surrogatepass")


def _toml(path: Path, rng: np.random.Generator) -> None:
    tree = _replaced(tomllib.loads(path.read_text()), rng)
    try:
        path.write_text(tomli_w.dumps(tree))
    except (TypeError, AttributeError, UnicodeEncodeError):
        path.write_text(f"x = {'[' * int(rng.integers(5000))}")


def _npz(path: Path, rng: np.random.Generator) -> None:
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    name = list(arrays)[int(rng.integers(len(arrays)))]
    old = arrays.pop(name)
    odd: tuple[Any, ...] = (
        *(np.zeros(0), np.zeros((1, 1)), np.full(old.shape, -1), np.array("text"), old.T),
        *(np.zeros(old.shape, np.complex128), old[None], old.astype(object), None),
    )
    if name == "meta" and rng.random() < 0.7:
        new: Any = np.array(json.dumps(_replaced(json.loads(str(old)), rng)))
    elif old.dtype.kind == "f" and rng.random() < 0.3:
        new = np.full(old.shape, rng.choice([np.nan, np.inf, -1.0, 1e308]))
    else:
        new = odd[int(rng.integers(len(odd)))]
    if new is not None:
        arrays[name if rng.random() < 0.8 else f"{name}.x"] = new
    with path.open("wb") as file:
        (np.savez if rng.random() < 0.7 else np.savez_compressed)(file, **arrays)


def _parquet(path: Path, rng: np.random.Generator) -> None:
    table = pd.read_parquet(path)
    name = table.columns[int(rng.integers(len(table.columns)))]
    what = int(rng.integers(6))
    if what == 0:
        table = table.drop(columns=name)
    elif what == 1:
        table = table.iloc[: int(rng.integers(2))]
    elif what == 2:
        table = table.rename(columns={name: "x"})
    else:
        odd: tuple[Any, ...] = ("x", None, -1, 10**9, float("nan"), float("inf"), True, [1])
        table[name] = [odd[int(rng.integers(len(odd)))]] * len(table)
    table.to_parquet(path, index=bool(what == 5))


def _leaves(tree: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in pairs:
        yield (*above, key)
        if isinstance(value, dict | list):
            yield from _leaves(value, (*above, key))


def _replaced(tree: Any, rng: np.random.Generator) -> Any:
    """The tree with one of its values, or all of it, an odd one."""
    odd = ODD[int(rng.integers(len(ODD)))]
    places = list(_leaves(tree))
    if not places or rng.random() < 0.1:
        return odd
    *parents, last = places[int(rng.integers(len(places)))]
    inner = tree
    for key in parents:
        inner = inner[key]
    inner[last] = odd
    return tree


def _spelled(value: Any) -> str:
    text = json.dumps(value)
    return {"null": "none", "NaN": "nan", "Infinity": "inf"}.get(text, text)


def main() -> int:
    """Try as many mutants as the command line asks for."""
    n, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as name:
        fuzz, bad = Fuzz(Path(name)), 0
        for seed in range(first, first + n):
            found = fuzz.one(seed)
            if found is not None:
                bad += 1
                sys.stdout.write(f"{found}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{bad} of {n} mutants ended as none should\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
