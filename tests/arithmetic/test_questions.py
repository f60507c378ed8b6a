"""The questions of Predict: each can be answered, PyTorch agrees, and the usual mistakes are recognised."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.arithmetic.questions import LEVELS, Question, mistake, question
from cnnviz.design.torch_line import torch_line
from cnnviz.ui.steps import step_of
from cnnviz.ui.words import Words

LECTURE = Question("Conv2d", (1, 3, 32, 32), {"out_channels": 10, "kernel_size": 5, "stride": 3, "padding": 2})


@settings(deadline=None)
@given(st.integers(1, 10_000), st.sampled_from(LEVELS))
def test_every_question_has_the_answers_that_pytorch_gives(number, level):
    asked = question(number, level)
    module = eval(torch_line(asked.kind, asked.input_size, asked.settings), {"nn": nn}).to("meta")
    with FlopCounterMode(display=False) as counter:
        output = module(torch.empty(asked.input_size, device="meta"))
    *sizes, parameters = [value for part, value in asked.answers.items() if part != "macs"]
    assert tuple(sizes) == tuple(output.shape[1:])
    assert parameters == sum(p.numel() for p in module.parameters())
    assert asked.answers.get("macs", 0) == counter.get_total_flops() // 2


def test_a_number_is_the_same_question_for_everybody_and_others_are_others():
    assert question(17, 2) == question(17, 2)
    assert len({repr(question(number, level)) for number in range(1, 40) for level in LEVELS}) > 120


def test_levels_ask_for_what_they_promise():
    asked = {level: [question(number, level) for number in range(1, 60)] for level in LEVELS}
    assert all(one.settings.get("stride", 1) == 1 for one in asked[1])
    assert all(one.settings["stride"] > 1 for one in asked[2])
    assert any("groups" in one.settings for one in asked[3])
    assert len({one.kind for one in asked[4]}) == 6


@pytest.mark.parametrize(
    ("part", "answer", "name"),
    [
        ("channels", 3, "stays"),
        ("height", 12, "ceil"),
        ("parameters", 750, "no_bias"),
        ("parameters", 260, "flat"),
        ("macs", 2 * 750 * 11 * 11, "flops"),
        ("height", 99, None),
    ],
)
def test_usual_mistakes_have_a_name(part, answer, name):
    assert LECTURE.answers == {"channels": 10, "height": 11, "width": 11, "parameters": 760, "macs": 750 * 11 * 11}
    assert mistake(LECTURE, part, answer) == name
    assert name is None or Words("layer").text(f"mistake_{name}")


def test_padding_on_one_side_or_none_and_missing_dilation_are_told_apart():
    asked = Question("Conv2d", (1, 1, 20, 20), {"out_channels": 1, "kernel_size": 3, "padding": 2, "dilation": 3})
    assert asked.answers["height"] == 18
    assert mistake(asked, "width", 14) == "no_padding"
    assert mistake(asked, "height", 16) == "one_side"
    assert mistake(asked, "height", 22) == "no_dilation"


@pytest.mark.parametrize("level", LEVELS)
def test_every_part_can_be_explained(level):
    for number in range(1, 30):
        asked = question(number, level)
        for part in asked.answers:
            explained = step_of(asked.layer, part)
            assert explained is not None or part in ("channels", "parameters")
            assert explained is None or explained.result == asked.answers[part]
