"""What the components send, read back from the buffer."""

from typing import Any

import numpy as np
import pytest

from cnnviz.components.pack import unpack
from cnnviz.components.strip import FAMILIES
from cnnviz.components.strip import message as strip_message
from cnnviz.components.tiles import MOST_VALUES
from cnnviz.components.tiles import message as tiles_message
from cnnviz.components.unit import message as unit_message
from cnnviz.errors import ShapeError

PHOTO = np.zeros((4, 6, 3), np.uint8)


def together(message: tuple[bytes, bytes]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return meta and arrays as the browser puts them together from a message and its parcel."""
    (own, first), (rest, others) = map(unpack, message)
    assert own["parcel"] == rest["parcel"]
    return {**rest, **own}, [*first, *others]


def test_what_does_not_change_is_the_same_parcel() -> None:
    maps = np.random.default_rng(0).normal(size=(8, 30, 30)).astype(np.float32)
    one, other = (tiles_message(maps, selected=channel, key="a") for channel in (1, 2))
    assert one[0] != other[0]
    assert one[1] == other[1]
    assert len(one[0]) < 1500
    changed = tiles_message(maps + np.eye(30, dtype=np.float32), selected=1, key="a")
    assert unpack(changed[0])[0]["parcel"] != unpack(one[0])[0]["parcel"]
    values = maps[0]
    assert unit_message(values, PHOTO, field=None)[1] == unit_message(values + 1, PHOTO, field=None)[1]
    layers = [_layer("a"), _layer("b")]
    assert strip_message(layers, selected="a")[1] == strip_message(layers, selected="b")[1]


def test_a_small_layer_is_sent_whole() -> None:
    maps = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    meta, (order, codes, ranges) = together(tiles_message(maps, order=[1, 0], selected=1))
    assert (meta["count"], meta["size"], meta["step"], meta["selected"]) == (2, [3, 4], 1, 1)
    assert order.tolist() == [1, 0]
    assert codes.shape == (2, 3, 4)
    assert ranges.tolist() == [[0, 11], [12, 23]]


@pytest.mark.parametrize("shape", [(2048, 56, 56), (64, 400, 700), (1, 9000, 3), (3, 1, 100_000)])
def test_a_large_layer_is_thinned_until_it_fits(shape: tuple[int, int, int]) -> None:
    maps = np.broadcast_to(np.float32(1), shape)
    meta, (_, codes, _) = together(tiles_message(maps))
    step = meta["step"]
    assert codes.size <= MOST_VALUES
    assert max(codes.shape[1:]) <= 4096
    assert meta["size"] == list(shape[1:])
    assert codes.shape[1:] == maps[0, ::step, ::step].shape
    assert step > 1


def test_single_numbers_share_a_scale() -> None:
    assert together(tiles_message(np.zeros((10, 1, 1), np.float32)))[0]["shared"] is True
    assert together(tiles_message(np.zeros((10, 2, 1), np.float32)))[0]["shared"] is False


@pytest.mark.parametrize(
    ("maps", "options"),
    [
        (np.zeros((3, 4), np.float32), {}),
        (np.zeros((0, 4, 4), np.float32), {}),
        (np.zeros((2, 4, 4, 3), np.float32), {"mode": "rgb"}),
        (np.zeros((2, 4, 4), np.float32), {"labels": ["one"]}),
        (np.zeros((2, 4, 4, 3), np.uint8), {"mode": "rgb", "weights": np.zeros((2, 4, 4, 3), np.float32)}),
    ],
)
def test_other_shapes_are_refused_in_a_sentence(maps: np.ndarray, options: dict[str, object]) -> None:
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        tiles_message(maps, **options)


def _layer(name: str, family: str = "conv") -> dict[str, object]:
    return {"name": name, "kind": "Conv2d", "size": (64, 7, 7), "family": family}


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["conv1", "relu", "layer1.0.conv1", "layer1.1.bn", "layer2.0.add", "fc"],
         ["", "", *["layer1"] * 2, "layer2", ""]),
        (["features.conv0", "features.denseblock1.a.b", "features.denseblock1.c", "classifier"],
         ["features", "features", "features", ""]),
        (["stem", "blocks.0.0.conv", "blocks.0.1.conv", "blocks.1.0.conv", "fc"],
         ["", "blocks.0", "blocks.0", "blocks.1", ""]),
    ],
)  # fmt: skip
def test_layers_are_grouped_by_the_head_of_their_name(names: list[str], groups: list[str]) -> None:
    meta, _ = together(strip_message([_layer(name) for name in names], selected=None))
    assert [layer["group"] for layer in meta["layers"]] == groups


def test_an_unknown_family_is_other_and_every_family_has_a_word() -> None:
    meta, _ = together(strip_message([_layer("a", "quantum")], selected="a", words={"filter": "查找"}))
    assert meta["layers"][0]["family"] == "other"
    assert set(FAMILIES) <= meta["words"].keys()
    assert meta["words"]["filter"] == "查找"


def test_a_unit_sends_its_values_unchanged() -> None:
    values = np.array([[np.nan, 1e-30], [-3, np.inf]], np.float32)
    field = {"top": -3, "left": -3, "height": 7, "width": 7, "row_stride": 0.5, "column_stride": 2}
    meta, (sent, photo) = together(unit_message(values, PHOTO, field=field, selected=(1, 0)))
    np.testing.assert_array_equal(sent, values)
    assert photo.shape == PHOTO.shape
    assert meta["field"] == field
    assert meta["selected"] == [1, 0]
    with pytest.raises(ShapeError, match=r"\(2,\)"):
        unit_message(np.zeros(2, np.float32), PHOTO, field=None)
    with pytest.raises(ShapeError, match="float32"):
        unit_message(values, PHOTO.astype(np.float32), field=None)
