"""Networks draw themselves: every population a box, every connection an arrow."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

import brainsnn as bs

LEAKY = bs.Neuron("dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact", name="<leaky>")


def everything() -> bs.Network:
    net = bs.Network("9-6-4-2", LEAKY)
    net.add("context", 3)
    net.add("inhibitory", 5, LEAKY)
    net.connect("context", "hidden1", delay="2*ms")
    net.connect("hidden1", "inhibitory")
    net.connect("inhibitory", "hidden2", sign="inhibitory")
    net.connect("output", "output", bs.AllToOthers(), sign="inhibitory")
    net.connect("output", "hidden1", delay=bs.UniformDelays(0, 3))
    net.connect("input", "output", sign="excitatory")
    return net


@pytest.mark.parametrize(
    "net", [everything(), bs.Network("6x6-2c3-2a-3", LEAKY), bs.Network()], ids=("all", "cnn", "no")
)
def test_a_network_draws_all_of_itself(net: bs.Network) -> None:
    picture = ET.fromstring(net._repr_svg_())
    tag = "{http://www.w3.org/2000/svg}"
    boxes = picture.findall(f"{tag}rect")
    arrows = [p for p in picture.findall(f"{tag}path") if p.get("marker-end")]
    texts = ["".join(t.itertext()) for t in picture.iter(f"{tag}text")]
    assert len(boxes) == len(net.populations)
    assert len(arrows) == len(net.connections)
    for population in net.populations:
        assert f"{population.name} ({population.size})" in texts
    width, height = (float(picture.get(k, "")) for k in ("width", "height"))
    for box in boxes:
        x, y = float(box.get("x", "")), float(box.get("y", ""))
        assert 0 <= x <= width - float(box.get("width", ""))
        assert 0 <= y <= height - float(box.get("height", ""))
    corners = {(box.get("x"), box.get("y")) for box in boxes}
    assert len(corners) == len(boxes)
    for arrow in arrows:
        for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", arrow.get("d", "")):
            assert 0 <= float(x) <= width
            assert -40 <= float(y) <= height


def test_signs_delays_and_loops_are_seen() -> None:
    svg = everything()._repr_svg_()
    assert svg.count("url(#end-inhibitory)") == 2
    assert svg.count("url(#end-excitatory)") == 1
    for words in ("all to all, 2 ms", "all to all, delays", "all to others", "&lt;leaky&gt;"):
        assert words in svg
    assert svg in everything()._repr_html_()
