"""The screen on pooling without a browser: it opens in every state, and says what torch computes."""

import re
from functools import partial

import pytest
import torch
from torch.nn import functional

from cnnviz.images.small_inputs import input_values
from cnnviz.ui.pooling.state import PRESETS
from tests.pages import opening
from tests.pages.opening import kept, said

open_screen = partial(opening.open_screen, "pages/basics/pooling.py")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens(name):
    app = kept(open_screen)
    app.pills(key="pooling.preset").set_value(name).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="pooling.operation").value == PRESETS[name].get("operation", "max")
    assert app.latex


def test_a_link_opens_the_very_state():
    app = open_screen(operation="average", size="9", kernel_size="3", padding="1", count_include_pad="false", shift="4")
    assert not app.exception
    assert app.number_input(key="pooling.kernel_size").value == 3
    assert app.toggle(key="pooling.count_include_pad").value is False
    assert app.number_input(key="pooling.shift").value == 4
    assert "The zeros are not counted" in said(app)


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(operation="sum", size="-3", kernel_size="x", edited_input="x:z_-1:3", at="no", shift="99")
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="pooling.operation").value == "max"


def test_a_padding_beyond_half_the_kernel_gets_one_sentence_and_the_controls_stay():
    app = open_screen(kernel_size="3", padding="2")
    assert not app.exception
    assert len(app.error) == 1
    assert re.search(r"padding is 2.*1\.$", app.error[0].value)
    app.number_input(key="pooling.padding").set_value(1).run()
    assert not app.error


def test_what_stays_is_what_torch_finds():
    app = open_screen(size="14", kernel_size="3", stride="2", shift="2")
    digit = torch.tensor(input_values("digit", 1, 14, 2, None))
    there = torch.cat([digit[..., :1], digit[..., :1], digit[..., :-2]], dim=-1)
    before, after = (functional.max_pool2d(each, 3, 2) for each in (digit, there))
    places = (before != 0) | (after != 0)
    kept = int(((before == after) & places).sum())
    assert f"**{kept} of {int(places.sum())} outputs stay" in said(app)


def test_ceil_mode_says_how_far_the_last_window_hangs_over():
    assert "hangs 1 over the end" in said(open_screen(size="8", kernel_size="3", ceil_mode="true"))
    assert "changes nothing here" in said(open_screen(size="8", ceil_mode="true"))
    assert "Never read" in said(open_screen(size="9"))


def test_channels_stay():
    app = open_screen(channels="3", operation="global average")
    assert "3 in, 3 out" in said(app)
    assert "From 1×3×12×12 to 1×3×1×1" in said(app)


def test_an_adaptive_window_is_told():
    app = open_screen(operation="adaptive max", size="8", output_size="3")
    assert "0-2, 2-5, 5-7" in said(app)


def test_the_prediction_is_marked():
    app = opening.unfold(open_screen(size="9", kernel_size="3", channels="2"), "pooling.predict")
    question = next(each for each in app.radio if "stride were 3" in each.label)
    assert "2×3×3" in question.options
    question.set_value("2×3×3").run()
    assert any("Right" in each.value for each in app.success)


def test_the_code_on_the_screen_runs_and_gives_the_output_size():
    for link in ({"operation": "LP", "size": "9"}, {"operation": "adaptive average"}, {"channels": "2"}):
        app = open_screen(**link)
        scope: dict[str, object] = {}
        exec(app.code[0].value, scope)
        size = "×".join(map(str, scope["output"].shape))
        assert f"to {size}, with 0 parameters" in said(app)
