"""The screen design/network, without a browser: its numbers, its rows, its links and its sentences."""

import re
from functools import partial

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

from cnnviz.design import PRESETS
from cnnviz.ui.network.state import WORDS
from tests.pages import opening
from tests.pages.opening import assert_well, kept

SCREEN = "pages/design/network.py"
open_screen = partial(opening.open_screen, SCREEN)


def exact(app: AppTest, label: str) -> int:
    """Return the exact number below a total."""
    return int(re.sub(r"\D", "", next(metric.delta for metric in app.metric if metric.label == label)))


def column(app: AppTest, name: str) -> list:
    return app.data_editor[0].value[name].tolist()


def rows(app: AppTest) -> list[str]:
    return [text for text in column(app, "layer") if text]


def test_the_first_view_is_alexnet_with_the_published_number_of_parameters():
    app = open_screen()
    assert_well(app)
    # Caffe's reference AlexNet, of the paper's two groups, has 60,965,224 parameters.
    assert exact(app, "Parameters") == 60_965_224
    assert exact(app, "FLOPs") == 2 * exact(app, "MACs")
    assert rows(app)[0] == "Conv 96 11 s4"
    assert sum(column(app, "parameters")[: len(rows(app))]) == 60_965_224


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens_with_charts_and_can_be_compared(name):
    app = kept(open_screen)
    app.selectbox(key="network.net-preset").select(name).run()
    app.selectbox(key="network.other-preset").select("lenet5").run()
    assert_well(app)
    assert app.text_input(key="network.size").value == "x".join(map(str, PRESETS[name].input_size[1:]))
    assert len(app.get("plotly_chart")) == 4


def test_a_typed_line_gives_the_numbers_that_torch_gives():
    app = open_screen(net="Conv 20 5 p2, ReLU, MaxPool 2, Flatten, Linear 500", size="1x28x28")
    assert_well(app)
    net = nn.Sequential(
        nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(20 * 14 * 14, 500)
    )
    assert exact(app, "Parameters") == sum(parameter.numel() for parameter in net.parameters())
    sizes, value = [], torch.zeros(1, 1, 28, 28)
    for module in net:
        value = module(value)
        sizes.append("×".join(map(str, value.shape[1:])))
    assert column(app, "output")[:5] == sizes


def test_a_link_with_nonsense_in_it_gets_sentences_and_keeps_what_was_typed():
    app = open_screen(net="Conv 20 5, Frobnicate 3, Linear 10", size="tree", batch="x", row="99", net_open="7.a.1")
    assert not app.exception
    assert len(app.error) == 2
    assert any("Row 2" in error.value and "Frobnicate" in error.value for error in app.error)
    assert rows(app) == ["Conv 20 5", "Frobnicate 3", "Linear 10"]
    assert column(app, "#")[:3] == ["1", "✗ 2", "3"]


def test_rows_before_one_that_cannot_work_keep_their_numbers():
    app = open_screen(net="Conv 20 5, MaxPool 2, Conv 50 15, ReLU, Linear 10", size="1x28x28")
    assert not app.exception
    assert len(app.error) == 1
    assert "Row 3" in app.error[0].value
    assert column(app, "parameters")[:2] == [20 * 25 + 20, 0]
    assert column(app, "output")[:2] == ["20×24×24", "20×12×12"]
    assert "15" in column(app, "output")[2]
    assert column(app, "output")[3:5] == ["", ""]
    assert exact(app, "Parameters") == 520
    assert rows(app)[2:] == ["Conv 50 15", "ReLU", "Linear 10"]


def press(app: AppTest, action: str, row: int) -> AppTest:
    app.number_input(key="network.row").set_value(row).run()
    return app.button(key=f"network.row-{action}").click().run()


def test_rows_move_are_copied_and_go_and_all_can_be_taken_back():
    app = open_screen(net="Conv 20 5, ReLU, MaxPool 2", size="1x28x28")
    app = press(app, "down", 1)
    assert rows(app) == ["ReLU", "Conv 20 5", "MaxPool 2"]
    app = press(app, "copy", 3)
    assert rows(app) == ["ReLU", "Conv 20 5", "MaxPool 2", "MaxPool 2"]
    app = press(app, "remove", 1)
    assert rows(app) == ["Conv 20 5", "MaxPool 2", "MaxPool 2"]
    assert app.query_params["net"] in ("Conv 20 5, MaxPool 2, MaxPool 2", ["Conv 20 5, MaxPool 2, MaxPool 2"])
    for _ in range(3):
        undo = next(button for button in app.button if button.label == "Undo")
        app = undo.click().run()
    assert rows(app) == ["Conv 20 5", "ReLU", "MaxPool 2"]
    assert_well(app)


def test_a_block_opens_in_place_and_its_parts_add_up():
    app = open_screen(net="Conv 64 7 s2 p3, MaxPool 3 s2 p1, Inception 64 96/128 16/32 32, ReLU", size="3x224x224")
    whole = column(app, "parameters")[2]
    app = press(app, "open", 3)
    assert_well(app)
    inside = [place for place, text in enumerate(column(app, "layer")) if text.startswith("└")]
    assert sum(column(app, "parameters")[place] for place in inside) == whole
    assert {f"branch{number}" for number in range(1, 5)} <= set(re.findall(r"branch\d", str(column(app, "layer"))))
    app = press(app, "close", 3)
    assert len(rows(app)) == 4


def test_the_slider_the_batch_and_the_precision_move_the_numbers():
    app = open_screen(net="Conv 8 3 p1, ReLU", size="3x32x32")
    macs, outputs = exact(app, "MACs"), exact(app, "Sum of outputs")
    app.slider(key="network.size-side").set_value(64).run()
    assert exact(app, "MACs") == 4 * macs
    assert app.text_input(key="network.size").value == "3x64x64"
    app.number_input(key="network.batch").set_value(5).run()
    assert exact(app, "MACs") == 20 * macs
    app.selectbox(key="network.precision").select("float16").run()
    assert exact(app, "Sum of outputs") == 20 * outputs // 2
    assert_well(app)


def test_training_needs_three_and_four_times_the_parameters_and_what_is_saved():
    app = open_screen(net="Linear 1000", size="1000")
    assert_well(app)
    parameters, saved = 4 * 1_001_000, exact(app, "Saved for backward")
    assert exact(app, "Training, SGD") == 2 * parameters + saved
    assert exact(app, "Training, momentum") == 3 * parameters + saved
    assert exact(app, "Training, Adam") == pytest.approx(4 * parameters + saved, abs=64)


def test_a_size_that_is_none_gets_one_sentence_and_the_last_good_one_stays():
    app = open_screen(net="Conv 8 3", size="3x32x32")
    app.text_input(key="network.size").set_value("3x0x32").run()
    assert not app.exception
    assert len(app.error) == 1
    assert "3x0x32" in app.error[0].value
    assert app.text_input(key="network.size").value == "3x0x32"
    assert column(app, "output")[0] == "8×30×30"


def test_an_empty_network_says_how_to_begin_and_the_link_holds_it():
    app = open_screen()
    app.selectbox(key="network.net-preset").select("empty").run()
    assert_well(app)
    assert rows(app) == []
    assert exact(app, "Parameters") == 0
    assert any("No rows yet" in text.value for text in app.markdown)
    assert open_screen(net="").data_editor[0].value["layer"].tolist() == column(app, "layer")


def test_the_formula_has_the_rows_own_numbers():
    app = open_screen(net="Conv 20 5 p2, ReLU", size="1x28x28", row="1")
    typeset = " ".join(latex.value for latex in app.latex)
    assert r"\frac{28 + 2 \cdot 2 - 5}{1}" in typeset
    assert "520" in typeset
    assert "392{,}000" in typeset


def test_the_other_network_is_told_apart_by_name_even_if_it_is_the_same():
    app = open_screen()
    app.selectbox(key="network.other-preset").select("alexnet").run()
    assert_well(app)
    costs, aligned = app.dataframe[-2].value, app.dataframe[-1].value
    assert costs["difference"].tolist()[1] == "±0"
    assert set(costs["ratio"]) == {"1×"}
    assert set(aligned["what differs"]) == {"same"}
    assert not app.warning


def test_networks_of_different_inputs_are_compared_with_a_word_and_can_have_the_same():
    app = open_screen(net="Conv 8 3, ReLU", size="3x32x32", other="Conv 16 3, ReLU", other_size="3x64x64")
    assert "3×32×32" in app.warning[0].value
    assert "3×64×64" in app.warning[0].value
    app.button(key="network.same-size").click().run()
    assert_well(app)
    assert not app.warning
    assert app.query_params["other_size"] == "3x32x32"


def test_a_typed_line_is_one_line_that_enter_hands_in():
    app = open_screen(net_start="line")
    app.text_input(key="network.net-line").set_value("Conv 8 3, ReLU").run()
    assert_well(app)
    assert rows(app) == ["Conv 8 3", "ReLU"]


def test_a_librarys_precision_says_why_it_is_greyed():
    app = open_screen(net="model:squeezenet1_1", size="3x64x64", precision="float16")
    assert_well(app)
    assert app.selectbox(key="network.precision").disabled
    assert any("float32" in caption.value for caption in app.caption)


def test_what_was_designed_is_still_there_after_a_visit_to_another_screen():
    app = open_screen(net="Conv 8 3, ReLU", size="3x32x32")
    app = press(app, "copy", 2)
    app.switch_page("pages/home.py").run()
    app.query_params.clear()
    app.switch_page(SCREEN).run()
    assert_well(app)
    assert rows(app) == ["Conv 8 3", "ReLU", "ReLU"]


def test_the_lines_of_python_run_and_give_the_numbers_of_the_screen(capsys):
    lines = WORDS.text("code", text="Conv 20 5 p2, ReLU", size=(1, 1, 28, 28))
    exec(compile(lines, "code", "exec"), {})
    assert "520 392000 784000" in capsys.readouterr().out


def test_the_lines_of_python_for_a_library_run(capsys):
    lines = WORDS.text("code_library", name="squeezenet1_1", size=(1, 3, 64, 64))
    exec(compile(lines, "code_library", "exec"), {})
    assert "1235496" in capsys.readouterr().out
