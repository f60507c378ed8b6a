"""The strongest maps of every layer, against torch's own hooks, and what they take."""

import zlib
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.components.network_map_photo import all_maps, one_map, thumbnails
from cnnviz.components.pack import unpack
from cnnviz.components.quantise import TOP, ZERO
from cnnviz.engine import Classify, Engine, Input, Layers, ModelChoice, Picture, Unit
from cnnviz.engine.requests import AnalyzeModel, Maps, Thumbnails
from cnnviz.ui.field import field_steps
from tests.engine.test_activations import Counted

VGG = ModelChoice("smallvgg-tiny", random_seed=1)


def hooked(choice: ModelChoice, batch: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what each module without children gave, as it was then, by name; of several calls the first."""
    network, found = models.load(choice.name, random_seed=choice.random_seed), {}

    def keep(name: str) -> Any:
        def hook(module: nn.Module, given: Any, output: torch.Tensor) -> None:
            # What a hook returned would take the output's place.
            found.setdefault(name, output.detach().clone())

        return hook

    for name, module in network.named_modules():
        if next(module.children(), None) is None:
            module.register_forward_hook(keep(name))
    with torch.no_grad():
        network(batch)
    return found


def parcel_of(engine: Engine, choice: ModelChoice, picture: Picture) -> bytes:
    graph, table = engine.ask(AnalyzeModel(choice)).graph, engine.ask(Layers(choice))
    got, found = engine.ask(Input(choice, picture)), engine.ask(Thumbnails(choice, picture))
    return thumbnails(
        graph,
        found.layers,
        sizes=found.sizes,
        channels=found.channels,
        maps=found.maps,
        limits=found.limits,
        fields={row.name: field_steps(row.receptive_field) for row in table.rows if row.receptive_field is not None},
        photo=got.view,
        key="map",
        token="t",
    )


def channels_first(tensor: torch.Tensor, module: nn.Module) -> torch.Tensor:
    """Return (C, H, W) of what a module of a vision transformer or a CNN gave, by what the module is."""
    one = tensor[0]
    if one.dim() == 3 and isinstance(module, nn.Linear | nn.LayerNorm):
        return one.permute(2, 0, 1)
    return one[:, None, None] if one.dim() == 1 else one


@pytest.mark.parametrize("choice", [VGG, ModelChoice("lenet-relu-mnist", random_seed=1)], ids=lambda each: each.name)
def test_thumbnails_are_the_maps_with_the_greatest_maxima_of_torchs_hooks(
    choice: ModelChoice, build: Any, pictures: Any
) -> None:
    engine: Engine = build()
    picture = pictures(3, 90, 70)
    found = engine.ask(Thumbnails(choice, picture))
    given = torch.tensor(engine.ask(Input(choice, picture)).values)[None]
    expected = hooked(choice, given)
    places = {name: place for place, name in enumerate(found.layers)}
    assert len(places) >= 10
    # VGG's ReLUs work in place: what a hook saw before is what counts.
    for name, tensor in expected.items():
        if name not in places:
            continue
        place, values = places[name], tensor[0].reshape(len(tensor[0]), *(tensor.shape[2:] or (1, 1))).numpy()
        peaks = values.reshape(len(values), -1).max(axis=1)
        channels, step = found.channels[place], found.steps[place]
        assert peaks[channels].tolist() == sorted(peaks, reverse=True)[: len(channels)]
        assert len(channels) == min(len(values), 16 if values[0].size == 1 else 4)
        np.testing.assert_array_equal(found.maps[place], values[channels][:, ::step, ::step])
        assert found.limits[place].tolist() == [values.min(), values.max()]
        assert found.sizes[place] == values.shape


def test_the_parcel_holds_the_maps_in_steps_of_251_levels_with_their_fields(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    picture = pictures(3, 90, 70)
    meta, arrays = unpack(parcel_of(engine, VGG, picture))
    photo, deflated, ranges, channels, rows, boxes, limits = arrays
    codes = np.frombuffer(zlib.decompress(deflated.tobytes()), np.uint8)
    graph, found = engine.ask(AnalyzeModel(VGG)).graph, engine.ask(Thumbnails(VGG, picture))
    assert meta["size"] == list(photo.shape[:2])
    given = torch.tensor(engine.ask(Input(VGG, picture)).values)[None]
    expected = hooked(VGG, given)
    at = thumb = 0
    for row, (node, count, height, width, *size, sees) in enumerate(rows.tolist()):
        name = graph.nodes[node].name
        assert name == found.layers[row]
        for _ in range(count):
            code = codes[at : at + height * width].reshape(height, width)
            least, greatest = ranges[thumb].astype(np.float64)
            restored = np.where(code == ZERO, 0, least + np.minimum(code, TOP) * (greatest - least) / TOP)
            if name in expected:
                values = expected[name][0].reshape(size)[channels[thumb]].numpy()
                step = found.steps[row]
                np.testing.assert_allclose(
                    restored, values[::step, ::step], atol=(greatest - least) / TOP * 0.51 + 1e-6
                )
            at, thumb = at + height * width, thumb + 1
        # Analysis' own box of some units, against the steps that the browser goes by.
        field = next(each for each in engine.ask(Layers(VGG)).rows if each.name == name).receptive_field
        if sees == 1:
            top, left, high, wide, down, across = boxes[row].tolist()
            for unit in ((0, 0), (size[1] - 1, 0), (size[1] // 2, size[2] - 1)):
                box = top + unit[0] * down, left + unit[1] * across
                assert (*box, box[0] + high, box[1] + wide) == field.box(*unit)
        else:
            assert sees == (0 if field is None else 2)
    assert at == codes.size
    assert limits.shape == (len(rows), 2)


def test_one_run_gives_thumbnails_and_all_else(build: Any, pictures: Any) -> None:
    load = Counted()
    engine: Engine = build(load=load)
    picture = pictures(1)
    engine.ask(Thumbnails(VGG, picture))
    engine.ask(Classify(VGG, picture))
    values = engine.ask(Maps(VGG, picture, "block1.conv1")).values
    assert engine.ask(Unit(VGG, picture, "block1.conv1", 1, 2, 3)).found.value == values[1, 2, 3]
    assert load.runs == 1
    # After a run that was recorded without them it takes one more, whatever the number of layers.
    engine.ask(Classify(VGG, pictures(2)))
    engine.ask(Thumbnails(VGG, pictures(2)))
    assert load.runs == 3


def test_the_thumbnails_of_resnet152_take_at_most_a_megabyte_and_a_half(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    choice, picture = ModelChoice("resnet152", random_seed=0), pictures(3, 240, 240)
    data = parcel_of(engine, choice, picture)
    _, (photo, _, _, _, rows, *_) = unpack(data)
    assert photo.shape == (224, 224, 3)
    assert len(rows) > 500
    assert len(data) <= 1_500_000
    # In bytes before they are deflated as well.
    assert (rows[:, 1] * rows[:, 2] * rows[:, 3]).sum() <= 1_200_000


def test_maps_that_keep_their_channels_last_are_taken_by_channel(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    choice, picture = ModelChoice("swin_t", random_seed=0), pictures(3, 240, 240)
    found = engine.ask(Thumbnails(choice, picture))
    given = torch.tensor(engine.ask(Input(choice, picture)).values)[None]
    expected, modules = hooked(choice, given), dict(models.load(choice.name, random_seed=0).named_modules())
    checked = 0
    for name, tensor in expected.items():
        if name not in found.layers or tensor.dim() != 4 or not isinstance(modules[name], nn.LayerNorm):
            continue
        place, values = found.layers.index(name), channels_first(tensor, modules[name]).numpy()
        assert found.sizes[place] == values.shape
        step, channels = found.steps[place], found.channels[place]
        peaks = values.reshape(len(values), -1).max(axis=1)
        np.testing.assert_allclose(peaks[channels], np.sort(peaks)[::-1][: len(channels)], rtol=1e-4)
        np.testing.assert_allclose(found.maps[place], values[channels][:, ::step, ::step], rtol=1e-3, atol=1e-4)
        checked += 1
    assert checked > 10


def test_tokens_are_maps_on_the_grid_of_their_patches(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    choice, picture = ModelChoice("vit_b_32", random_seed=0), pictures(3, 240, 240)
    found = engine.ask(Thumbnails(choice, picture))
    given = torch.tensor(engine.ask(Input(choice, picture)).values)[None]
    name = "encoder.layers.encoder_layer_0.ln_1"
    # The first of 50 tokens is the class token, the others are 7 rows of 7 patches.
    values = hooked(choice, given)[name][0, 1:].reshape(7, 7, 768).permute(2, 0, 1).numpy()
    place = found.layers.index(name)
    assert found.sizes[place] == (768, 7, 7)
    np.testing.assert_allclose(found.maps[place], values[found.channels[place]], rtol=1e-3, atol=1e-4)
    assert set(found.layers) == {node.name for node in engine.ask(AnalyzeModel(choice)).graph.nodes} - {
        "input",
        "output",
    }


def test_all_maps_and_one_exactly() -> None:
    values = np.random.default_rng(0).normal(size=(64, 112, 112)).astype(np.float32)
    meta, (codes, ranges) = unpack(all_maps(7, values, key="map", token="t"))
    step = meta["step"]
    assert step == 2
    assert codes.shape == (64, 56, 56)
    np.testing.assert_array_equal(ranges[:, 1], values[:, ::step, ::step].max(axis=(1, 2)))
    meta, (exact,) = unpack(one_map(7, 5, values[5], key="map", token="t"))
    assert meta["parcel"] == ["map.exact", "t 7 5"]
    np.testing.assert_array_equal(exact, values[5])
