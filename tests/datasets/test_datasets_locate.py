import hashlib
from pathlib import Path

import pytest

from brainsnn.datasets import locate
from brainsnn.errors import DataError

CONTENTS = b"digits"
FILES = {"a.gz": "md5:" + hashlib.md5(CONTENTS).hexdigest()}
MIRRORS = ("https://first.invalid/", "https://second.invalid/")


def serve(contents, asked):
    """Downloader that gives `contents` for every address."""

    def download(url, output_file, _pooch):
        asked.append(url)
        Path(output_file).write_bytes(contents[url] if isinstance(contents, dict) else contents)

    return download


def test_nothing_is_found_where_there_is_nothing(no_data):
    assert locate.find_folder("mnist") is None


def test_order_of_search(no_data, monkeypatch):
    monkeypatch.setenv("BRAINSNN_DATA", str(no_data / "mine"))
    folders = [
        no_data / "mine" / "mnist",
        no_data / "package" / "data" / "mnist",
        no_data / "data" / "mnist",
        no_data / "cache" / "data" / "mnist",
        no_data / "system" / "mnist",
    ]
    for folder in reversed(folders):
        folder.mkdir(parents=True)
        assert locate.find_folder("mnist") == folder


def test_each_folder_is_searched_once(no_data, monkeypatch):
    monkeypatch.setattr(locate, "PACKAGE_DATA", no_data / "data")
    paths = [path for _, path in locate.search_roots()]
    assert paths == [no_data / "data", no_data / "cache" / "data", no_data / "system"]


def test_missing_set_says_where_it_was_looked_for(no_data, monkeypatch):
    monkeypatch.setenv("BRAINSNN_DATA", "/no/such/place")
    text = str(locate.missing("mnist", "Fetch it."))
    assert "/no/such/place/mnist  (BRAINSNN_DATA)" in text
    for root in ("package/data", "data", "cache/data", "system"):
        assert str(no_data / root / "mnist") in text
    assert text.endswith("Fetch it.")


def test_unset_variable_is_said(no_data):
    assert "BRAINSNN_DATA is not set" in str(locate.missing("mnist", "Fetch it."))


def test_download_fills_the_cache(no_data):
    asked = []
    folder = locate.download("set", FILES, MIRRORS, serve(CONTENTS, asked))
    assert folder == no_data / "cache" / "data" / "set"
    assert (folder / "a.gz").read_bytes() == CONTENTS
    assert asked == ["https://first.invalid/a.gz"]


def test_what_is_there_is_not_fetched_again(no_data):
    asked = []
    for _ in range(2):
        locate.download("set", FILES, MIRRORS, serve(CONTENTS, asked))
    assert len(asked) == 1


def test_second_mirror_is_tried_after_a_wrong_checksum(no_data):
    asked = []
    contents = {MIRRORS[0] + "a.gz": b"something else", MIRRORS[1] + "a.gz": CONTENTS}
    folder = locate.download("set", FILES, MIRRORS, serve(contents, asked))
    assert (folder / "a.gz").read_bytes() == CONTENTS
    assert len(asked) == 2


def test_wrong_checksum_everywhere_leaves_nothing(no_data):
    with pytest.raises(DataError, match=r"(?s)Downloading a.gz failed.*second.*BRAINSNN_DATA"):
        locate.download("set", FILES, MIRRORS, serve(b"something else", []))
    assert list((no_data / "cache" / "data" / "set").iterdir()) == []


def test_no_network_is_said(no_data):
    def refuse(*_):
        raise ConnectionError("no route to host")

    with pytest.raises(DataError, match=r"(?s)No data set folder 'set'.*no route to host"):
        locate.download("set", FILES, MIRRORS, refuse)
