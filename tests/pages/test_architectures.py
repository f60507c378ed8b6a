"""The gallery without a browser: what it says is what torchvision, torch and the challenge's papers say."""

import re
from importlib import import_module
from itertools import product
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest
import timm
import torch
from torch import nn
from torchvision import models as torchvision_models

from cnnviz import images, models
from cnnviz.design import PRESETS
from cnnviz.design.comparisons import COMPARISONS
from cnnviz.design.totals import of_text
from cnnviz.ui.architectures.timeline import WINNERS, WITH_MORE_DATA
from cnnviz.ui.catalogue import ARCHITECTURES, NETWORKS
from tests.conftest import some
from tests.pages.opening import answered_in_turn, assert_well, open_screen, said, unfold

SCREEN = "pages/design/architectures.py"
PARTS = {
    "": {"entry": "resnet"},
    "Networks": {"architecture": "vgg", "network": "vgg11"},
    "Accuracy": {"families": "VGG"},
    "Why": {"comparison": "separable", "channels": "8"},
    "Compare": {"one": "resnet18", "two": "resnet34"},
    "Pixels": {"layer": "blocks.3.1.conv_pw", "channel": "7"},
    "Inception": {"network": "googlenet", "block": "inception3b"},
}

MODULES = {
    "": "timeline",
    "Networks": "networks",
    "Accuracy": "accuracy",
    "Why": "comparisons",
    "Compare": "pairs",
    "Pixels": "pixels",
    "Inception": "branches",
}


def open_part(part="", **link):
    return open_screen(SCREEN, **({"part": part} if part else {}), **link)


def key(part, name):
    return ".".join(filter(None, ("architectures", part, name)))


def links_of(app):
    """Return the parameters of every link into the calculator."""
    found = [each.proto for each in app.get("page_link")]
    links = [parse_qs(each.query_string or urlparse(each.page).query) for each in found if each.icon]
    return [{name: values[0] for name, values in each.items()} for each in links if "net" in each]


def into(app, screen):
    """Return the parameters of the links that lead from the page into a screen, from top to bottom."""
    protos = [each.proto for each in app.get("page_link")]
    found = [parse_qs(each.query_string) for each in protos if each.page.endswith(screen) and each.query_string]
    return [{name: values[0] for name, values in each.items()} for each in found]


def test_the_errors_are_the_published_ones():
    # Russakovsky et al. 2015, table 5, and the results pages of 2015 to 2017.
    assert [each.error for each in WINNERS.values()] == [28.2, 25.8, 16.4, 11.7, 7.3, 6.7, 3.57, 2.99, 2.25]
    assert [each.year for each in WINNERS.values()] == [2010, 2011, 2012, 2013, 2014, 2014, 2015, 2016, 2017]
    assert WITH_MORE_DATA == 15.3
    told = said(open_part())
    assert "**16.4%**" in told
    assert "**15.3%**" in told


@pytest.mark.parametrize("entry", WINNERS)
def test_every_entry_opens_and_leads_to_networks_that_work(entry):
    app = open_part(entry=entry)
    assert_well(app)
    links = links_of(app)
    each = WINNERS[entry]
    assert len(links) == len(each.presets) + len(each.library)
    for link in links:
        if not link["net"].startswith("model:"):
            size = (1, *map(int, link["size"].split("x")))
            assert not of_text(link["net"], size, 4).error


def test_the_chosen_weights_have_torchvisions_numbers_and_open_at_their_side():
    name = "EfficientNet_B2_Weights.IMAGENET1K_V1"
    app = open_part("Accuracy", entry=name, families="EfficientNet")
    assert_well(app)
    meta = torchvision_models.get_weight(name).meta
    assert f"({meta['num_params']:,})" in said(app)
    assert f"{meta['_metrics']['ImageNet-1K']['acc@1']:.1f}% top-1" in said(app)
    assert links_of(app) == [{"net": "model:efficientnet_b2", "size": "3x288x288"}]
    table = app.dataframe[0].value
    assert len(table) == 12
    assert set(table["family"]) == {"EfficientNet"}


def test_weights_without_a_classifier_have_no_accuracy():
    app = open_part("Accuracy", entry="VGG16_Weights.IMAGENET1K_FEATURES")
    assert_well(app)
    assert "no accuracy" in said(app)
    assert "None" not in said(app)


@pytest.mark.parametrize("name", COMPARISONS)
def test_formulas_are_true_and_links_hold_the_ways(name):
    found = COMPARISONS[name]
    app = open_part("Why", comparison=name, channels="7", side=str(found.least + 24))
    assert_well(app)
    for line in app.latex:
        written = re.sub(r"\\(begin|end)\{aligned\}|&|\\quad|\\\\|\{,\}|[$\n]", "", line.value)
        left, right = written.replace(r"\cdot", "*").replace("^", "**").split("=")
        assert re.fullmatch(r"[\d*+() ]+", left)
        assert eval(left) == int(right), line.value
    table = app.dataframe[0].value.set_index("")
    ways = found.ways(7, found.least + 24)
    for column, way, link in zip(table, ways, links_of(app), strict=True):
        assert link == {"net": way.text, "size": "x".join(map(str, way.input_size[1:]))}
        assert table[column]["parameters"] == f"{way.totals.parameters:,}"
        assert table[column]["MACs"] == f"{way.totals.macs:,}"


@pytest.mark.parametrize("part", PARTS)
def test_presets_code_questions_and_link(part, capsys):
    app = open_part(part, **PARTS[part])
    link = dict(app.query_params)
    exec(compile(app.code[-1].value, "code", "exec"), {})
    assert capsys.readouterr().out.strip()
    app = unfold(app, key(part, "predict"))
    asked = answered_in_turn(app, key(part, "predict-next"), 6)
    assert len(asked) == 6
    assert dict(open_screen(SCREEN, **link).query_params) == link
    for preset in import_module(f"cnnviz.ui.architectures.{MODULES[part]}").PRESETS:
        app.pills(key=key(part, "preset")).set_value(preset).run()
        assert_well(app)


# Parameters as the papers or the libraries' builders have them, and the convolutions and linear layers by torch.
PUBLISHED = {
    "lenet5": 61_706,
    "alexnet": 60_965_224,
    "vgg16": 138_357_544,
    "resnet50": 25_557_032,
    "mobilenet": 4_231_976,
    "mobilenet_v2": 3_504_872,
    "densenet121": 7_978_856,
    "efficientnet_b0": 5_288_548,
    "convnext_tiny": 28_589_128,
    "seresnet50": 28_088_024,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_network_has_the_published_numbers(name):
    architecture = next(key for key, each in ARCHITECTURES.items() if name in each.networks)
    app = open_part("Networks", architecture=architecture, network=name)
    assert_well(app)
    told = said(app)
    assert f"| parameters | {PUBLISHED[name]:,} (" in told
    library = NETWORKS[name].text.removeprefix("model:").removeprefix("timm/")
    if library in torchvision_models.list_models():
        with torch.device("meta"):
            model = torchvision_models.get_model(library)
        layers = sum(isinstance(each, nn.Conv2d | nn.Linear) for each in model.modules())
        assert f"| convolutions and linear layers | {layers} |" in told
    link = links_of(app)[0]
    assert link == {"net": NETWORKS[name].text, "size": "x".join(map(str, NETWORKS[name].input_size[1:]))}


def test_mobilenet_is_that_of_its_paper():
    mine = NETWORKS["mobilenet"]
    shown = of_text(mine.text, mine.input_size, 4)
    # Table 8 of the paper: 569 million multiply-adds and 4.2 million parameters.
    assert round(shown.macs / 1e6) == 569
    theirs = timm.create_model("mobilenetv1_100").eval()
    assert shown.parameters == sum(each.numel() for each in theirs.parameters())


def test_every_architecture_is_of_its_preset_and_shipped_models_exist():
    for each in ARCHITECTURES.values():
        assert set(each.networks) <= set(NETWORKS)
        assert each.shipped
        assert all(models.is_ready(name) and models.card(name).trained for name in each.shipped)
    assert {*PRESETS} <= {name for each in ARCHITECTURES.values() for name in each.networks}


@pytest.mark.parametrize(
    ("architecture", "learned"),
    [
        ("lenet", {"lenet5-mnist": "Digits", "lenet-relu-mnist": "Digits", "lenet5-fashion": "Clothes"}),
        ("googlenet", {"googlenet-fashion": "Clothes"}),
        ("zfnet", {"alexnet-tiny": None}),
        ("senet", {"resnet-fashion": "Clothes"}),
    ],
)
def test_an_architecture_leads_to_learned_maps_with_pictures_of_their_kind(architecture, learned):
    app = open_part("Networks", architecture=architecture)
    assert_well(app)
    for screen in ("activations", "filters"):
        _itself, *found = into(app, screen)
        assert {each["model"]: each.get("source") for each in found} == learned


NAMED = [
    ("lenet", "lenet5", {"model": f"design:1x28x28: {NETWORKS['lenet5'].text}", "source": "Digits"}),
    ("mobilenet", "mobilenet_v2", {"model": "mobilenet_v2", "weights": "random"}),
    ("senet", "seresnet50", {"model": "timm/seresnet50"}),
]


@pytest.mark.parametrize(("named", "screen"), some(product(NAMED, ["activations", "filters"]), every=2))
def test_a_network_itself_opens_with_random_weights(named, screen, monkeypatch):
    architecture, network, link = named
    monkeypatch.setattr(models, "is_ready", lambda name: False)
    first = into(open_part("Networks", architecture=architecture, network=network), screen)[0]
    assert first == link
    monkeypatch.undo()
    app = open_screen(f"pages/inspect/{screen}.py", **first)
    assert_well(app)
    assert app.selectbox(key=f"{screen}.model").value == link["model"]
    assert any("before any training" in each.value or "Nobody has trained" in each.value for each in app.caption)


def test_the_three_answers_are_the_networks_own():
    app = open_part("Why", comparison="auxiliary", clothe_number="62")
    assert_well(app)
    card, network = models.card("googlenet-fashion"), models.load("googlenet-fashion")
    pixels = torch.tensor(images.sheet("clothes"))[:, None].float() / 255
    batch = (pixels - card.preprocessing.mean[0]) / card.preprocessing.std[0]
    with torch.inference_mode():
        shares = torch.stack(network.answers(batch)).softmax(dim=2)
    early, middle, last = (f"{share:.0%}" for share in shares[:, 62, 6].tolist())
    right = (shares.argmax(dim=2) == torch.arange(100) // 10).sum(dim=1).tolist()
    told = said(app)
    assert "The picture shows: **shirt**" in told
    assert f"The early classifier gives it {early}, the middle one {middle}, the last one {last}." in told
    assert "they get {}, {} and {} right".format(*right) in told
    best = int(shares[2, 62].argmax())
    row = f"| {card.title} | {card.classes[best]} | {shares[2, 62, best]:.0%} | {card.accuracy:.1%} |"
    assert row in told
    assert told.count(", clothes |") == 5


def test_the_files_hold_all_entries():
    from cnnviz.models.torchvision_accuracy import entries
    from cnnviz.ui.architectures.accuracy import _table

    assert isinstance(table := _table(entries()), pd.DataFrame)
    assert len(table) == 115
    assert table["top1"].isna().sum() == 1


def test_what_a_recipe_gains_is_the_difference_of_the_numbers_beside_it():
    found = re.search(r"ResNet-50 has ([\d.]+)% .* and ([\d.]+)% .*: ([\d.]+) points", said(open_part("Accuracy")))
    first, second, gained = map(float, found.groups())
    assert gained == pytest.approx(second - first)


@pytest.mark.parametrize(
    ("part", "name", "first"),
    [
        ("", "entry", "nec"),
        ("Networks", "architecture", "lenet"),
        ("Why", "comparison", "kernels"),
        ("Inception", "network", "googlenet"),
    ],
)
def test_a_link_that_asks_for_what_no_preset_has_is_told(part, name, first):
    app = open_part(part, **{name: "nosuch"})
    assert_well(app)
    told = [each.value for each in app.caption if "= nosuch, which is none of" in each.value]
    assert len(told) == 1, told
    assert first in told[0].partition("none of")[2]
    assert not [each for each in open_part(part).caption if "none of" in each.value]
