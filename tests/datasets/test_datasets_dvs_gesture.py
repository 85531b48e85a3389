"""DVS Gesture: AEDAT files written in their layout, cut by their tables, and what is refused."""

from __future__ import annotations

import contextlib
import struct

import numpy as np
import pytest

from brainsnn.datasets import DVSGesture
from brainsnn.datasets.formats.aedat import read_aedat
from brainsnn.errors import ConfigError, DataError

LINES = b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#Start-Time: now\r\n"
#: x, y, polarity, microseconds, valid.
EVENTS = [(3, 1, 0, 5, 1), (127, 126, 1, 999, 1), (9, 9, 1, 999, 0), (0, 2, 1, 1200000, 1)]
TABLE = "class,startTime_usec,endTime_usec\n2,4,1000\n11,1000,2500000\n"


def packet(events, kind=1, overflow=0, size=8, number=None):
    number = len(events) if number is None else number
    header = struct.pack("<hhiiiiii", kind, 1, size, 4, overflow, number, number, number)
    words = [
        struct.pack("<Ii", x << 17 | y << 2 | polarity << 1 | valid, time)
        for x, y, polarity, time, valid in events
    ]
    return header + b"".join(words)


def write(path, *packets, lines=LINES + b"#!END-HEADER\r\n"):
    path.write_bytes(lines + b"".join(packets))


@pytest.fixture
def gestures(tmp_path):
    names = [f"user{k:02d}_{light}" for k in range(1, 4) for light in ("led", "lab")]
    for name in names:
        special = packet([(0, 0, 0, 3, 1)], kind=0)
        write(tmp_path / f"{name}.aedat", special, packet(EVENTS[:2]), packet(EVENTS[2:]))
        (tmp_path / f"{name}_labels.csv").write_text(TABLE)
    for part, chosen in (("train", names[:4]), ("test", names[4:])):
        (tmp_path / f"trials_to_{part}.txt").write_text("".join(f"{n}.aedat\n" for n in chosen))
    return DVSGesture(tmp_path, n_train=4, n_test=2, n_validation=1)


def test_events_are_read_as_written(tmp_path):
    for lines in (LINES, LINES + b"#!END-HEADER\r\n"):
        write(tmp_path / "a.aedat", packet(EVENTS), packet([(1, 1, 0, 7, 1)], 1, 1), lines=lines)
        address, time = read_aedat(tmp_path / "a.aedat", (128, 128))
        np.testing.assert_array_equal(time, [5, 999, 1200000, 2**31 + 7])
        at = [(y * 128 + x) * 2 + p for x, y, p, _, valid in EVENTS if valid]
        np.testing.assert_array_equal(address, [*at, (128 + 1) * 2])


def test_gestures_are_cut_and_people_are_held_out(gestures):
    splits = gestures.load()
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [4, 4, 4]
    train = splits.train
    np.testing.assert_array_equal(train.labels, [1, 10, 1, 10])
    np.testing.assert_array_equal(train.offsets[:3], [0, 2, 3])
    np.testing.assert_array_equal(train.time[:3], [1, 995, 1199000])
    assert (train.classes[10], splits.test.name) == ("other gestures", "dvs-gesture test")
    assert len(DVSGesture(gestures.folder, 4, 2, 0).load().validation) == 0
    brief = DVSGesture(gestures.folder, 4, 2, 1, length=0.9).load().train
    np.testing.assert_array_equal(brief.offsets, [0, 2, 2, 4, 4])


def test_a_generator_draws_the_people(gestures):
    (gestures.folder / "user01_led_labels.csv").write_text(TABLE.replace("\n2,", "\n5,"))
    held = {4 in gestures.load(np.random.default_rng(seed)).validation.labels for seed in range(20)}
    assert held == {True, False}


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "begins with b''"),
        (b"#!AER-DAT2.0\r\n", "begins with b'#!AER-DAT2.0"),
        (LINES[:-1], "truncated; the lines"),
        (LINES + packet(EVENTS)[:20], "truncated in the header of a packet"),
        (LINES + packet(EVENTS)[:-1], "a packet of 4 events of 8 bytes .* 31 bytes before the end"),
        (LINES + packet([], number=2**31 - 1), "truncated or damaged"),
        (LINES + packet([], number=-1), "a packet of -1 events"),
        (LINES + packet([], size=-8, number=-1), "damaged"),
        (LINES + packet(EVENTS, size=4), "polarity events of 4 bytes"),
        (LINES + packet([(128, 1, 0, 0, 1)]), "event 0 is at x = 128, y = 1, outside"),
        (LINES + packet([(1, 1, 0, 9, 1), (1, 1, 0, 8, 1)]), "out of order .* event 1 is at 8 us"),
        (LINES + packet([(1, 1, 0, -4, 1)]), "event 0 is at -4 us"),
    ],
)
def test_damaged_files_are_refused(gestures, contents, message):
    (gestures.folder / "user03_led.aedat").write_bytes(contents)
    with pytest.raises(DataError, match=rf"user03_led\.aedat: .*{message}"):
        gestures.load()


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_are_refused_or_taken(gestures, seed):
    path, rng = gestures.folder / "user03_lab.aedat", np.random.default_rng(seed)
    contents = bytearray(path.read_bytes())
    for place in rng.integers(0, len(contents), 3):
        contents[place] = rng.integers(256)
    path.write_bytes(contents)
    with contextlib.suppress(DataError):
        assert len(gestures.load().test) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have the columns"),
        ("class,start,end\n1,2,3\n", "must have the columns"),
        (TABLE.splitlines()[0] + "\n1,two,3\n", "cannot be read as a table"),
        (TABLE.splitlines()[0] + "\n1,2,3,4\n", "must have the columns"),
        (TABLE + "12,1,2\n", r"line 4 has \[12, 1, 2\]"),
        (TABLE + "0,1,2\n", r"line 4 has \[0, 1, 2\]"),
        (TABLE + "3,5,5\n", r"line 4 has \[3, 5, 5\]"),
        (TABLE + "3,-5,5\n", r"line 4 has \[3, -5, 5\]"),
    ],
)
@pytest.mark.filterwarnings("ignore:loadtxt:UserWarning")
def test_odd_tables_are_refused(gestures, text, message):
    (gestures.folder / "user03_led_labels.csv").write_text(text)
    with pytest.raises(DataError, match=rf"user03_led_labels\.csv: {message}"):
        gestures.load()


@pytest.mark.parametrize("text", ["user03_led.aedat\n", "../a.aedat b.aedat", "a.aedat a.aedat"])
def test_odd_lists_are_refused(gestures, text):
    (gestures.folder / "trials_to_test.txt").write_text(text)
    with pytest.raises(DataError, match=r"trials_to_test\.txt: . names, there should be 2"):
        gestures.load()


def test_missing_files_settings_and_place(gestures, tmp_path, monkeypatch):
    with pytest.raises(DataError, match="2 of 2 people cannot be held out"):
        DVSGesture(gestures.folder, 4, 2, 2).load()
    for settings in ({"n_validation": -1}, {"length": 0.0}, {"length": 1000.0}):
        with pytest.raises(ConfigError, match="n_validation must be 0 or more and length"):
            DVSGesture(**settings)
    (gestures.folder / "user03_led.aedat").unlink()
    with pytest.raises(DataError, match=r"user03_led\.aedat: cannot be read"):
        gestures.load()
    (gestures.folder / "trials_to_train.txt").unlink()
    with pytest.raises(DataError, match=r"trials_to_train\.txt: cannot be read as a list"):
        gestures.load()
    monkeypatch.setattr("brainsnn.datasets.locate.search_roots", lambda: [("here", tmp_path)])
    with pytest.raises(DataError, match="No data set folder 'dvs-gesture'"):
        DVSGesture().load()
