"""The probes through the engine: the same numbers that the maps have, and patches cut where the pixels say."""

from typing import Any

import numpy as np
import pytest

from cnnviz import models
from cnnviz.engine import Engine, Filters, Guided, Input, Maps, ModelChoice, Strongest, Unit
from cnnviz.errors import CnnvizError, ModelError

pytestmark = pytest.mark.interface

VGG = ModelChoice("smallvgg-tiny", random_seed=1)


@pytest.mark.parametrize("layer", ["block1.conv1", "block2.bn1", "block2.relu2", "block3.pool", "fc"])
def test_a_units_value_and_total_are_those_in_the_map(layer: str, build: Any, pictures: Any) -> None:
    engine: Engine = build()
    maps = engine.ask(Maps(VGG, pictures(1), layer, invert=True)).values
    channel, row, column = 5, maps.shape[1] - 1, maps.shape[2] // 2
    found = engine.ask(Unit(VGG, pictures(1), layer, channel, row, column, invert=True)).found
    assert found.value == pytest.approx(maps[channel, row, column], abs=1e-6)
    assert found.total == pytest.approx(maps[channel, row, column], abs=1e-4)


def test_filters_are_the_weights(build: Any) -> None:
    engine: Engine = build()
    network = models.load(VGG.name, random_seed=1).state_dict()
    first = engine.ask(Filters(VGG)).found
    assert (first.layer, first.slides) == ("block1.conv1", True)
    assert (first.weights == network["block1.conv1.weight"].numpy()).all()
    deep = engine.ask(Filters(VGG, "block3.conv2")).found
    assert (deep.weights == network["block3.conv2.weight"].numpy()).all()
    with pytest.raises(ModelError, match="no filters"):
        engine.ask(Filters(VGG, "block1.relu1"))


def test_guided_backpropagation_starts_at_the_channels_strongest_unit(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    maps = engine.ask(Maps(VGG, pictures(1), "block2.relu2")).values
    found = engine.ask(Guided(VGG, pictures(1), "block2.relu2", 3)).found
    assert found.value == pytest.approx(maps[3].max(), abs=1e-5)
    assert maps[3, found.row, found.column] == maps[3].max()
    assert found.gradient.shape == (3, 64, 64)
    assert np.abs(found.gradient).max() > 0
    elsewhere = engine.ask(Guided(VGG, pictures(1), "block2.relu2", 3, 0, 0)).found
    assert (elsewhere.row, elsewhere.column) == (0, 0)


def test_the_strongest_pictures_are_those_whose_maps_are_highest(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    stack = tuple(pictures(number, 64, 64) for number in range(40))
    layer, channel = "block2.relu1", 6
    found = engine.ask(Strongest(VGG, layer, channel, stack)).patches
    highest = [engine.ask(Maps(VGG, picture, layer)).values[channel].max() for picture in stack]
    assert [patch.index for patch in found] == list(np.argsort(highest)[::-1][:9])
    for patch in found:
        assert patch.value == pytest.approx(highest[patch.index], abs=1e-5)
        # 3x3, 3x3, pooling by 2, 3x3: 1 + 2 + 2 + 1 + 4 = 10 pixels, every 2
        assert patch.pixels.shape == (10, 10, 3)
        top, left = 2 * patch.row - 4, 2 * patch.column - 4
        assert patch.box == (top, left, top + 10, left + 10)
        view = engine.ask(Input(VGG, stack[patch.index])).view
        padded = np.pad(view, ((10, 10), (10, 10), (0, 0)), constant_values=128)
        assert (patch.pixels == padded[top + 10 : top + 20, left + 10 : left + 20]).all()


def test_a_unit_that_sees_everything_shows_the_whole_picture(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    (patch,) = engine.ask(Strongest(VGG, "gap", 0, (pictures(1),), count=1)).patches
    assert patch.box is None
    assert (patch.pixels == engine.ask(Input(VGG, pictures(1))).view).all()


@pytest.mark.parametrize(
    "request_",
    [
        lambda picture: Unit(VGG, picture, "nonsense", 0, 0, 0),
        lambda picture: Unit(VGG, picture, "block1.conv1", 99, 0, 0),
        lambda picture: Unit(VGG, picture, "block1.conv1", 0, 0, 64),
        lambda picture: Filters(VGG, "nonsense"),
        lambda picture: Guided(VGG, picture, "block1.conv1", 99),
        lambda picture: Strongest(VGG, "nonsense", 0, (picture,)),
        lambda picture: Strongest(VGG, "block1.conv1", 99, (picture,)),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(request_: Any, build: Any, pictures: Any) -> None:
    with pytest.raises(CnnvizError, match=r"nonsense|99|64") as told:
        build().ask(request_(pictures(1)))
    assert "log" not in str(told.value)
