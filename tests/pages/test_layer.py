"""The screen of one layer, without a browser."""

import re
from functools import partial
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic import KINDS
from cnnviz.ui.layer.state import PRESETS
from tests.pages import opening
from tests.pages.opening import assert_sliders_show_their_numbers, assert_well

SCREEN = "pages/design/layer.py"
open_screen = partial(opening.open_screen, SCREEN)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.terms: list[list[str]] = []

    def handle_starttag(self, tag, attributes):
        if tag == "dt":
            self.terms.append([])

    def handle_data(self, data):
        if self.terms:
            self.terms[-1].append(data)


def numbers(app: AppTest) -> dict[str, str]:
    """Return what the screen tells first: output, parameters, MACs and memory, by name."""
    found = [element.proto.body for element in app.get("html") if "<dl>" in element.proto.body]
    if not found:
        return {}
    parser = _Text()
    parser.feed(found[0])
    return {name: value for name, value, *_ in parser.terms}


def test_it_opens_with_the_lectures_question_answered():
    app = open_screen()
    assert_well(app)
    told = numbers(app)
    assert told["Output"] == "10×32×32"
    assert told["Parameters"] == "760"
    assert told["MACs"] == "768,000"
    assert app.code[0].value == "nn.Conv2d(3, 10, kernel_size=5, padding=2)"
    assert any("1 \\cdot 10 \\cdot 32 \\cdot 32 \\cdot 3 \\cdot 5 \\cdot 5" in formula.value for formula in app.latex)


def test_slider_and_number_stay_in_step_whichever_is_moved():
    app = open_screen()
    app.slider(key="layer.stride-slider").set_value(2).run()
    assert app.number_input(key="layer.stride").value == 2
    assert numbers(app)["Output"] == "10×16×16"
    app.number_input(key="layer.stride").set_value(4).run()
    assert app.slider(key="layer.stride-slider").value == 4
    assert numbers(app)["Output"] == "10×8×8"
    app.number_input(key="layer.channels").set_value(1000).run()
    assert app.slider(key="layer.channels-slider").value == app.slider(key="layer.channels-slider").max
    assert numbers(app)["Parameters"] == f"{10 * 1000 * 25 + 10:,}"
    app.slider(key="layer.channels-slider").set_value(3).run()
    assert app.number_input(key="layer.channels").value == 3
    assert_well(app)


def test_a_link_opens_the_very_layer_also_where_a_value_is_its_least():
    app = open_screen(kind="Conv1d", side="100", padding="0", kernel_size="1", bias="false", out_channels="7")
    assert_well(app)
    assert app.code[0].value == "nn.Conv1d(3, 7, kernel_size=1, bias=False)"
    assert numbers(app)["Output"] == "7×100"


def test_a_link_with_nonsense_opens_with_the_defaults():
    app = open_screen(kind="Conv9d", stride="-3", side="huge", rectangular="perhaps", question="0")
    assert_well(app)
    assert numbers(app)["Output"] == "10×32×32"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_opens(kind):
    app = open_screen(kind=kind)
    assert_well(app)
    assert app.selectbox(key="layer.kind").value == kind
    assert numbers(app)["Output"]


def test_another_kind_begins_with_values_that_work():
    app = open_screen(stride="3", channels="7", side="9")
    for kind in ("GroupNorm", "PixelShuffle", "Linear", "MaxPool3d", "Conv2d"):
        app.selectbox(key="layer.kind").select(kind).run()
        assert_well(app)
    assert numbers(app)["Output"] == "10×32×32"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_chosen(name):
    app = open_screen(stride="2")
    app.pills(key="layer.preset").set_value(name).run()
    assert_well(app)
    values = dict(PRESETS[name])
    kind = values.pop("kind", "Conv2d")
    assert app.selectbox(key="layer.kind").value == kind
    assert {key: app.number_input(key=f"layer.{key}").value for key in values} == values
    assert_sliders_show_their_numbers(app)


def test_what_cannot_be_is_one_sentence_and_nothing_is_lost():
    app = open_screen(side="6")
    app.number_input(key="layer.kernel_size").set_value(11).run()
    assert not app.exception
    assert len(app.error) == 1
    assert re.fullmatch(r"It does not fit\. [^.]*11[^.]*10\.", app.error[0].value)
    assert app.number_input(key="layer.side").value == 6
    assert app.number_input(key="layer.kernel_size").value == 11
    app.number_input(key="layer.kernel_size").set_value(10).run()
    assert_well(app)
    assert numbers(app)["Output"] == "10×1×1"


def test_the_largest_layer_there_is_can_be_asked_for():
    most = {"batch": 65_536, "channels": 65_536, "out_channels": 65_536, "side": 4096, "kernel_size": 1000}
    app = open_screen(**{key: str(value) for key, value in most.items()})
    assert_well(app)
    assert numbers(app)["Parameters"] == f"{65_536 * 65_536 * 10**6 + 65_536:,}"


def test_each_axis_on_its_own_begins_with_the_common_value_and_returns_to_the_first():
    app = open_screen(kernel_size="3", padding="1")
    app.toggle(key="layer.rectangular").set_value(True).run()
    assert_well(app)
    assert [app.number_input(key=f"layer.kernel_size_{axis}").value for axis in ("height", "width")] == [3, 3]
    app.number_input(key="layer.kernel_size_width").set_value(7).run()
    assert numbers(app)["Output"] == "10×32×28"
    assert "kernel_size=(3, 7)" in app.code[0].value
    app.toggle(key="layer.rectangular").set_value(False).run()
    assert_well(app)
    assert app.number_input(key="layer.kernel_size").value == 3
    assert numbers(app)["Output"] == "10×32×32"


def test_rows_that_no_window_reads_are_named():
    app = open_screen(stride="4")
    assert any("row 31; column 31" in text.value for text in app.markdown)
    app = open_screen(kernel_size="1", padding="0", stride="2", side="9")
    assert any("rows 1, 3, 5, 7; columns 1, 3, 5, 7. The stride is longer" in text.value for text in app.markdown)
    app = open_screen()
    assert any("The windows fit exactly" in text.value for text in app.markdown)


def test_the_other_ways_are_told_with_their_ratios():
    app = open_screen(channels="64", out_channels="64", bias="false")
    table = next(text.value for text in app.markdown if text.value.startswith("| way"))
    assert "| 2 stacked 3×3 | 73,728 (0.72×) |" in table
    assert "| local, not shared | 104,857,600 (1,024×) |" in table


def answer(app: AppTest, part: str, value: int) -> AppTest:
    box = next(
        box for box in app.number_input if (box.key or "").startswith("layer.answer-") and box.key.endswith(part)
    )
    return box.set_value(value).run()


def test_predict_marks_each_part_by_itself():
    app = open_screen(question="2")
    # Question 2: twelve 7×7 filters over 6×28×28 with a padding of 3.
    assert any("6×28×28" in text.value and "kernel_size=7" in text.value for text in app.markdown)
    answer(app, "channels", 12)
    assert [mark.value for mark in app.success] == ["Right."]
    assert not app.warning
    formulas = len(app.latex)
    answer(app, "parameters", 12 * 6 * 49)
    assert "each output channel has a bias too" in app.warning[0].value
    assert len(app.latex) == formulas + 1
    answer(app, "parameters", 12 * 6 * 49 + 12)
    answer(app, "height", 28)
    answer(app, "width", 28)
    answer(app, "macs", 12 * 28 * 28 * 6 * 49)
    assert not app.warning
    assert app.success[-1].value == "All of it is right."
    assert_well(app)


def test_questions_wait_until_they_are_asked_for():
    app = open_screen()
    assert not any("What comes out?" in text.value for text in app.markdown)
    app.session_state["layer.predict"] = True
    app.run()
    assert any("What comes out?" in text.value for text in app.markdown)


def test_another_question_starts_unanswered_and_levels_change_it():
    app = open_screen(question="1")
    answer(app, "channels", 1)
    assert app.warning
    app.button(key="layer.question-next").click().run()
    assert app.number_input(key="layer.question").value == 2
    assert not app.warning
    app.segmented_control(key="layer.question_kind").set_value("other layers").run()
    assert_well(app)
    assert not app.success
