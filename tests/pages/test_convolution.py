"""The screen on convolution without a browser: it opens in every state, and its numbers come from the engine."""

from functools import partial

import pytest

from cnnviz.ui.convolution.state import KIND, PRESETS, WORDS
from tests.pages import opening
from tests.pages.opening import kept, said

open_screen = partial(opening.open_screen, "pages/basics/convolution.py")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens(name):
    app = kept(open_screen)
    app.pills(key="convolution.preset").set_value(name).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="convolution.kind").value == PRESETS[name].get("kind", KIND.default)
    assert app.latex
    opening.assert_sliders_show_their_numbers(app)


def test_a_link_opens_the_very_state():
    app = open_screen(
        kind="Conv2d",
        size="7",
        kernel_size="5",
        stride="2",
        padding_mode="reflect",
        padding="2",
        flip="true",
        edited_kernel="0:3",
    )
    assert not app.exception
    assert app.number_input(key="convolution.kernel_size").value == 5
    assert app.selectbox(key="convolution.padding_mode").value == "reflect"
    assert app.toggle(key="convolution.flip").value is True
    assert WORDS.text("flip") in said(app)
    assert any("Undo" in button.label for button in app.button)


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(kind="Conv9d", size="-3", padding_mode="x", edited_input="x:z", edited_kernel="99999:1", at="no")
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="convolution.kind").value == "Conv2d"


def widget_of(app, name: str, value: object):
    return (app.toggle if isinstance(value, bool) else app.number_input)(key=f"convolution.{name}")


@pytest.mark.parametrize(("changes", "number"), [
    ({"size": 2, "kernel_size": 5, "padding": 0}, "5"),
    ({"channels": 3, "groups": 2}, "3"),
    ({"same": True, "stride": 2}, "2"),
])  # fmt: skip
def test_what_torch_refuses_gets_one_sentence_and_the_controls_stay(changes, number):
    app = open_screen()
    for key, value in changes.items():
        widget = (
            app.toggle(key=f"convolution.{key}")
            if isinstance(value, bool)
            else app.number_input(key=f"convolution.{key}")
        )
        widget.set_value(value)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert number in app.error[0].value
    assert app.error[0].value.endswith(".")
    for key, value in changes.items():
        widget = (
            app.toggle(key=f"convolution.{key}")
            if isinstance(value, bool)
            else app.number_input(key=f"convolution.{key}")
        )
        assert widget.value == value
    app.number_input(key="convolution.stride").set_value(1)
    app.number_input(key="convolution.groups").set_value(1)
    app.number_input(key="convolution.size").set_value(9)
    app.run()
    assert not app.error


def test_an_edit_goes_when_what_it_changed_is_another():
    app = open_screen(edited_kernel="0:3", edited_input="5:0.25")
    app.selectbox(key="convolution.weights").select("Laplacian").run()
    assert app.query_params == {"edited_input": "5:0.25", "weights": "Laplacian"}
    app.number_input(key="convolution.stride").set_value(2).run()
    assert app.query_params["edited_input"] == "5:0.25"
    app.number_input(key="convolution.size").set_value(8).run()
    assert app.query_params == {"weights": "Laplacian", "stride": "2", "size": "8"}


def test_the_pin_goes_when_the_grids_have_other_sizes():
    app = open_screen(kernel_size="1", padding="0", channels="3", at="output.7")
    assert "At (0, 7):" in said(app)
    app.toggle(key="convolution.bias").set_value(True).run()
    app.number_input(key="convolution.size").set_value(8).run()
    assert "at" not in app.query_params
    assert "At (4, 4):" in said(app)


def test_the_courses_filter_in_numbers():
    app = open_screen()
    app.pills(key="convolution.preset").set_value("depth").run()
    opening.assert_well(app)
    assert "3×5×5 = 75 weights, and one bias" in said(app)
    assert "sum of 75 products over all channels plus the bias" in said(app)
    assert "3×32×32 becomes 1×28×28" in said(app)
    app.number_input(key="convolution.filters").set_value(6).run()
    assert "3×32×32 becomes 6×28×28" in said(app)


def test_even_kernels_say_how_same_pads():
    app = open_screen(kernel_size="4", same="true")
    assert "needs 1 before and 2 after" in said(app)


def test_a_one_by_one_equals_its_linear_layer():
    app = open_screen(kernel_size="1", padding="0", channels="3", filters="2", weights="random")
    assert "linear layer at each pixel" in said(app)
    assert any("bmatrix" in each.value for each in app.latex)


def test_the_learning_demonstration():
    app = open_screen(weights="emboss")
    app.session_state["convolution.learning"] = True
    app.run()
    assert not app.exception
    assert "One kernel is the other mirrored" in said(app)


def test_the_code_on_the_screen_runs_and_gives_the_output_size():
    for link in (
        {
            "kernel_size": "4",
            "same": "true",
            "padding_mode": "circular",
            "bias": "true",
            "channels": "2",
            "filters": "2",
        },
        {
            "kind": "ConvTranspose2d",
            "output_padding": "1",
            "groups": "2",
            "channels": "2",
            "filters": "4",
            "flip": "true",
        },
        {"kind": "Conv3d"},
        {"kind": "Conv1d", "dilation": "2", "padding": "3", "padding_mode": "reflect"},
    ):
        app = open_screen(**link)
        assert not app.exception
        assert not app.error
        scope: dict[str, object] = {}
        exec(app.code[0].value, scope)
        size = tuple(scope["output"].shape)
        assert any(rf"\mathbf{{{size[-1]}}}" in each.value for each in app.latex)
        assert size[1] == int(link.get("filters", 1))
