import os
import signal
import threading

import pytest

from brainsnn.training import Interrupted, StopRequest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_asks_second_stops(number):
    before = signal.getsignal(number)
    with StopRequest() as stop:
        assert not stop.requested
        os.kill(os.getpid(), number)
        assert stop.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
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
