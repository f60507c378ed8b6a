"""Tours: what a lesson's steps mean, and that every step of every tour finds its layers and its numbers."""

import re
from functools import cache

import pytest
import timm
import torch
from hypothesis import given
from hypothesis import strategies as some
from torchvision import models as torchvision_models

from cnnviz import lessons
from cnnviz.analysis import analyze
from cnnviz.components.network_map import MEASURES
from cnnviz.design import LIBRARY
from cnnviz.design import parse as parse_rows
from cnnviz.design.build import build
from cnnviz.design.totals import of_text
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Layers, ModelChoice
from cnnviz.errors import LessonError
from cnnviz.graph import NetworkGraph, Node
from cnnviz.ui import tours
from cnnviz.ui.architectures.timeline import WINNERS
from cnnviz.ui.catalogue import ARCHITECTURES, NETWORKS
from cnnviz.ui.tours import ALL, FIELDS, filled, names, parse, places, told, tour, tour_through


def library(text):
    name = text.removeprefix(LIBRARY)
    with torch.device("meta"):
        if name.startswith("timm/"):
            return timm.create_model(name.removeprefix("timm/")).eval()
        return torchvision_models.get_model(name, weights=None).eval()


@cache
def graph_of(name):
    network = NETWORKS[name]
    if network.text.startswith(LIBRARY):
        return analyze(library(network.text), network.input_size).graph
    return of_text(network.text, network.input_size, 4).graph


def test_every_architecture_of_the_gallery_has_one_tour_of_its_name():
    assert {name for name in names() if set(tour(name).networks) <= set(NETWORKS)} == set(ARCHITECTURES)
    for name, each in ARCHITECTURES.items():
        assert set(tour(name).networks) == set(each.networks)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_step_finds_its_layers_and_its_numbers(network):
    found, graph = tour_through(network), graph_of(network)
    steps = told(found, network, graph)["steps"]
    assert 4 <= len(steps) <= 9
    for step in steps:
        assert step["light"]
        assert not re.search(r"[{}]|None|\bnan\b", step["words"])
        assert step["words"].count("**") in (0, 2, 4)
        assert re.search(r"[.!?]$", step["words"])
        assert len(re.findall(r"[.!?](?:\s|$)", step["words"])) <= 3
        assert len(step["words"]) <= 290
        assert max(step["light"] + step["zoom"] + step["lines"] + step["open"]) < len(graph.nodes)
        assert step["measure"] in ("", *MEASURES)


def kernels(network):
    """Return the sides of the windows of all of torch's layers, by the layer's name."""
    text, size = NETWORKS[network].text, NETWORKS[network].input_size
    with torch.device("meta"):
        model = library(text) if text.startswith(LIBRARY) else build(parse_rows(text), size)
    found = {name: each.kernel_size for name, each in model.named_modules() if hasattr(each, "kernel_size")}
    return {name: side if isinstance(side, tuple) else (side, side) for name, side in found.items()}


# What a sentence says besides of a network that it is compared with.
OTHERS = {"zfnet": ("11×11",), "vgg": ("5×5",), "googlenet": ("5×5",), "convnext": ("1×1",)}


@pytest.mark.parametrize("network", NETWORKS)
def test_a_typed_number_is_a_kernel_of_the_network_a_year_or_a_name(network):
    found = tour_through(network)
    sides = {"×".join(map(str, side)) for side in kernels(network).values()} | set(OTHERS.get(found.name, ()))
    years = {str(each.year) for each in (*NETWORKS.values(), *WINNERS.values())}
    for step in found.through(network):
        typed = re.sub(r"\{[^{}]*\}", "", step.words)
        for title in ("ResNet-50", "MobileNetV2"):
            typed = typed.replace(title, "")
        for number in re.findall(r"\d[\d×.,]*\d|\d", typed):
            assert number in sides | years | {"0", "1"}, (step.id, number)


def test_a_number_in_braces_is_the_networks():
    graph = graph_of("alexnet")
    with torch.device("meta"):
        model = build(parse_rows(NETWORKS["alexnet"].text), NETWORKS["alexnet"].input_size)
    total = sum(each.numel() for each in model.parameters())
    conv2, conv3 = (graph.place(name) for name in ("conv2", "conv3"))
    assert filled("{parameters of fc3}", graph, [conv2]) == "4.10 M"
    assert 4.095e6 < 4096 * 1000 + 1000 < 4.105e6
    share = (256 * 48 * 25 + 256) / total
    assert filled("{share of parameters}", graph, [conv2]) == f"{share:.0%}"
    assert filled("{size}, {channels}, {field}", graph, [conv2]) == "256×27×27, 256, 51×51"
    three, four = 384 * 256 * 9 + 384, 384 * 192 * 9 + 384
    assert filled("{times parameters of conv3 over conv4}", graph, [conv3]) == f"{three / four:.3g}"
    assert filled("{layers of all} and {count of conv*}", graph, []) == "8 and 5"


STEP = "light: conv1\n\nSome words."


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({}, "has no section `networks`"),
        ({"networks": "alexnet"}, "has no step"),
        ({"networks": "a", "one": "light: conv1"}, "The step one of the tour bad has no words"),
        ({"networks": "a", "one": "measure: macs\n\nWords."}, "has no line `light: conv1`"),
        ({"networks": "a", "one": "lights: conv1\n\nWords."}, "has a field 'lights'; it should be one of light"),
        ({"networks": "a", "one": "light: conv1\nmeasure: speed\n\nWords."}, "should be one of parameters, macs"),
        ({"networks": "a", "one": "light: conv1\nfold: some\n\nWords."}, "should be `fold: all`"),
        ({"networks": "a", "one": "light: conv1\nset: conv2\n\nWords."}, "sets something without a name"),
        ({"networks": "a", "one": "light: conv1\nonly: b\n\nWords."}, "is only for b, which is not its network"),
        ({"networks": "a", "one": "light: conv1\n\n{weight} words."}, "asks for {weight}, which no report has"),
    ],
)
def test_a_bad_lesson_gets_one_plain_sentence(sections, says):
    with pytest.raises(LessonError, match=re.escape(says)) as caught:
        parse("bad", sections)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@given(
    some.dictionaries(
        some.sampled_from(["networks", "one", "two"]), some.text(alphabet="light: conv1,*{}\nmacsof=", max_size=60)
    )
)
def test_any_lesson_is_a_tour_or_is_refused_in_a_sentence(sections):
    found = refused = None
    try:
        found = parse("some", sections)
    except LessonError as error:
        refused = str(error)
    assert found is None or all(step.light and step.words for step in found.steps)
    assert refused is None or re.fullmatch(r"The (tour|step) .+\.", refused, re.DOTALL)


@given(some.text(alphabet="abc.*?[]1, ", min_size=1, max_size=12))
def test_a_pattern_finds_layers_or_is_refused(pattern):
    graph, found, refused = graph_of("lenet5"), [0], repr(pattern)
    try:
        found = places(graph, [pattern])
    except LessonError as error:
        refused = str(error)
    assert found
    assert found == sorted(set(found))
    assert repr(pattern) in refused


def test_a_layer_that_is_not_there_is_named_with_its_step():
    found = parse("bad", {"networks": "lenet5", "one": "light: conv9\n\nWords."})
    with pytest.raises(LessonError, match=r"The step one of the tour bad cannot be shown\. .*'conv9'"):
        told(found, "lenet5", graph_of("lenet5"))
    found = parse("bad", {"networks": "lenet5", "one": "light: fc1\n\nIt sees {field}."})
    with pytest.raises(LessonError, match="have no field of one size"):
        told(found, "lenet5", graph_of("lenet5"))
    found = parse("bad", {"networks": "lenet5", "one": "light: fc1\n\n{times macs of fc1 over pool1}."})
    with pytest.raises(LessonError, match="divide by 0"):
        told(found, "lenet5", graph_of("lenet5"))


def test_another_language_translates_words_and_keeps_fields():
    english = {"networks": "lenet5", "one": STEP, "two": STEP}
    found = parse("some", english, {**english, "one": "Ein {macs}."})
    assert [step.words for step in found.steps] == ["Ein {macs}.", "Some words."]
    assert [step.light for step in found.steps] == [("conv1",), ("conv1",)]


def test_a_step_has_the_fields_that_it_is_written_with():
    lines = ("light: a, b*", "zoom: all", "lines: c", "open: d.*", "fold: all", "measure: macs", "only: x")
    text = "\n".join((*lines, "set: layer=conv2, channel=7", "", "One.", "Two."))
    [step] = parse("some", {"networks": "x", "one": text}).steps
    assert step.light == ("a", "b*")
    assert step.zoom == (ALL,)
    assert step.changes == {"layer": "conv2", "channel": "7"}
    assert step.words == "One. Two."
    assert all(getattr(step, field) for field in FIELDS)


def test_all_tours_are_read_and_none_of_their_networks_has_two():
    networks = [network for name in names() for network in tour(name).networks]
    assert len(networks) == len(set(networks))
    assert all(lessons.sections(lessons.ENGLISH, f"tours/{name}") for name in names())
    assert tours.tour_through("none") is None


def test_the_tour_from_the_photo_leads_to_layers_that_are_shown():
    table = LocalEngine().submit(Layers(ModelChoice("efficientnet-lite0")), session="tours").result(timeout=120)
    graph = NetworkGraph(tuple(Node(row.name, row.kind, row.output_size, row) for row in table.rows), ())
    found = tour_through("efficientnet-lite0")
    steps = told(found, "efficientnet-lite0", graph, {"answer": "tiger cat", "probability": "38.8%"})["steps"]
    assert 4 <= len(steps) <= 9
    assert steps[-1]["words"].endswith("The answer: **tiger cat**, 38.8%.")
    assert {step["set"]["layer"] for step in steps} <= {row.name for row in table.rows}
    with pytest.raises(LessonError, match=r"No report has \{answer\}"):
        told(found, "efficientnet-lite0", graph)
