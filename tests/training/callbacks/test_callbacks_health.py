import numpy as np
import pytest
from fakes import N_STEPS, SIZES, FakeEngine, make_trainer, make_trials

import brainsnn as bs
from brainsnn.learning.antlr import timing_based
from brainsnn.learning.losses import SpikeLatencyLoss
from brainsnn.training import HealthMonitor, diagnose
from brainsnn.training.callbacks.remedies import Remedies
from brainsnn.training.statistics import EpochStatistics

TRIALS = make_trials(300), make_trials(60, 1)


def check(engine=None, learning_rate=0.05, epochs=1, **settings):
    said = []
    monitor = HealthMonitor(said.append, N_STEPS, 3)
    trainer = make_trainer(
        engine,
        learning_rate=learning_rate,
        extra={"callbacks": [monitor]},
        epochs=epochs,
        **settings,
    )
    trainer.fit(*TRIALS)
    return monitor.reports, said


def test_good_learning_is_quiet():
    reports, said = check(epochs=4)
    assert not said
    assert not any(report.stalled for report in reports)
    assert "good" in str(reports[0])


def test_silent_hidden_population_is_named_first():
    engine = FakeEngine()
    engine.weights["input_hidden"][:, 3:] = -1.0
    (report,), (*_, text) = check(engine, learning_rate=1e-9)
    assert report.silent["hidden"] == 0.75
    assert "75% of 'hidden' never fire: raise the initial weights" in report.advice[0]
    assert "1. 75% of 'hidden'" in text
    assert "gradient of input_hidden" in text


def test_silence_leaves_the_timing_method_nothing_and_is_reported():
    engine = FakeEngine()
    engine.weights["input_hidden"][:] = -1.0
    rule = timing_based(SpikeLatencyLoss(), silence_penalty=0.0)
    (report,), _ = check(engine, rule=rule)
    assert "100% of 'hidden' never fire" in report.advice[0]
    assert set(report.gradient_norm.values()) == {0.0}
    assert any("The gradient of 'input_hidden' is zero" in advice for advice in report.advice)


def test_saturated_population():
    engine = FakeEngine(n_steps=200)
    engine.weights["input_hidden"][:] = 50.0
    said = []
    monitor = HealthMonitor(said.append, 200, 3)
    trials = make_trials(60, n_steps=200), make_trials(30, 1, n_steps=200)
    trainer = make_trainer(engine, learning_rate=1e-9, extra={"callbacks": [monitor]}, epochs=1)
    trainer.fit(*trials)
    (report,) = monitor.reports
    assert report.always["hidden"] == 1.0
    assert any("fire in every trial" in line for line in str(report).splitlines())


def test_silent_outputs_are_said_at_once():
    engine = FakeEngine()
    engine.weights["hidden_output"][:] = -1.0
    _, said = check(engine, learning_rate=1e-9, epochs=2)
    assert "No neuron of 'output' spiked in the first" in said[0]
    assert "raise the initial weights into it" in said[0]
    assert sum("No neuron" in text for text in said) == 1


def network():
    once = bs.Neuron("v : 1\ntop : 1", "v > top", "v = 0", {"top": 7.0}, name="mine")
    net = bs.Network("12-8-3", once, initialiser=bs.Uniform(0, 2))
    net.add("context", 4)
    net.connect("context", "hidden1")
    return net


def test_advice_speaks_of_the_networks_own_neuron_weights_and_rule():
    known = Remedies.of(network(), bs.Antlr())
    assert known.inputs == ("input", "context")
    text = known.raised("hidden1")
    assert "input_hidden1: Uniform(low=0, high=2); context_hidden1" in text
    assert "threshold (v > top; top = 7.0, neuron 'mine')" in text
    assert text.endswith("or raise the rule's silence_penalty.")
    assert "silence_penalty" not in known.lowered("output")
    assert Remedies.of(network(), bs.S4NN()).silence == ""


def test_a_second_input_is_an_input():
    made = statistics(first=50)
    known = Remedies(inputs=("input", "hidden"))
    state = made.state()
    state["fired"][SIZES["input"] : SIZES["input"] + SIZES["hidden"]] = 0
    made.restore(state)
    (first, *_) = diagnose(rows(1.0), made, 200, 3, known).advice
    assert first == "No hidden neuron ever spikes: look at the encoder and the data."


def test_a_connection_that_the_rule_leaves_alone_needs_no_gradient():
    chain = ["input_hidden", "hidden_output"]
    assert bs.Race().untaught(chain) == ["hidden_output"]
    assert not bs.S4NN().untaught(chain)
    observed = statistics(first=50, norm=0.0)
    known = Remedies(untaught=frozenset(["input_hidden"]))
    assert not any(
        "is zero" in text for text in diagnose(rows(1.0), observed, 200, 3, known).advice
    )
    assert any("is zero" in text for text in diagnose(rows(1.0), observed, 200, 3).advice)


def statistics(fired=1.0, first=0.0, norm=1.0, n=10):
    """Statistics in which all neurons but the inputs fire so often, at that step."""
    made = EpochStatistics(n, SIZES, ["input_hidden"], 1)
    state = made.state()
    state["done"] = np.array(n)
    state["fired"][:] = round(fired * n)
    state["first_sum"][:] = round(fired * n * first)
    state["fired"][: SIZES["input"]] = n
    state["norm.input_hidden"][:] = norm
    made.restore(state)
    return made


def rows(*losses, accuracy=0.6):
    return [
        {"epoch": k, "loss": loss, "train_accuracy": accuracy}
        for k, loss in enumerate(losses, start=1)
    ]


@pytest.mark.parametrize(
    ("metrics", "observed", "advice"),
    [
        (rows(1.0), statistics(first=1.0), "fire at once in every trial: lower"),
        (rows(1.0), statistics(fired=0.0), "'hidden' never fire"),
        (rows(1.0), statistics(first=50, norm=0.0), "gradient of 'input_hidden' is zero"),
        (rows(1.0, 1.2), statistics(first=50), "loss rises: divide the learning rate"),
        (rows(1.0, accuracy=0.3), statistics(first=50), "that of guessing"),
        (rows(1.0, 1.0, 1.0), statistics(first=50), "loss stands still"),
    ],
)
def test_advice(metrics, observed, advice):
    report = diagnose(metrics, observed, n_steps=200, n_classes=3)
    assert report.stalled
    assert advice in report.advice[0]


def test_inputs_that_never_spike():
    empty = EpochStatistics(10, SIZES, ["input_hidden"], 1)
    empty.done = 10
    report = diagnose(rows(1.0), empty, 200, 3)
    assert "encoder" in report.advice[0]


def test_falling_loss_is_healthy():
    report = diagnose(rows(1.0, 0.8, 0.7), statistics(first=50), 200, 3)
    assert not report.stalled
    assert report.loss_change == pytest.approx(-0.3)


def answered(label, decision, **kept):
    """Statistics of an epoch of these labels and decisions."""
    made = statistics(n=len(label), **kept)
    made.label[:], made.decision[:] = label, decision
    return made


LABELS = np.arange(60) % 3


def test_a_task_that_is_learned_needs_nothing():
    """No loss, hence no gradient; three quarters of the neurons silent, as a sparse code wants."""
    for right, losses, observed in (
        (1.0, (0.2, 0.01, 0.0), answered(LABELS, LABELS, first=50, norm=0.0)),
        (0.99, (0.3, 0.08, 0.02), answered(LABELS, LABELS, fired=0.0)),
        (1.0, (0.0, 0.0, 0.0), answered(LABELS, LABELS, first=1.0, norm=0.0)),
    ):
        report = diagnose(rows(*losses, accuracy=right), observed, 200, 3)
        assert report.advice == ()
        assert "good" in str(report)


def test_a_task_that_is_being_learned_may_be_silent_in_parts():
    observed = answered(LABELS, LABELS, fired=0.0)
    assert not diagnose(rows(1.0, 0.8, 0.6, accuracy=0.8), observed, 200, 3).stalled
    assert diagnose(rows(1.0, 1.0, 1.0, accuracy=0.8), observed, 200, 3).stalled
    assert diagnose(rows(1.0, 0.8, 0.6, accuracy=0.3), observed, 200, 3).stalled


def test_a_loss_that_is_no_number_is_never_health():
    observed = answered(LABELS, LABELS, first=50)
    report = diagnose(rows(0.1, float("nan"), accuracy=1.0), observed, 200, 3)
    assert "loss rises" in report.advice[0]


@pytest.mark.parametrize("share", [0.9, 0.97])
def test_always_the_same_answer_is_no_learning(share):
    """However often it is right, since one class is so common."""
    label = (np.arange(200) >= 200 * share).astype(int)
    observed = answered(label, np.zeros(200, int), first=50)
    report = diagnose(rows(0.1, 0.1, 0.1, accuracy=share), observed, 200, 2)
    assert f"Every decision is for class 0, which {share:.0%} of the trials" in report.advice[0]


def test_one_class_that_is_always_named_is_right_where_there_is_no_other():
    observed = answered(np.zeros(200, int), np.zeros(200, int), first=50)
    report = diagnose(rows(0.3, 0.1, accuracy=1.0), observed, 200, 2)
    assert not any("Every decision" in advice for advice in report.advice)


def test_a_class_that_is_never_answered_is_named():
    decision = np.where(LABELS == 2, 1, LABELS)
    report = diagnose(rows(0.5, 0.3, accuracy=0.67), answered(LABELS, decision, first=50), 200, 3)
    assert "No decision is for class 2, which 33%" in report.advice[0]
    few = np.append(LABELS, [3] * 4)
    observed = answered(few, np.append(LABELS, [0] * 4), first=50)
    assert not diagnose(rows(0.5, 0.3, accuracy=0.9), observed, 200, 4).stalled


def test_accuracy_of_guessing_is_that_of_the_commonest_class():
    label = (np.arange(60) % 10 == 0).astype(int)
    observed = answered(label, label[::-1], first=50)
    report = diagnose(rows(0.5, accuracy=0.9), observed, 200, 2)
    assert "that of guessing" in report.advice[0]


def test_inputs_that_come_too_late_are_named_first():
    observed = answered(LABELS, np.full(60, -1), fired=0.0, norm=0.0)
    state = observed.state()
    state["first_sum"][: SIZES["input"]] = 60 * 199
    observed.restore(state)
    report = diagnose(rows(1.0, accuracy=0.33), observed, 200, 3)
    assert "spike late: the earliest at step 199 of 200" in report.advice[0]
    assert not any("weights" in advice or "gradient" in advice for advice in report.advice)


def advice_of(metrics, observed, n_steps=200, n_classes=3):
    return diagnose(metrics, observed, n_steps, n_classes).advice


def test_numbers_of_a_report():
    observed = answered(LABELS, LABELS, fired=0.5, first=50, norm=0.25)
    state = observed.state()
    inputs, hidden = SIZES["input"], SIZES["hidden"]
    state["fired"][inputs : inputs + hidden] = [0] * (hidden // 4) + [60] * (hidden - hidden // 4)
    state["first_sum"][inputs : inputs + hidden] = 60 * 3
    observed.restore(state)
    report = diagnose(rows(2.0, 1.0, 1.5, accuracy=0.5), observed, 200, 3)
    assert report.epoch == 3
    assert report.silent["hidden"] == (hidden // 4) / hidden
    assert report.always["hidden"] == report.at_once["hidden"] == 1 - report.silent["hidden"]
    assert report.silent["output"] == report.always["output"] == report.at_once["output"] == 0
    assert report.gradient_norm == {"input_hidden": 0.25}
    assert (report.loss, report.accuracy, report.loss_change) == (1.5, 0.5, -0.25)
    assert diagnose(rows(9.0, 9.0, 9.0, 1.0, 1.5, 1.2), observed, 200, 3).loss_change == (
        pytest.approx(1.2 / 1.0 - 1)
    )
    assert diagnose(rows(0.0, 1.0), observed, 200, 3).loss_change == 0


def test_where_advice_begins():
    """Each limit from both sides, all else being well."""
    well = answered(LABELS, LABELS, first=50)
    for metrics, said in (
        (rows(1.0, 0.9995, 0.9995), True),
        (rows(1.0, 0.9985, 0.9985), False),
        (rows(1.0, 1.0), False),
        (rows(1.0, 1.0, 1.0, accuracy=0.95), False),
    ):
        assert any("stands still" in text for text in advice_of(metrics, well)) == said
    for metrics, said in ((rows(1.0, 1.06), True), (rows(1.0, 1.04), False)):
        assert any("loss rises" in text for text in advice_of(metrics, well)) == said
    for accuracy, said in ((1 / 3, True), (0.399, True), (0.401, False)):
        metrics = rows(1.0, 1.0, accuracy=accuracy)
        assert any("that of guessing" in text for text in advice_of(metrics, well)) == said


def test_many_are_more_than_half():
    inputs, hidden = SIZES["input"], SIZES["hidden"]
    for silent, said in ((hidden // 2, False), (hidden // 2 + 1, True)):
        observed = answered(LABELS, LABELS, first=50)
        state = observed.state()
        state["fired"][inputs : inputs + silent] = 0
        observed.restore(state)
        found = advice_of(rows(1.0, 1.0, accuracy=0.6), observed)
        assert any("never fire" in text for text in found) == said
    for first, said in ((3, True), (4, False)):
        observed = answered(LABELS, LABELS, first=first)
        found = advice_of(rows(1.0, 1.0, accuracy=0.6), observed)
        assert any("fire at once" in text for text in found) == said


def test_five_trials_of_a_class_are_enough_to_miss_it():
    for size, said in ((4, False), (5, True)):
        label = np.append(LABELS, [3] * size)
        observed = answered(label, np.append(LABELS, [0] * size), first=50)
        found = advice_of(rows(0.5, 0.3, accuracy=0.8), observed, n_classes=4)
        assert any("No decision is for class 3" in text for text in found) == said


def test_inputs_are_late_from_a_share_of_the_trial_on():
    for step, said in ((179, False), (181, True)):
        observed = answered(LABELS, np.full(60, -1), fired=0.0)
        state = observed.state()
        state["first_sum"][: SIZES["input"]] = 60 * step
        observed.restore(state)
        found = advice_of(rows(1.0, accuracy=0.33), observed)
        assert any("spike late" in text for text in found) == said


def test_accuracy_that_falls_is_not_learned():
    observed = answered(LABELS, LABELS, fired=0.0)
    for accuracies, said in (([0.999, 0.99, 0.97], True), ([0.98, 0.97, 0.97], False)):
        metrics = [
            {"epoch": k, "loss": 0.1, "train_accuracy": a} for k, a in enumerate(accuracies, 1)
        ]
        assert any("never fire" in text for text in advice_of(metrics, observed)) == said


def test_outputs_that_are_read_by_their_potential_need_not_spike():
    engine, said = FakeEngine(), []
    engine.weights["hidden_output"][:] = -1.0
    model = bs.Network(SIZES, bs.Neuron("v : 1", "v > 1", "v = 0", name="plain"), name="mute")
    rule = bs.BPTT(loss="last_potential")
    monitor = HealthMonitor(said.append, N_STEPS, 3, Remedies.of(model, rule))
    extra = {"callbacks": [monitor]}
    make_trainer(engine, learning_rate=1e-9, extra=extra, epochs=2).fit(*TRIALS)
    assert Remedies.of(model, rule).mute == {"output"}
    assert not Remedies.of(model, bs.BPTT()).mute
    assert not any("No neuron of 'output'" in text or "'output' never" in text for text in said)
