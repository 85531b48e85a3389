"""Local rules against direct sums over pairs of spikes, made without any simulator.

Made by others (`data/local`): a pair, an event and a synapse at a time. Here the first of the ten
samples of pairs and triplets, all of the tables.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learning.local import given_spikes
from learning.local.given_spikes import network, obeying, weights_after
from numpy.typing import NDArray

from brainsnn.learning.local import (
    LocalRule,
    PairSTDP,
    RewardSTDP,
    SumOfProducts,
    TripletSTDP,
)
from brainsnn.learning.local.reward import reward, reward_now

DATA = Path(__file__).parent / "data" / "local"
DT, STEPS, EVERY = 1e-4, 2000, 1000


def load(name: str) -> dict[str, Any]:
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
        return dict(file)


def seconds(value: Any) -> str:
    return f"{float(value)!r}*second"


def times(data: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: seconds(data[name]) for name in names}


def pairs() -> dict[str, tuple[PairSTDP, int]]:
    """Rules by the names of the file, with the delay of the presynaptic spikes."""
    data = load("stdp_pairs")
    hard = PairSTDP(
        A_plus=float(data["A_plus"]),
        A_minus=float(data["A_minus"]),
        **times(data, "tau_plus", "tau_minus"),
    )
    lam, alpha = float(data["lam"]), float(data["alpha"])
    soft = hard.model_copy(update={"A_plus": lam, "A_minus": alpha * lam})

    def of(rule: PairSTDP, **settings: Any) -> PairSTDP:
        return PairSTDP(**{**rule.model_dump(), **settings})

    return {
        "additive_all": (hard, 0),
        "additive_all_delay15": (hard, 15),
        "additive_nearest": (of(hard, pairing="nearest"), 0),
        "presynaptic_centred": (of(hard, pairing="presynaptic_centred"), 0),
        "reduced_symmetric": (of(hard, pairing="reduced_symmetric"), 0),
        "multiplicative_all": (of(soft, dependence="multiplicative"), 0),
        "multiplicative_nearest": (of(soft, dependence="multiplicative", pairing="nearest"), 0),
        "power_all": (of(soft, dependence="power", mu=float(data["mu"])), 0),
        "sboev_all": (of(soft, strict=True), 0),
        "sboev_nearest": (of(soft, strict=True, pairing="nearest"), 0),
    }


def samples(
    rule: LocalRule,
    data: dict[str, Any],
    engine: str = "runtime",
    n_steps: int = STEPS,
    delay: int = 0,
) -> NDArray[np.float64]:
    """Weights every 1,000 steps between the spikes of a file."""
    plan = network(rule, (20, 5), DT, delay)
    pre, post = ((data[f"{s}_step"], data[f"{s}_neuron"]) for s in ("pre", "post"))
    return weights_after(plan, n_steps, data["w0"], pre, post, EVERY, engine_name=engine)["w"]


@pytest.mark.parametrize("name", pairs())
def test_pairs(name: str) -> None:
    data, (rule, delay) = load("stdp_pairs"), pairs()[name]
    found = samples(rule, data, delay=delay)
    assert np.abs(found[-1] - data["w0"]).max() > 0.05
    np.testing.assert_allclose(found, data[f"w_{name}"][: len(found)], rtol=0, atol=1e-12)


TRIPLETS = [
    (data, pairing, model)
    for data in ("visual", "hippocampus")
    for pairing in ("all", "nearest")
    for model in ("full", "minimal")
]


def triplet(data: dict[str, Any], which: tuple[Any, Any, Any], gain: float) -> TripletSTDP:
    return TripletSTDP.published(*which, gain=gain, **times(data, "tau_plus", "tau_minus"))


@pytest.mark.parametrize("which", TRIPLETS, ids="_".join)
def test_triplets(which: tuple[Any, Any, Any]) -> None:
    data = load("stdp_triplet")
    rule = triplet(data, which, float(data["gain"]))
    parameters = data[f"parameters_{'_'.join(which)}"]
    mine = [rule.A2_plus, rule.A3_plus, rule.A2_minus, rule.A3_minus]
    np.testing.assert_array_equal(mine, parameters[:4])
    assert [rule.tau_x, rule.tau_y] == [f"{1e3 * tau:g}*ms" for tau in parameters[4:]]
    found = samples(rule, data)
    np.testing.assert_allclose(
        found, data[f"w_{'_'.join(which)}"][: len(found)], rtol=0, atol=1e-12
    )


def table(name: str, read: str) -> SumOfProducts:
    data = load("sum_of_products")
    terms, taus = (json.loads(str(data[key])) for key in ("rules", "taus"))
    traces = {trace: seconds(tau) for trace, tau in taus.items()}
    return SumOfProducts(terms=terms[name], traces=traces, read=read)


@pytest.mark.parametrize("read", ["before", "after"])
@pytest.mark.parametrize("name", ["pair", "triplet", "multiplicative", "reward"])
def test_tables_of_products(name: str, read: str) -> None:
    data, rule = load("sum_of_products"), table(name, read)
    rewarded = np.flatnonzero(data["reward"]) if name == "reward" else np.zeros(0, int)
    sizes, which = np.unique(data["reward"][rewarded], return_inverse=True)
    plan = network(rule, (20, 5), 1e-3, rewards=sizes.size)
    if sizes.size:
        plan.connect("reward", "output", synapse=reward_now)
    pre, post = np.nonzero(data["x"]), np.nonzero(data["y"])
    given = (rewarded, which, sizes) if sizes.size else None
    found = weights_after(plan, 500, data["w0"], pre, post, 50, given, "runtime")["w"]
    np.testing.assert_allclose(found, data[f"w_{name}_{read}"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("integration", ["exact", "euler"])
def test_rewards(integration: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = load("rstdp")
    monkeypatch.setattr(given_spikes, "obeying", replace(obeying, method=integration))
    rule = RewardSTDP(
        A_plus=float(data["A_plus"]),
        A_minus=float(data["A_minus"]),
        w_max=float(data["s_max"]),
        integration=integration,
        **times(data, "tau_plus", "tau_minus", "tau_c", "tau_d"),
    )
    sizes, which = np.unique(data["reward_size"], return_inverse=True)
    plan = network(rule, data["s0"].shape, DT, rewards=sizes.size)
    plan.connect("reward", "output", synapse=reward)
    plan.record("output", "dopamine", neurons=[0], every=2000)
    pre, post = ((data[f"{s}_step"], data[f"{s}_neuron"]) for s in ("pre", "post"))
    given = data["reward_step"], which, sizes
    found = weights_after(
        plan, 4000, data["s0"], pre, post, 2000, given, "runtime", ("w", "eligibility")
    )
    # A sample is taken before the step's advance; ours, after it, by one step.
    tau_c, tau_d = float(data["tau_c"]), float(data["tau_d"])
    dopamine = plain_dopamine(data, 4000, integration)
    c = found["eligibility"] / (np.exp(-DT / tau_c) if integration == "exact" else 1 - DT / tau_c)
    k = 1 / tau_c + 1 / tau_d
    span = -np.expm1(-k * DT) / k if integration == "exact" else DT
    wanted = data[f"s_{integration}"][:2]
    np.testing.assert_allclose(
        found["w"], np.clip(wanted + c * dopamine * span, 0, rule.w_max), rtol=0, atol=1e-12
    )
    if integration == "exact":
        np.testing.assert_allclose(c, data["c_exact"][:2], rtol=0, atol=1e-12)


def plain_dopamine(data: dict[str, Any], n_steps: int, integration: str) -> NDArray[np.float64]:
    """Dopamine after the events of every 2,000th step, a sum over rewards."""
    tau, found = float(data["tau_d"]), []
    for end in range(2000, n_steps + 1, 2000):
        past = data["reward_step"] < end
        steps = end - 1 - data["reward_step"][past]
        fall = np.exp(-DT * steps / tau) if integration == "exact" else (1 - DT / tau) ** steps
        found.append((data["reward_size"][past] * fall).sum())
    return np.reshape(found, (-1, 1, 1))


def test_pair_and_triplet_rules_are_tables_of_products() -> None:
    data = load("stdp_pairs")
    tau = times(data, "tau_plus", "tau_minus")
    pair = PairSTDP(A_plus=0.05, A_minus=0.03, strict=True, **tau)
    traces = {"x1": tau["tau_plus"], "y1": tau["tau_minus"], "x2": "101*ms", "y2": "114*ms"}
    terms = {"w": ((0.05, ("y0", "x1")), (-0.03, ("x0", "y1")))}
    np.testing.assert_allclose(
        samples(SumOfProducts(terms=terms, traces=traces), data),
        samples(pair, data),
        rtol=0,
        atol=1e-13,
    )
    minimal = triplet(data, ("visual", "all", "minimal"), 5.0)
    terms = {"w": ((5 * 6.5e-3, ("y0", "x1", "y2")), (-5 * 7.1e-3, ("x0", "y1")))}
    # The triplet rule lets spikes of one step be a pair; such steps are left out.
    spikes = zip(data["post_step"].tolist(), strict=True)
    lonely = np.array([not (data["pre_step"] == step).any() for (step,) in spikes])
    apart = {
        **data,
        "post_step": data["post_step"][lonely],
        "post_neuron": data["post_neuron"][lonely],
    }
    np.testing.assert_allclose(
        samples(SumOfProducts(terms=terms, traces=traces), apart),
        samples(minimal, apart),
        rtol=0,
        atol=1e-13,
    )
