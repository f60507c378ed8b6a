"""Links of the screens that look into a network: what is set is in the link, and another tab shows the same."""

import random
from pathlib import Path

import pytest

from tests.pages.opening import assert_well, open_screen, said

SMALL = "lenet-relu-mnist"
# What may be set, by kind of widget; the screens' own defaults are among it.
SETTABLE = {
    "activations": {
        "selectbox": {"layer": ("conv1", "pool1", "conv2")},
        "segmented_control": {"scale": ("each map's own", "the layer's"), "sort": ("index", "mean", "maximum")},
        "number_input": {"channel": range(20), "row": range(8), "column": range(8), "digit_number": range(100)},
    },
    "filters": {
        "selectbox": {"layer": ("conv1", "relu1", "conv2")},
        "segmented_control": {
            "filter_scale": ("each filter's own", "the layer's"),
            "filter_sort": ("index", "norm", "hue"),
            "templates": ("digits", "colour photos"),
        },
        "number_input": {"filter": range(20), "channel": range(20), "digit_number": range(100)},
    },
    "receptive_field": {
        "selectbox": {"layer": ("conv1", "pool1", "conv2")},
        "segmented_control": {
            "over": ("this picture", "noise"),
            "which": ("the middle one", "the picked one"),
            "dots": ("equal layers", "this network"),
        },
        "number_input": {"row": range(8), "column": range(8), "channel": (None, *range(20))},
        "toggle": {"log": (False, True)},
    },
}


def screen(name: str) -> str:
    return f"pages/inspect/{name}.py"


def shown(app) -> dict[str, object]:
    kinds = (app.selectbox, app.segmented_control, app.number_input, app.toggle, app.pills, app.multiselect)
    return {each.key: each.value for kind in kinds for each in kind if "." in (each.key or "")}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", SETTABLE)
def test_another_tab_shows_the_state_that_a_link_was_taken_from(name, seed):
    chance = random.Random(seed)
    over = {"over": "this picture"} if name == "receptive_field" else {}
    app = open_screen(screen(name), source="Digits", **over)
    for kind, settable in SETTABLE[name].items():
        for key, values in settable.items():
            if chance.random() < 0.6:
                getattr(app, kind)(key=f"{name}.{key}").set_value(chance.choice(values)).run()
                assert_well(app)
    link = dict(app.query_params)
    other = open_screen(
        screen(name), **{key: text[0] if isinstance(text, list) else text for key, text in link.items()}
    )
    assert_well(other)
    assert shown(other) == shown(app)
    assert said(other) == said(app)


def test_the_strongest_channel_and_unit_stay_out_of_the_link():
    app = open_screen(screen("activations"), model=SMALL, source="Digits")
    best = app.number_input(key="activations.channel").value
    app.number_input(key="activations.channel").set_value((best + 1) % 20).run()
    assert app.query_params["channel"] == str((best + 1) % 20)
    app.number_input(key="activations.channel").set_value(best).run()
    assert "channel" not in app.query_params


@pytest.mark.parametrize("name", SETTABLE)
def test_a_link_to_somebodys_photo_says_with_whom_it_stays(name):
    app = open_screen(screen(name), source="Upload")
    assert_well(app)
    assert "stays with the person" in " ".join(each.value for each in app.info)


@pytest.mark.parametrize("name", SETTABLE)
def test_picture_and_network_go_along_on_request_and_nothing_else(name):
    app = open_screen(screen(name), source="Digits", digit_number="23", model="lenet5-mnist", weights="random")
    links = {
        Path(each.proto.page).name: each.proto.query_string
        for each in app.get("page_link")
        if "model=" in each.proto.query_string and "lang=" not in each.proto.query_string
    }
    assert set(links) == {*SETTABLE, "why"} - {name}
    for link in links.values():
        assert sorted(link.split("&")) == ["digit_number=23", "model=lenet5-mnist", "source=Digits"]


def test_another_kind_of_picture_keeps_a_network_that_can_read_it():
    app = open_screen(screen("activations"), source="Digits", model="lenet5-mnist", layer="conv2")
    app.pills(key="activations.source").set_value("Gallery").run()
    assert app.selectbox(key="activations.model").value == "efficientnet-lite0"
    assert "layer" not in app.query_params
    app = open_screen(screen("filters"), source="Digits", model="alexnet-tiny")
    app.pills(key="filters.source").set_value("Gallery").run()
    # There it is what a link without a model means.
    assert "model" not in app.query_params
    app = open_screen(screen("activations"), model="alexnet-tiny", layer="conv2")
    app.pills(key="activations.source").set_value("Upload").run()
    assert app.query_params["model"] == "alexnet-tiny"
    assert app.query_params["layer"] == "conv2"


def test_filters_open_with_the_largest_first_filters_there_are():
    app = open_screen(screen("filters"))
    assert "64 filters of 3×11×11" in said(app)


@pytest.mark.parametrize("model", ["resnet18", "alexnet"])
def test_a_network_with_a_tour_of_the_gallery_is_looked_into(model):
    assert_well(open_screen(screen("activations"), model=model, weights="random", source="Gallery"))
