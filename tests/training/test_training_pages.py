"""The Python of the documentation's pages runs."""

import re
import shutil
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


COMPILES = [
    pytest.mark.compiler,
    pytest.mark.skipif(shutil.which("g++") is None, reason="the page needs a C++ compiler"),
]


@pytest.mark.parametrize("page", [pytest.param("training.md", marks=COMPILES), "run-directory.md"])
def test_page_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), {})
    assert "epoch" in capsys.readouterr().out
