"""What is printed of a derivation is what it computes."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import ms
from learning.equations.neurons_to_derive import NEURONS, steps_of
from learning.equations.synapses_to_derive import SYNAPSES, network

from brainsnn.learning.equations import Spike, derive
from brainsnn.learning.equations.derivatives import simplified
from brainsnn.learning.equations.inspection import write_gradient
from brainsnn.learning.equations.inspection.jacobian import jacobian
from brainsnn.learning.equations.program import Statement
from brainsnn.learning.equations.strings.printing import numpy_function


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms


@pytest.mark.parametrize("name", ["leaky", "adaptive exponential", "conductances", "Izhikevich"])
def test_the_jacobian_is_that_of_the_adjoint(name: str) -> None:
    net, inputs, trained, steps = steps_of(name, 3)
    derived = derive(net, trained, spike=Spike(scale=NEURONS[name].scale))
    trace = derived.run(inputs, steps)
    step = derived.populations["cells"].derived
    by = (*step.states, *step.trained)
    table = jacobian(step.update, {n: step.update.current(n) for n in step.states}, by)
    state = {**trace.begin[-1], "cells": {**trace.begin[-1]["cells"]}}
    given = derived.given("cells", state, trace, steps - 1)
    for after in step.states:
        bars = {f"_after_{n}": float(n == after) for n in step.states} | {"_bar_s": 0.0}
        found = step.backward_update(given | bars)
        for n in by:
            text = numpy_function(
                simplified(
                    [Statement("_x", table.get((after, n), 0 * step.update.now["dt"]))], ["_x"]
                ),
                {"x": "_x"},
            )
            seen = np.broadcast_to(text(given)["x"], (1, 4))
            wanted = np.broadcast_to(found[n], (1, 4))
            np.testing.assert_allclose(seen, wanted, rtol=1e-9, atol=1e-12 * np.abs(wanted).max())


def test_everything_is_written() -> None:
    net, _, trained = network(SYNAPSES["pair STDP, event-driven"])
    written = write_gradient(derive(net, trained, {}))
    text, latex = str(written), written._repr_markdown_()
    for title in ("cells: state update", "cells: threshold", "cells: reset", "into, spikes: "):
        assert title in text
        assert title in latex
    assert "dx'/ds = Ap" in text
    assert "bar w = " in text
    assert "psi = ds/dg = 0.3*clip(1 - 1.0*abs(g), 0, 1)*int(not_refractory)" in text
    assert r"\begin{cases}" in latex
    assert latex.count("$$") == 2 * text.count("\n  ")
