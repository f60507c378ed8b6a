"""What a layer reads of the one before it, against the gradient of that layer's values; and effective fields."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.calls import observe
from cnnviz.engine import EffectiveField, Layers, ModelChoice, Reads
from cnnviz.engine.compute.receptive_field import _row
from cnnviz.engine.results import Source
from cnnviz.errors import ModelError
from cnnviz.probes.call_inputs import reads

pytestmark = pytest.mark.interface


class Net(nn.Module):
    """Branches, functions and layouts of every sort that a layer may read another in."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.wide = nn.Conv2d(4, 4, (5, 3), padding=(2, 1), groups=2)
        self.holes = nn.Conv2d(4, 4, 3, padding=2, dilation=2)
        self.even = nn.Conv2d(4, 4, 4, padding="same")
        self.pool = nn.AvgPool2d(3, 2, 1)
        self.up = nn.ConvTranspose2d(4, 4, 4, stride=2, padding=1)
        self.norm = nn.LayerNorm(4)
        self.mix = nn.Linear(4, 4)
        self.kernel = nn.Parameter(torch.rand(4, 4, 3, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.one(x))
        x = torch.cat([self.wide(x), self.holes(x)], dim=1)[:, ::2]
        x = x + self.even(x)
        x = self.up(self.pool(x))
        x = nn.functional.conv2d(x, self.kernel, padding=(1, 0))
        x = self.mix(self.norm(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        return x * torch.sigmoid(x.mean((2, 3), keepdim=True))


def gradient_boxes(model: nn.Module, batch: torch.Tensor, layer: str, source: str) -> dict[tuple[int, int], Any]:
    """Return for some units of a layer the box of the positions in `source` that its gradient reaches."""
    kept: dict[str, torch.Tensor] = {"": batch}

    def keep(call: Any) -> None:
        if isinstance(call.output, torch.Tensor) and call.output.requires_grad:
            kept[call.name] = call.output

    with observe(model, keep):
        model(batch)
    found = {}
    output, given = kept[layer], kept[source]
    for row, column in ((0, 0), (3, 4), (output.shape[2] - 1, 2), (5, output.shape[3] - 1)):
        (gradient,) = torch.autograd.grad(output[0, :, row, column].sum(), given, retain_graph=True)
        rows, columns = torch.nonzero(gradient[0].abs().sum(0), as_tuple=True)
        if len(rows):
            found[row, column] = (int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)
    return found


@pytest.mark.parametrize(
    ("layer", "sources"),
    [
        ("one", [""]),
        ("wide", ["relu"]),
        ("holes", ["relu"]),
        ("even", ["getitem"]),
        ("add", ["getitem", "even"]),
        ("pool", ["add"]),
        ("up", ["pool"]),
        ("conv2d", ["up"]),
    ],
)
def test_the_window_is_where_the_gradient_reaches(layer: str, sources: list[str]) -> None:
    torch.manual_seed(0)
    model = Net().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.abs_()
    model.relu = nn.ReLU(inplace=False)  # the oracle needs what an in-place layer would overwrite
    batch = torch.rand(1, 3, 24, 20, requires_grad=True)
    row = _row(reads(model, batch.detach(), layer)[layer])
    assert [source.name for source in row.sources] == sources
    # Of several only the last: from an earlier one the gradient comes along the others too.
    for source in row.sources[-1:]:
        boxes = gradient_boxes(model, batch, layer, source.name)
        assert boxes
        for unit, seen in boxes.items():
            top, left, bottom, right = source.window.box(*unit)
            clipped = max(top, 0), max(left, 0), min(bottom, source.rows), min(right, source.columns)
            assert clipped == seen, (source.name, unit)


def test_in_place_layers_and_other_layouts_are_followed() -> None:
    found = reads(Net().eval(), torch.rand(1, 3, 24, 20), "mul")
    assert found["wide"].givers == ("relu",)
    assert found["relu"].givers == ("one",)
    assert found["holes"].dilation == (2, 2)
    assert [source.window.size for source in _row(found["add"]).sources] == [(1, 1), (1, 1)]
    mixed = _row(found["mix"]).sources[0]
    assert (mixed.rows, mixed.columns, mixed.window.size) == (12, 10, (1, 1))
    last = _row(found["mul"])
    assert [source.name for source in last.sources] == ["permute_1", "sigmoid"]
    assert last.sources[0].window.size == (1, 1)
    assert last.sources[1].window.size is None


def test_a_layer_is_followed_down_to_the_input(build: Any) -> None:
    engine = build()
    reading = engine.ask(Reads(ModelChoice("lenet5-mnist"), "conv2", depth=99))
    assert reading.rows[0].name == "conv2"
    assert reading.rows[-1].sources[0].name == ""
    assert reading.problem == ""
    # conv 5 p2, pool 2, conv 5: the fields 5, 6 and 14 of the input, whose windows are 5, 2 and 5.
    assert [row.sources[0].window.size for row in reading.rows if "conv" in row.name or "pool" in row.name] == [
        (5, 5),
        (2, 2),
        (5, 5),
    ]
    table = engine.ask(Layers(ModelChoice("lenet5-mnist"))).rows
    assert next(row.receptive_field.size for row in table if row.name == "conv2") == (14, 14)


def test_following_ends_where_branches_meet_and_why_there_is_no_field_is_told(build: Any) -> None:
    engine = build()
    reading = engine.ask(Reads(ModelChoice("efficientnet-lite0", random_seed=0), "blocks.3.0.conv_pw", depth=99))
    assert reading.rows[0].sources[0].name
    assert len(reading.rows[-1].sources) == 2
    flat = engine.ask(Reads(ModelChoice("mlp-mnist"), "flatten"))
    assert flat.problem.endswith(".")
    assert isinstance(flat.rows[0].sources[0], Source)
    with pytest.raises(ModelError, match="nowhere"):
        engine.ask(Reads(ModelChoice("mlp-mnist"), "nowhere"))


def test_pictures_and_noise_give_the_field_that_the_probe_gives(build: Any, pictures: Any) -> None:
    from cnnviz.engine import Input
    from cnnviz.engine.compute.inputs import batch_of
    from cnnviz.probes.effective_field import effective

    engine = build()
    choice = ModelChoice("smallvgg-tiny", random_seed=1)
    given = tuple(pictures(number) for number in range(6))
    found = engine.ask(EffectiveField(choice, "block2.relu1", 3, 5, pictures=given)).found
    network = models.load(choice.name, random_seed=1)
    batch = batch_of(*(engine.ask(Input(choice, picture)) for picture in given), device=torch.device("cpu"))
    np.testing.assert_allclose(found.energy, effective(network, batch, "block2.relu1", 3, 5).energy, atol=1e-6)
    assert found.images == 6
    noise = engine.ask(EffectiveField(choice, "block2.relu1", 3, 5, noise=5)).found
    assert (noise.images, noise.energy.shape) == (5, (64, 64))
    assert noise.energy.sum() == pytest.approx(1, abs=1e-5)
    again = build().ask(EffectiveField(choice, "block2.relu1", 3, 5, noise=5)).found
    np.testing.assert_array_equal(noise.energy, again.energy)
