import io

import pytest
from fakes import make_trainer, make_trials
from rich.console import Console

from brainsnn.training import Callback, Progress, reporter
from brainsnn.training.callbacks.progress import Pace, ProgressBar, ProgressLines

TRIALS = make_trials(600), make_trials(60, 1)


def train(callback, **settings):
    make_trainer(extra={"callbacks": [callback]}, **{"epochs": 2, **settings}).fit(*TRIALS)


def test_log_gets_plain_lines():
    text = io.StringIO()
    callback = reporter(console=Console(file=text, width=80))
    assert isinstance(callback, ProgressLines)
    train(callback)
    lines = text.getvalue().splitlines()
    assert lines[0].startswith("epoch 1/2 40%: ")
    for word in ("images/s", "left", "silent neurons: input 0, hidden 0, output 0"):
        assert word in lines[0]
    ends = [line for line in lines if " done: " in line]
    assert len(ends) == 2
    assert "validation" in ends[0]
    assert "validation" in lines[-2]
    assert "\x1b" not in text.getvalue()


def test_terminal_gets_a_bar():
    text = io.StringIO()
    callback = reporter(console=Console(file=text, force_terminal=True, width=150))
    assert isinstance(callback, ProgressBar)
    train(callback)
    assert "100%" in text.getvalue()
    assert "epoch 2/2: loss" in text.getvalue()


def test_quiet_says_nothing(capfd):
    callback = reporter(quiet=True)
    assert type(callback) is Callback
    train(callback)
    assert capfd.readouterr() == ("", "")


def test_default_leaves_standard_output_free(capfd):
    train(reporter(), epochs=1)
    assert capfd.readouterr().out == ""


def test_pace():
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.left(Progress(1, 2, 0, 100)) == "-:--:--"
    pace.start(Progress(1, 2, 50, 100))
    now[0] = 10.0
    there = Progress(2, 2, 50, 100)
    assert pace.rate(there) == pytest.approx(10.0)
    assert pace.left(there) == "0:00:05"


def test_resumed_log_says_where():
    text = io.StringIO()
    lines = ProgressLines(Console(file=text))
    lines.on_start(Progress(3, 4, 20, 100), [])
    assert text.getvalue() == "going on in epoch 3 at trial 20\n"


@pytest.mark.parametrize("kind", [ProgressLines, ProgressBar])
def test_text_with_brackets_and_numbers_is_printed_as_it_is(kind):
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=150)
    kind(console).on_message("weights[0] of [red]12[/red] are 0.5")
    assert text.getvalue() == "weights[0] of [red]12[/red] are 0.5\n"
