"""The bar of a notebook, on a page that remembers what it shows."""

import sys
from types import ModuleType

import pandas as pd

from brainsnn.training import Progress, TrainingResult, reporter
from brainsnn.training.callbacks.notebook import NotebookBar


class Page:
    """What stands below a cell."""

    def __init__(self):
        self.parts = []

    def show(self, text):
        self.parts.append(text)
        place = len(self.parts) - 1
        return lambda new: self.parts.__setitem__(place, new)


ROW = {"loss": 0.5, "train_accuracy": 0.75, "silent_neurons_a<b": 2, "seconds": 1.0}


def test_the_bar_overwrites_itself():
    page = Page()
    bar = NotebookBar(page.show)
    bar.on_start(Progress(1, 2, 0, 100), [])
    for index in (50, 100):
        bar.on_block(Progress(1, 2, index, 100), [])
    assert len(page.parts) == 1
    assert page.parts[0].startswith('<progress value="100" max="200"></progress> epoch 1/2:')
    bar.on_epoch_end(Progress(2, 2, 100, 100), [ROW])
    assert 'value="200"' in page.parts[0]
    assert "loss 0.5000, train 75.00%, silent neurons: a&lt;b 2" in page.parts[0]
    bar.on_message("2 < 3")
    bar.on_block(Progress(2, 2, 100, 100), [])
    assert page.parts[1] == "2 &lt; 3"
    assert len(page.parts) == 3


def test_a_kernel_gets_the_bar(monkeypatch):
    page, display = Page(), ModuleType("IPython.display")
    display.HTML = str

    def shown(text, display_id):
        handle = ModuleType("handle")
        handle.update = page.show(text)
        return handle

    display.display = shown
    for name, module in (
        ("ipykernel", ModuleType("ipykernel")),
        ("IPython", ModuleType("IPython")),
    ):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    bar = reporter()
    bar.on_start(Progress(1, 1, 0, 10), [])
    bar.on_block(Progress(1, 1, 10, 10), [])
    assert len(page.parts) == 1
    assert 'value="10" max="10"' in page.parts[0]


def test_a_result_has_a_form_for_notebooks():
    table = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.25]})
    html = TrainingResult(table, {}, {}, best_epoch=2, stopped_early=True)._repr_html_()
    assert "Best epoch: 2 of 2; stopped early." in html
    assert "<td>0.25</td>" in html
