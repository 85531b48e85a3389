"""GLM networks with hidden neurons, against a sum over hidden trains and a loop made by others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainsnn.learning.glm.hidden import HiddenGLM, HiddenWeights, OnlineRule, evidence

DATA = Path(__file__).parent / "data" / "local"


def loaded(name: str) -> dict[str, Any]:
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
        return dict(file)


def network(data: dict[str, Any], n_hidden: int) -> HiddenGLM:
    sizes = data["inputs"].shape[1], data["visible"].shape[1], n_hidden
    return HiddenGLM(*sizes, data["kernel"], data["kernel_feedback"])


def test_likelihood_and_bound_with_their_derivatives() -> None:
    data = loaded("glm_hidden_exact")
    weights = HiddenWeights(data["W"], data["feedback"], data["bias"])
    found = evidence(network(data, 2), weights, data["inputs"], data["visible"])
    np.testing.assert_allclose(found.log_likelihood, data["log_likelihood"], rtol=1e-12)
    np.testing.assert_allclose(found.elbo, data["elbo"], rtol=1e-12)
    for kind, gradient in (("log_likelihood", found.by_likelihood), ("elbo", found.by_elbo)):
        for name, values in (("W", gradient.synaptic), *list(gradient.arrays().items())[1:]):
            np.testing.assert_allclose(values, data[f"d_{kind}_{name}"], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", ["plain", "baseline"])
def test_learning_on_line(kind: str) -> None:
    data = loaded("glm_hidden_online")
    glm = network(data, data["uniforms"].shape[1])
    share = float(data["kappa_baseline"]) if kind == "baseline" else None
    rule = OnlineRule(float(data["eta"]), float(data["kappa"]), share)
    first = HiddenWeights(data["W0"], data["feedback0"], data["bias0"])
    for k, n in enumerate(data["steps"]):
        columns = (data[name][:n] for name in ("inputs", "visible", "uniforms"))
        found = rule.learn(glm, first, *columns)
        np.testing.assert_array_equal(found.spikes, data[f"{kind}_spikes"][:n])
        signal = data[f"{kind}_learning_signal"][:n]
        np.testing.assert_allclose(found.signal, signal, rtol=1e-12)
        # Without a baseline this train's hidden neurons make 10^7 times of a rounding in 200 steps.
        close = {"rtol": 1e-11, "atol": 1e-6 if (kind, n) == ("plain", 200) else 1e-12}
        names = ("W", "feedback", "bias")
        for name, values in zip(names, found.weights.arrays().values(), strict=True):
            np.testing.assert_allclose(values, data[f"{kind}_{name}"][k], **close)
