"""A folder that passes for GeNN: its generator gives hand-written code for one small network."""

from __future__ import annotations

from pathlib import Path

from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform

MODEL = Network(
    {"input": 4, "output": 2}, integrate_and_fire_once, initialiser=[Uniform(20, 80)], name="small"
)

_GENERATOR = """#!/bin/bash
set -e
echo "$@" >> "{log}"
grep -q 'addNeuronPopulation<Neuron_output>' "${{@: -1}}" || {{ echo "what is this" >&2; exit 50; }}
mkdir network_CODE
cp "{header}" network_CODE/definitions.h
echo '// nothing' > network_CODE/runner.cc
"""


def write_stand_in(folder: Path, version: str = "4.9.0") -> Path:
    """Write the folder and return the file in which every call of the generator leaves a line."""
    log = folder / "calls.txt"
    (folder / "bin").mkdir(parents=True)
    (folder / "version.txt").write_text(version)
    header = Path(__file__).with_name("stand_in.h")
    script = folder / "bin" / "genn-buildmodel.sh"
    script.write_text(_GENERATOR.format(log=log, header=header))
    return log
