"""Networks written here, as NIR files, run by snnTorch, Norse and SpikingJelly.

``python tests/nir_networks.py FOLDER`` writes them; then, with an interpreter that has the tools,
``python benchmarks/rivals/nir_readers.py FOLDER tests/oracles/data/nir/read`` reads them, runs
them on the same input and writes ``TOOL-NETWORK.npz`` with the graph, the input and the tool's
output spikes. It prints, as JSON, how many values (neurons times steps) and spikes are equal.
"""

from __future__ import annotations

import contextlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")

import nir  # noqa: E402
import norse.torch as norse  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from nir_files import arrays_of, versions  # noqa: E402
from snntorch.import_nir import import_from_nir as snntorch_in  # noqa: E402
from spikingjelly.activation_based import nir_exchange  # noqa: E402

READ = {
    "snntorch": snntorch_in,
    "norse": norse.from_nir,
    "spikingjelly": nir_exchange.import_from_nir,
}


def spikes(tool: str, graph: Any, inputs: Any) -> Any:
    """Output spikes, a row a step; inputs are of shape (steps, ...)."""
    found, state = [], None
    with torch.no_grad(), contextlib.redirect_stdout(sys.stderr):
        network = READ[tool](graph)
        for values in torch.as_tensor(inputs, dtype=torch.float32):
            x = values[None] if tool == "spikingjelly" else values
            out, state = network(x, state)
            found.append(out.detach().numpy().ravel() > 0)
    return np.array(found)


def compare(source: Path, folder: Path) -> dict[str, Any]:
    """Spikes of all networks in the tools beside those here; what went wrong."""
    report: dict[str, Any] = {}
    for path in sorted(source.glob("*.nir")):
        ours = np.load(path.with_suffix(".npz"))
        try:
            found = spikes(path.stem.split("-")[0], nir.read(str(path)), ours["inputs"])
        except Exception as error:  # any of another's
            report[path.stem] = f"{type(error).__name__}: {error}"
            continue
        mine = ours["spikes"]
        if found.shape != mine.shape:
            report[path.stem] = f"{found.shape[1]} outputs instead of {mine.shape[1]}"
            continue
        report[path.stem] = {
            "equal": int((mine == found).sum()),
            "values": mine.size,
            "spikes": int(found.sum()),
            "spikes equal": int((mine & found).sum()),
        }
        kept = arrays_of(nir.read(str(path)))
        target = folder / f"{path.stem}.npz"
        np.savez_compressed(target, inputs=ours["inputs"], spikes=found, **kept)
    return report


if __name__ == "__main__":
    found = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps({"versions": versions()} | found, indent=1))
