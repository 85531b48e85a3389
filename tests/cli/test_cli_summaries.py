import subprocess
import sys

import pytest

from brainsnn.cli import summaries as read
from brainsnn.cli.summaries import summaries
from brainsnn.experiment.installed import load_protocol, protocols


def test_what_is_read_is_what_the_protocols_say():
    assert summaries() == {name: load_protocol(name).summary for name in protocols()}


def test_listing_imports_no_protocol():
    code = (
        "import sys; from brainsnn.cli.summaries import summaries; summaries(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "brian2" not in loaded
    assert not [name for name in loaded if name.startswith("brainsnn.protocols.s4nn.")]


@pytest.mark.parametrize(
    "text",
    ["PROTOCOL = made()", "class A:\n    summary = f'{1}'\nPROTOCOL = A()", "not Python ("],
    ids=["no class", "no literal", "no Python"],
)
def test_a_summary_that_is_not_written_is_asked_of_the_protocol(text, tmp_path, monkeypatch):
    path = tmp_path / "own_protocol.py"
    path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    entry = type(next(iter(protocols().values())))("own", "own_protocol", "brainsnn.protocols")
    monkeypatch.setattr(read, "installed", lambda _: {"own": entry})
    asked = []
    monkeypatch.setattr("brainsnn.experiment.installed.load_protocol", asked.append)
    with pytest.raises(AttributeError):
        summaries()
    assert asked == ["own"]
