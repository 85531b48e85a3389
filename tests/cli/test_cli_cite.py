"""``brainsnn cite``: software and papers of a run, as text and as BibTeX."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from typer.testing import CliRunner

import brainsnn
from brainsnn.cli.cite import year_of
from brainsnn.cli.main import app
from brainsnn.experiment.installed import load_protocol
from brainsnn.records import RunDirectory


def call(*arguments):
    return CliRunner().invoke(app, ["cite", *map(str, arguments)])


@pytest.fixture
def path(tmp_path):
    config = load_protocol("s4nn-mnist").config(engine="genn")
    with RunDirectory.create(tmp_path / "run", config, ["brainsnn"]) as run:
        record = run.provenance()
        record["packages"] = {"brainsnn": "0.9", "brian2": "2.8.1", "brian2genn": "1.7.0"}
        (run.path / "provenance.json").write_text(json.dumps(record))
        return run.path


def test_versions_are_those_of_the_run(path):
    text = call(path).stdout
    assert "brainsnn 0.9\n" in text
    assert "Brian2 2.8.1\n  Marcel Stimberg and Romain Brette" in text
    assert "Brian2GeNN 1.7.0\n" in text
    assert "Temporal backpropagation for spiking neural networks" in text


def test_a_simulator_that_was_not_used_is_not_cited(tmp_path):
    with RunDirectory.create(tmp_path / "run", load_protocol("s4nn-mnist").config(), []) as run:
        assert "GeNN" not in call(run.path).stdout


def test_bibtex_has_an_entry_each_with_a_key_of_its_own(path):
    text = call(path, "--format", "bibtex").stdout
    keys = re.findall(r"^@\w+\{([0-9A-Za-z-]+),$", text, re.MULTILINE)
    assert keys[:3] == ["brainsnn", "Brian2", "Brian2GeNN"]
    assert len(set(keys)) == len(keys) == text.count("@")
    assert "author = {Stimberg, Marcel and Brette, Romain and Goodman, Dan F. M.}," in text
    assert "journal = {eLife}," in text
    assert "neuron integrate\\_and\\_fire\\_once" in text
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")


@pytest.mark.parametrize("content", [None, "seed = 1", 'protocol = "s4nn-mnits"'])
def test_what_is_no_run_is_bad_input(content, path):
    (path / "config.toml").unlink()
    if content:
        (path / "config.toml").write_text(content)
    done = call(path)
    assert done.exit_code == 2
    assert "brainsnn: " in done.stderr


def test_the_file_that_cites_us_is_of_this_version():
    folder = brainsnn.__path__[0]
    with open(f"{folder}/CITATION.cff", encoding="utf-8") as file:  # noqa: PTH123
        assert yaml.safe_load(file)["version"] == brainsnn.__version__


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("NeurIPS 31 (2018), arXiv:1803.09574", "2018"),
        ("ICLR (2015), arXiv:2006.02642", "2015"),
        ("Kheradpisheh and Masquelier 2020, eq. 3", "2020"),
        ("Proc. IEEE 1998-2011 (1998)", "1998"),
        ("Neural Comput. 2001-2012, 2019", "2019"),
        ("J. 30(6):2050027 (2020)", "2020"),
        ("An example.", None),
    ],
)
def test_years_are_told_from_pages_and_numbers_of_preprints(text, year):
    assert year_of(text) == year
