"""Where a value that is only moved comes from."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.probes import activations, as_maps
from cnnviz.probes.unit import Moved, Other, account


class Do(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


MOVES = [
    ("flatten", lambda x: x.flatten(1)),
    ("view", lambda x: x.view(1, 2, 4, 6)),
    ("reshape", lambda x: x.reshape(1, 3, 16)),
    ("permute", lambda x: x.permute(0, 2, 3, 1)),
    ("transpose", lambda x: x.transpose(1, 2)),
    ("contiguous", lambda x: x.contiguous()),
    ("chunk", lambda x: x.chunk(2, 1)[0]),
    ("getitem", lambda x: x[:, [2, 0]]),
    ("roll", lambda x: x.roll((1, 2), (2, 3))),
    ("flip", lambda x: x.flip(3)),
    ("pad", lambda x: F.pad(x, (1, 0, 2, 1), mode="reflect")),
    ("dropout", lambda x: F.dropout(x, 0.5, False)),
    ("pixel_shuffle", lambda x: F.pixel_shuffle(x.repeat(1, 4, 1, 1), 2)),
    ("interpolate", lambda x: F.interpolate(x, scale_factor=2)),
    ("cat", lambda x: torch.cat([x, 2 * x], 1)),
    ("stack", lambda x: torch.stack([x[0], x[0] + 1])),
]


@pytest.mark.parametrize(("operation", "function"), MOVES)
def test_the_value_at_the_source_is_the_value(operation: str, function) -> None:
    model, batch = Do(function).eval(), torch.randn(1, 3, 4, 4)
    maps = as_maps(activations(model, batch)[operation])
    for place in [(0, 0, 0), (1, 0, 0)]:
        one = account(model, batch, operation, *place)
        assert isinstance(one, Moved)
        assert one.total == one.value == float(maps[place])
        assert one.source is not None
        if one.reads == ("",) or operation == "getitem":
            assert float(batch[one.source]) == one.value


def test_a_concatenation_says_which_tensor() -> None:
    model, batch = Do(lambda x: torch.cat([x.relu(), x.sigmoid()], 1)).eval(), torch.randn(1, 3, 4, 5)
    one = account(model, batch, "cat", 4, 2, 3)
    assert (one.operand, one.source, one.place) == (1, (0, 1, 2, 3), (1, 2, 3))
    assert one.reads == ("relu", "sigmoid")


def test_a_flattened_value_is_found_in_the_map_it_came_from() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Flatten()).eval()
    one = account(model, torch.randn(1, 3, 5, 6), "1", 2 * 30 + 3 * 6 + 4, 0, 0)
    assert (one.place, one.reads) == ((2, 3, 4), ("0",))


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_padding_has_no_source(value: float) -> None:
    model, batch = Do(lambda x: F.pad(x, (1, 1), value=value)).eval(), torch.randn(1, 3, 4, 4)
    assert account(model, batch, "pad", 0, 0, 0).source is None
    assert account(model, batch, "pad", 0, 0, 1).source == (0, 0, 0, 0)


@pytest.mark.parametrize("layer", [nn.Identity(), nn.Dropout(), nn.Dropout(inplace=True), nn.Dropout2d()])
def test_a_layer_that_does_nothing(layer: nn.Module) -> None:
    one = account(nn.Sequential(nn.Conv2d(3, 4, 1), layer).eval(), torch.randn(1, 3, 4, 4), "1", 3, 2, 1)
    assert (one.kind, one.source, one.place, one.reads) == ("moved", (0, 3, 2, 1), (3, 2, 1), ("0",))


@pytest.mark.parametrize(
    ("operation", "function"),
    [
        ("interpolate", lambda x: F.interpolate(x, scale_factor=2, mode="bilinear")),
        ("dropout", lambda x: F.dropout(x, 0.5, True)),
        ("softmax", lambda x: x.softmax(1)),
        ("conv_transpose2d", lambda x: F.conv_transpose2d(x, torch.ones(3, 1, 2, 2))),
        ("matmul", lambda x: x @ x),
    ],
)
def test_what_cannot_be_taken_apart_says_so(operation: str, function) -> None:
    torch.manual_seed(0)
    model, batch = Do(function).eval(), torch.rand(1, 3, 4, 4) + 0.1
    accounts = [account(model, batch, operation, 0, 1, column) for column in range(4)]
    # A dropped-out value is 0 and has no source either.
    assert all(isinstance(one, Other) and one.total is None and one.operation == operation for one in accounts)
