"""Settings of rules, averages and schedules: where they end, and what rules they make."""

from __future__ import annotations

import pytest
from limits import assert_ends

from brainsnn.learning.antlr import Antlr
from brainsnn.learning.averaging import AVERAGES
from brainsnn.learning.count import CountBackprop, RatePenalty
from brainsnn.learning.decision import DecisionBackprop
from brainsnn.learning.losses import (
    FirstSpikeSoftmax,
    RelativeTargets,
    SpikeCountLoss,
    SpikeLatencyLoss,
)
from brainsnn.learning.race import RaceLikelihood
from brainsnn.learning.rules import RULES
from brainsnn.learning.schedules import SCHEDULES
from brainsnn.learning.temporal import TemporalBackprop
from brainsnn.neurons.current_based import Coefficients

POSITIVE, SIGNLESS = "positive", "not negative"
ENDS = {
    ("rule", "s4nn"): {
        "learning_rate": POSITIVE,
        "gamma": SIGNLESS,
        "redraw_below": "share",
    },
    ("rule", "decision"): {
        **dict.fromkeys(("learning_rate", "tau", "threshold", "width"), POSITIVE),
        **dict.fromkeys(("margin", "target", "anchor", "earliest", "patience"), SIGNLESS),
    },
    ("rule", "race"): {
        **dict.fromkeys(("learning_rate", "threshold", "spread"), POSITIVE),
        "floor": "positive share",
    },
    ("rule", "antlr"): {
        **dict.fromkeys(("learning_rate", "latency_scale"), POSITIVE),
        **dict.fromkeys(("n_classes", "target_spikes", "kernel_steps"), "from 1"),
        **dict.fromkeys(("lambda_act", "lambda_tim", "silence_penalty"), SIGNLESS),
        **dict.fromkeys(("negligible", "spike_penalty"), SIGNLESS),
        **dict.fromkeys(("alpha_i", "alpha_v"), "share"),
    },
    ("rule", "count"): {
        **dict.fromkeys(("learning_rate", "threshold", "temperature"), POSITIVE),
        "n_steps": "from 1",
        "rate_penalty": SIGNLESS,
        "rate_target": "share",
    },
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


def test_rules_without_settings_are_those_without_arguments():
    assert RULES["s4nn"]().build({}) == TemporalBackprop(RelativeTargets(3.0), True, 0.001, {})
    softmax = FirstSpikeSoftmax(12.0, 8.0, 80.0, 1.0, 32.0, 1.0)
    assert RULES["decision"]().build({}) == DecisionBackprop(softmax, 100.0, 50.0, "decision")
    assert RULES["race"]().build({}) == RaceLikelihood(100.0, 3.0, 0.1, ())
    assert RULES["count"]().build({}) == CountBackprop(50, 1.0, 1.0, True, RatePenalty(0.0, 0.1))
    coefficients = Coefficients(0.99, 0.99).normalised(100)
    wanted = Antlr(SpikeLatencyLoss(1 / 6), coefficients, 1.0, 1.0, reset_path=False, once=False)
    assert RULES["antlr"]().build({}) == wanted
    assert wanted.silence_penalty == wanted.negligible == wanted.spike_penalty == 0


def test_every_setting_reaches_its_rule():
    built = RULES["decision"](
        tau=1, margin=2, target=3, anchor=4, earliest=5, patience=6, threshold=7, width=8
    ).build({})
    assert built == DecisionBackprop(FirstSpikeSoftmax(1, 2, 3, 4, 5, 6), 7.0, 8.0)
    built = RULES["race"](threshold=1, spread=2, floor=0.3, handicaps=(4.0,)).build({})
    assert built == RaceLikelihood(1.0, 2.0, 0.3, (4.0,))
    built = RULES["count"](
        n_steps=2, threshold=3, temperature=4, open_output=False, rate_penalty=5, rate_target=0.6
    ).build({})
    assert built == CountBackprop(2, 3.0, 4.0, False, RatePenalty(5.0, 0.6))
    settings = {"lambda_act": 2, "lambda_tim": 3, "silence_penalty": 4, "negligible": 5}
    switches = {"spike_penalty": 6, "reset_path": True, "once": True}
    decays = {"alpha_i": 0.7, "alpha_v": 0.8, "kernel_steps": 9}
    built = RULES["antlr"](latency_scale=0.5, **settings, **switches, **decays).build({})
    coefficients = Coefficients(0.7, 0.8).normalised(9)
    assert built == Antlr(SpikeLatencyLoss(0.5), coefficients, **settings, **switches)
    count = RULES["antlr"](loss="count", n_classes=3, target_spikes=4).build({}).loss_function
    assert isinstance(count, SpikeCountLoss)
    assert count.counts.tolist() == [[4, 0, 0], [0, 4, 0], [0, 0, 4]]
    built = RULES["s4nn"](gamma=1, redraw_below=0.2).build({})
    assert built == TemporalBackprop(RelativeTargets(1), True, 0.2, {})
