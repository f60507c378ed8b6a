"""The controls of one layer, for every kind there is: what they ask for can be made, and PyTorch makes the same."""

import ast

import pytest
import torch
from torch import nn

from cnnviz.arithmetic import KINDS, layer
from cnnviz.ui import lesson
from cnnviz.ui.controls import Dial
from cnnviz.ui.design.layer_form import asked, defaults, input_controls, setting_controls, tied
from cnnviz.ui.design.layer_presets import PRESETS
from cnnviz.ui.design.torch_line import torch_line


def made(kind, *, rectangular=False, **changes):
    controls = (*input_controls(kind, rectangular), *setting_controls(kind, rectangular))
    values = {**defaults(controls), **changes}
    assert set(changes) <= {control.key for control in controls}
    return asked(kind, rectangular, values)


def by_torch(kind, size, settings):
    """Return the line's output size and its number of parameters, computed by PyTorch."""
    module = eval(torch_line(kind, size, settings), {"nn": nn})
    given = torch.zeros(size, dtype=torch.int64) if kind == "Embedding" else torch.rand(size)
    return tuple(module(given).shape), sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("rectangular", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_what_every_kind_begins_with_is_what_its_line_of_pytorch_makes(kind, rectangular):
    size, settings = made(kind, rectangular=rectangular)
    computed = layer(kind, size, **settings)
    assert by_torch(kind, size, settings) == (computed.output_size, computed.parameters)
    assert (size, settings) == made(kind)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_what_its_line_of_pytorch_makes(name):
    kind, values = PRESETS[name]
    size, settings = made(kind, **values)
    computed = layer(kind, size, **settings)
    assert by_torch(kind, size, settings) == (computed.output_size, computed.parameters)


def test_the_lectures_question_is_where_everything_begins():
    size, settings = made("Conv2d")
    computed = layer("Conv2d", size, **settings)
    assert size == (1, 3, 32, 32)
    assert (computed.output_size, computed.parameters, computed.macs) == ((1, 10, 32, 32), 760, 768_000)


def test_each_axis_on_its_own_takes_each_its_value():
    size, settings = made("Conv2d", rectangular=True, side_width=40, kernel_size_height=3, stride_width=2)
    assert size == (1, 3, 32, 40)
    assert settings == {"out_channels": 10, "kernel_size": (3, 5), "stride": (1, 2), "padding": 2}


def test_same_padding_takes_the_place_of_the_number():
    _, settings = made("Conv2d", same=True, padding=7)
    assert settings["padding"] == "same"


def test_positions_make_a_linear_layer_run_over_a_sequence():
    size, settings = made("Linear", positions=12)
    assert size == (1, 12, 2450)
    assert by_torch("Linear", size, settings)[0] == layer("Linear", size, **settings).output_size


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_are_tied_have_a_control_an_axis_when_they_are_not(kind):
    apart = {control.key for control in (*input_controls(kind, True), *setting_controls(kind, True))}
    for keys in tied(kind).values():
        assert set(keys) <= apart


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_controls_of_a_kind_share_a_key_and_sliders_can_be_drawn(kind):
    for rectangular in (False, True):
        controls = (*input_controls(kind, rectangular), *setting_controls(kind, rectangular))
        assert len({control.key for control in controls}) == len(controls)
        for dial in controls:
            if isinstance(dial, Dial):
                assert dial.low < dial.high <= dial.most
                assert dial.low <= dial.default <= dial.most


@pytest.mark.parametrize(("written", "value"), [("7", 7), ("0", None), ("x", None), ("99999", None)])
def test_a_dial_takes_from_a_link_what_is_in_range(written, value):
    assert Dial("k", "K", 1, 8, 100, 5).parse(written) == value


@pytest.mark.parametrize("kind", ["Conv2d", "MaxPool2d", "Linear", "Embedding"])
def test_the_lines_of_python_on_the_screen_run_and_tell_the_same_numbers(kind, capsys):
    size, settings = made(kind)
    section = "code_integers" if kind == "Embedding" else "code"
    lines = lesson.text("layer", section, line=torch_line(kind, size, settings), input=size)
    exec(compile(lines, section, "exec"), {})
    first, *more = capsys.readouterr().out.strip().splitlines()
    computed = layer(kind, size, **settings)
    shape, _, parameters = first.rpartition(" ")
    assert (ast.literal_eval(shape), int(parameters)) == (computed.output_size, computed.parameters)
    if more:
        assert more == [f"{computed.macs} {computed.flops}"]
