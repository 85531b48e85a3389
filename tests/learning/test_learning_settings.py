"""Settings of rules, averages and schedules: where they end, and what rules they make."""

from __future__ import annotations

from typing import Any

import pytest
from derived_for import DURATION, network_for
from limits import assert_ends

from brainsnn.codes import DECODERS
from brainsnn.learning.antlr import AntlrBackprop
from brainsnn.learning.averaging import AVERAGES
from brainsnn.learning.count import RatePenalty
from brainsnn.learning.decision import DecisionBackprop
from brainsnn.learning.losses import (
    FirstSpikeSoftmax,
    RelativeTargets,
    SpikeCountLoss,
    SpikeLatencyLoss,
)
from brainsnn.learning.race import RaceLikelihood
from brainsnn.learning.rule import LayeredRule
from brainsnn.learning.rules import RULES
from brainsnn.learning.schedules import SCHEDULES
from brainsnn.network.neurons.current_based import Coefficients
from brainsnn.network.synapses import Uniform
from brainsnn.training import BPTT

POSITIVE, SIGNLESS = "positive", "not negative"
LOCAL = {"learning_rate": POSITIVE, "normalise": POSITIVE}
TAUS = {"tau_plus": "time", "tau_minus": "time"}
ENDS = {
    ("rule", "s4nn"): {
        "learning_rate": POSITIVE,
        "gamma": SIGNLESS,
        "redraw_below": "share",
    },
    ("rule", "decision"): {
        **dict.fromkeys(("learning_rate", "tau", "width"), POSITIVE),
        **dict.fromkeys(("margin", "target", "anchor", "earliest", "patience"), SIGNLESS),
    },
    ("rule", "race"): {
        **dict.fromkeys(("learning_rate", "spread"), POSITIVE),
        "floor": "positive share",
    },
    ("rule", "antlr"): {
        **dict.fromkeys(("learning_rate", "latency_scale"), POSITIVE),
        "target_spikes": "from 1",
        **dict.fromkeys(("lambda_act", "lambda_tim", "silence_penalty"), SIGNLESS),
        **dict.fromkeys(("negligible", "spike_penalty"), SIGNLESS),
    },
    ("rule", "count"): {
        **dict.fromkeys(("learning_rate", "temperature", "feedback_scale"), POSITIVE),
        "rate_penalty": SIGNLESS,
        "rate_target": "share",
        "feedback_seed": "from 0",
    },
    ("rule", "glm"): {"learning_rate": POSITIVE, "gap": "from 0"},
    ("rule", "glm_hidden"): {
        "learning_rate": POSITIVE,
        "gap": "from 0",
        **dict.fromkeys(("kappa", "baseline"), "decay"),
    },
    ("rule", "bptt"): {
        **dict.fromkeys(("learning_rate", "scale", "temperature", "potential_scale"), POSITIVE),
        **dict.fromkeys(("anchor", "rate_penalty"), SIGNLESS),
        "rate_target": "share",
        "read_share": "positive share",
        "keep_every": "from 0",
    },
    ("rule", "eprop"): {
        **dict.fromkeys(("learning_rate", "scale", "temperature", "potential_scale"), POSITIVE),
        **dict.fromkeys(("anchor", "rate_penalty"), SIGNLESS),
        **dict.fromkeys(("keep_every", "feedback_seed"), "from 0"),
        "rate_target": "share",
        "read_share": "positive share",
        "feedback_scale": POSITIVE,
    },
    ("rule", "eventprop"): {
        **dict.fromkeys(("learning_rate", "potential_scale"), POSITIVE),
        **dict.fromkeys(("tau", "tau_early"), "time"),
        **dict.fromkeys(("early", "silence", "least_slope"), SIGNLESS),
    },
    ("rule", "pair_stdp"): {**LOCAL, **TAUS, "w_max": POSITIVE, "mu": SIGNLESS},
    ("rule", "triplet_stdp"): {
        **LOCAL,
        **TAUS,
        **dict.fromkeys(("tau_x", "tau_y"), "time"),
        **dict.fromkeys(("gain", "w_max"), POSITIVE),
    },
    ("rule", "sum_of_products"): {**LOCAL, "w_max": POSITIVE},
    ("rule", "reward_stdp"): {
        **LOCAL,
        **TAUS,
        **dict.fromkeys(("tau_c", "tau_d"), "time"),
        "w_max": POSITIVE,
    },
    ("rule", "trial_reward_stdp"): {
        **LOCAL,
        **TAUS,
        "tau_c": "time",
        "w_max": POSITIVE,
        **dict.fromkeys(("reward", "punishment"), SIGNLESS),
    },
    ("rule", "inhibitory_stdp"): {
        **LOCAL,
        "tau": "time",
        "target_rate": "rate",
        **dict.fromkeys(("eta", "w_max"), POSITIVE),
    },
    ("rule", "voltage_stdp"): {
        **LOCAL,
        **TAUS,
        "tau_x": "time",
        **dict.fromkeys(("theta_minus", "theta_plus"), "voltage"),
        "w_max": POSITIVE,
        **dict.fromkeys(("A_LTD", "A_LTP"), SIGNLESS),
    },
    ("rule", "synaptic_scaling"): {**LOCAL, "target_rate": "positive rate", "strength": POSITIVE},
    ("rule", "several"): LOCAL,
    ("average", "off"): {},
    ("average", "exponential"): {"decay": "decay"},
    ("average", "epochs"): {"last": "from 1"},
    ("schedule", "constant"): {},
    ("schedule", "step"): {"every": "from 1", "decay": "positive share"},
    ("schedule", "exponential"): {"decay": "positive share"},
    ("schedule", "cosine"): {"warm_up": SIGNLESS, "floor": "share"},
}
VARIANTS = {"rule": RULES, "average": AVERAGES, "schedule": SCHEDULES}


@pytest.mark.parametrize("kind", VARIANTS)
def test_settings_end_where_they_should(kind):
    assert {name for k, name in ENDS if k == kind} == set(VARIANTS[kind])
    for name, config in VARIANTS[kind].items():
        assert_ends(config, ENDS[kind, name])


def bound(name: str, **settings: Any) -> Any:
    rule = RULES[name](**settings)
    assert isinstance(rule, LayeredRule)
    return rule.bind(network_for(rule), DECODERS[rule.codes[-1]](), DURATION + 2)


def test_what_the_network_knows_is_read_from_it():
    assert bound("decision", width=8).threshold == bound("race").threshold == 100.0
    assert RULES["bptt"] is BPTT
    count = bound("count", temperature=0.2)
    assert (count.n_steps, count.threshold, count.temperature) == (DURATION, 1.0, 0.2 * DURATION)
    assert list(count.chain) == ["input_hidden", "hidden_output"]
    antlr = bound("antlr", loss="count")
    assert (antlr.coefficients, antlr.once) == (Coefficients(), False)
    assert antlr.loss_function.counts.shape == (3, 3)
    assert bound("s4nn").initialiser == dict.fromkeys(("input_hidden", "hidden_output"), Uniform())


def test_every_setting_reaches_its_rule():
    names = ("tau", "margin", "target", "anchor", "earliest", "patience")
    decision = bound(
        "decision", **dict(zip(names, range(1, 7), strict=True)), width=8, reads="peak"
    )
    assert decision == DecisionBackprop(FirstSpikeSoftmax(1, 2, 3, 4, 5, 6), 100.0, 8.0, "peak")
    race = bound("race", spread=2, floor=0.3, handicaps=(4.0, 5.0, 6.0))
    assert race == RaceLikelihood(100.0, 2.0, 0.3, (4.0, 5.0, 6.0))
    count = bound("count", open_output=False, rate_penalty=5, rate_target=0.6)
    assert (count.open_output, count.penalty) == (False, RatePenalty(5.0, 0.6))
    settings = {"lambda_act": 2, "lambda_tim": 3, "silence_penalty": 4, "negligible": 5}
    settings |= {"spike_penalty": 6, "reset_path": True}
    antlr = bound("antlr", latency_scale=0.5, **settings)
    assert antlr == AntlrBackprop(SpikeLatencyLoss(0.5), Coefficients(), **settings)
    wanted = bound("antlr", loss="count", target_spikes=4).loss_function
    assert isinstance(wanted, SpikeCountLoss)
    assert wanted.counts.tolist() == [[4, 0, 0], [0, 4, 0], [0, 0, 4]]
    s4nn = bound("s4nn", gamma=1, redraw_below=0.2)
    assert (s4nn.loss_function, s4nn.redraw_below) == (RelativeTargets(1), 0.2)
