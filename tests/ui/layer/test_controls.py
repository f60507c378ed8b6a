"""The controls of one layer, for every kind there is: what they ask for can be made, and PyTorch makes the same."""

import ast

import pytest
import torch
from torch import nn

from cnnviz.arithmetic import KINDS, layer
from cnnviz.design.layer_settings import asked, every_name, tied
from cnnviz.design.torch_line import torch_line
from cnnviz.ui.layer.controls import controls_of
from cnnviz.ui.layer.state import PRESETS, WORDS
from cnnviz.ui.number_controls import Number


def made(kind, *, rectangular=False, **changes):
    values = {control.name: control.default for control in controls_of(kind, rectangular)}
    assert set(changes) <= set(values)
    values |= changes
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
    values = dict(PRESETS[name])
    kind = values.pop("kind", "Conv2d")
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
    apart = {control.name for control in controls_of(kind, True)}
    for keys in tied(kind).values():
        assert set(keys) <= apart


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_controls_of_a_kind_share_a_name_and_sliders_can_be_drawn(kind):
    for rectangular in (False, True):
        controls = controls_of(kind, rectangular)
        assert len({control.name for control in controls}) == len(controls)
        assert {control.name for control in controls} <= set(every_name())
        for each in controls:
            assert WORDS.label(each.label or each.name)
            if isinstance(each, Number):
                assert each.low < each.reach <= each.high
                assert each.low <= each.default <= each.high


@pytest.mark.parametrize(("written", "value"), [("7", 7), ("0", None), ("x", None), ("99999", None)])
def test_a_number_takes_from_a_link_what_is_in_range(written, value):
    assert Number("k", 5, low=1, high=100, reach=8).parse(written) == value


@pytest.mark.parametrize("kind", ["Conv2d", "MaxPool2d", "Linear", "Embedding"])
def test_the_lines_of_python_on_the_screen_run_and_tell_the_same_numbers(kind, capsys):
    size, settings = made(kind)
    section = "code_integers" if kind == "Embedding" else "code"
    lines = WORDS.text(section, line=torch_line(kind, size, settings), input=size)
    exec(compile(lines, section, "exec"), {})
    first, *more = capsys.readouterr().out.strip().splitlines()
    computed = layer(kind, size, **settings)
    shape, _, parameters = first.rpartition(" ")
    assert (ast.literal_eval(shape), int(parameters)) == (computed.output_size, computed.parameters)
    if more:
        assert more == [f"{computed.macs} {computed.flops}"]
