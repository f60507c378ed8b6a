"""Rows of dots against convolutions of torch."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.arithmetic.layer_stack import MOST, equal_layers, of_network
from cnnviz.components.dots import message
from cnnviz.components.pack import unpack
from cnnviz.engine.compute.receptive_field import _row
from cnnviz.errors import ShapeError
from cnnviz.probes.call_inputs import reads


def names(count):
    return ["input", *(f"layer {number + 1}" for number in range(count))]


def stack_of(count, kernel, stride=1, dilation=1, doubling=False):
    return equal_layers(count, kernel, stride=stride, dilation=dilation, doubling=doubling, names=names(count))


def seen(rows, unit):
    """Return the units of the lowest row that a unit of the topmost is connected with."""
    units = {rows[-1].first + unit}
    for row in reversed(rows[1:]):
        units = {int(tap) for each in units for tap in row.taps[each - row.first]}
    return units


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize(("kernel", "stride", "dilation", "doubling"), [
    (3, 1, 1, False), (2, 1, 1, False), (5, 1, 1, False), (3, 2, 1, False), (2, 2, 1, False),
    (3, 1, 2, False), (3, 1, 1, True), (2, 1, 1, True), (2, 2, 2, False), (1, 2, 1, False),
])  # fmt: skip
def test_the_dots_are_wired_as_torchs_convolutions_are(count, kernel, stride, dilation, doubling):
    stack = stack_of(count, kernel, stride, dilation, doubling)
    assert max(len(row.taps) for row in stack.rows) <= MOST
    layers = [
        nn.Conv1d(1, 1, kernel, stride, dilation=dilation << number if doubling else dilation)
        for number in range(count)
    ]
    for layer in layers:
        nn.init.ones_(layer.weight)
    image = torch.zeros(1, 1, stack.rows[0].size, requires_grad=True)
    output = nn.Sequential(*layers)(image)
    assert output.shape[2] == stack.rows[-1].size == len(stack.rows[-1].taps)
    spans = []
    for unit in range(output.shape[2]):
        (gradient,) = torch.autograd.grad(output[0, 0, unit], image, retain_graph=True)
        reached = set(torch.nonzero(gradient[0, 0]).flatten().tolist())
        assert seen(stack.rows, unit) == reached
        spans.append((min(reached), max(reached)))
    assert stack.sizes[-1] == spans[0][1] - spans[0][0] + 1
    if len(spans) > 1:
        assert stack.strides[-1] == spans[1][0] - spans[0][0]


def test_the_lectures_numbers():
    # 1 + L(K - 1); and two layers of 2 see what one of 3 does.
    assert [stack_of(count, 3).sizes[-1] for count in (1, 2, 3, 8)] == [3, 5, 7, 17]
    assert stack_of(2, 2).sizes[-1] == 3
    # Dilation 1, 2, 4, 8 with a kernel of 2 doubles what is seen: 16 after four layers (van den Oord et al. 2016).
    assert stack_of(4, 2, doubling=True).sizes == (1, 2, 4, 8, 16)


def test_what_is_too_wide_is_told_with_the_number():
    with pytest.raises(ShapeError, match=r"layer 8 sees 511 inputs"):
        stack_of(8, 3, doubling=True)


def rows_of(model, size, layer):
    found = reads(model.eval(), torch.zeros(size), layer)
    rows = []
    while layer:
        rows.append(_row(found[layer]))
        layer = rows[-1].sources[0].name if len(rows[-1].sources) == 1 else ""
    return rows


def test_a_networks_own_rows_see_what_its_analysis_says():
    model = nn.Sequential(
        nn.Conv2d(1, 2, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(2, 2, 3, padding=2, dilation=2),
        nn.BatchNorm2d(2),
        nn.Conv2d(2, 2, 3, stride=2),
    )
    last = analyze(model, (1, 1, 28, 28)).layers[-1]
    stack = of_network(rows_of(model, (1, 1, 28, 28), "5"), units=last.output_size[3], input_name="input")
    assert [row.name for row in stack.rows] == ["input", "0", "2", "3", "5"]
    assert stack.sizes[-1] == last.receptive_field.size[1]
    assert stack.strides[-1] == last.receptive_field.stride[1]
    assert [row.size for row in stack.rows] == [28, 28, 14, 14, last.output_size[3]]
    top = stack.rows[-1]
    for unit in range(len(top.taps)):
        _, left, _, right = last.receptive_field.box(0, top.first + unit)
        reached = seen(stack.rows, unit)
        assert (min(reached), max(reached) + 1) == (left, right)


def test_upsampling_can_be_drawn():
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(1, 1, 3))
    stack = of_network(rows_of(model, (1, 1, 9, 9), "2"), units=12, input_name="input")
    header, _ = unpack(message(stack.rows))
    assert [row["name"] for row in header["rows"]] == ["input", "0", "1", "2"]


class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 1)

    def forward(self, x):
        return self.one(x) + self.two(x)


@pytest.mark.parametrize(
    ("model", "layer", "size", "told"),
    [
        (Branches(), "add", (1, 1, 8, 8), "add reads 2 layers"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.AdaptiveAvgPool2d(1)), "1", (1, 1, 8, 8), "1 reads all"),
        (nn.Sequential(*(nn.Conv2d(1, 1, 7, 2) for _ in range(5))), "4", (1, 1, 300, 300), "of the input; at most 90"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(model, layer, size, told):
    with pytest.raises(ShapeError, match=told) as error:
        of_network(rows_of(model, size, layer), units=4, input_name="input")
    assert str(error.value).endswith(".")


def test_dots_that_read_what_is_not_there_are_refused():
    from cnnviz.arithmetic.layer_stack import Dots

    bottom = Dots("input", 4, 0, np.empty((4, 0), np.int32))
    with pytest.raises(ShapeError, match="3 to 4"):
        message([bottom, Dots("one", 1, 0, np.array([[3, 4]]))])
    with pytest.raises(ShapeError, match="units, taps"):
        message([bottom, Dots("one", 1, 0, np.empty((0, 2), np.int32))])
