import signal
import threading

import pytest

from brainsnn.interrupts import SIGNALS, Interrupted, StopRequest, ending_by_signals


@pytest.fixture(autouse=True)
def heard():
    """Signals do what Python has them do, whoever started the tests; then all is as it was."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_end_a_program_as_ctrl_c_does(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ending_by_signals():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_an_ignored_signal_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with ending_by_signals(), StopRequest() as stop:
        signal.raise_signal(signal.SIGHUP)
        assert not stop.requested


@pytest.mark.parametrize("number", SIGNALS)
def test_first_signal_asks_second_stops(number):
    before = signal.getsignal(number)
    with StopRequest() as stop:
        assert not stop.requested
        signal.raise_signal(number)
        assert stop.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert signal.getsignal(number) is before
    assert signal.getsignal(number) is before


def test_entering_again_forgets_the_request():
    stop = StopRequest()
    stop.request()
    with stop:
        assert not stop.requested


def test_other_threads_are_left_alone():
    found = []

    def work():
        with StopRequest() as stop:
            found.append(signal.getsignal(signal.SIGINT))
            stop.request()
            found.append(stop.requested)

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before, True]


def test_message_says_where_to_resume(tmp_path):
    assert str(tmp_path) in str(Interrupted(tmp_path))
    assert "nothing was saved" in str(Interrupted(None))
