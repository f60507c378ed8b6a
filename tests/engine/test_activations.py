"""One run for all layers, against running the model by hand."""

import gc
import threading
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz import images, models
from cnnviz.engine import Classify, Engine, Input, Layers, Maps, ModelChoice, Picture, Unit
from cnnviz.errors import ModelError

LENET = ModelChoice("lenet-relu-mnist", random_seed=1)
# Its ReLUs work in place, so a layer's maps are right only when they were kept before.
VGG = ModelChoice("smallvgg-tiny", random_seed=1)


@torch.no_grad()
def by_hand(choice: ModelChoice, picture: Picture, *, layer: str | None = None, invert: bool = False) -> torch.Tensor:
    """Return what a fresh copy of the model gives, by running its modules one after the other up to `layer`."""
    how = replace(models.card(choice.name).preprocessing, invert=invert)
    values = torch.tensor(images.prepare(Image.fromarray(picture.pixels), how).tensor)
    for name, module in models.load(choice.name, random_seed=choice.random_seed).named_modules():
        if next(module.children(), None) is None:
            values = module(values)
            if name == layer:
                break
    return values[0]


@pytest.mark.interface
@pytest.mark.parametrize("choice", [LENET, VGG], ids=lambda choice: choice.name)
@pytest.mark.parametrize("invert", [False, True])
def test_maps_of_every_layer_and_the_prediction_are_those_of_the_bare_model(
    choice: ModelChoice, invert: bool, build: Any, pictures: Any
) -> None:
    engine: Engine = build()
    picture = pictures(3, 90, 70)
    rows = engine.ask(Layers(choice)).rows
    assert len(rows) >= 10
    for row in rows:
        maps = engine.ask(Maps(choice, picture, row.name, invert))
        expected = by_hand(choice, picture, layer=row.name, invert=invert).numpy()
        np.testing.assert_allclose(maps.values, expected.reshape(row.maps), atol=1e-5)
        assert maps.values.shape == row.maps
    prediction = engine.ask(Classify(choice, picture, invert))
    np.testing.assert_allclose(
        prediction.probabilities, by_hand(choice, picture, invert=invert).softmax(0).numpy(), atol=1e-6
    )
    assert prediction.classes == models.card(choice.name).classes


class Counted:
    """cnnviz.models.load, and how many times models ran since."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, *arguments: Any, **keywords: Any) -> torch.nn.Module:
        model = models.load(*arguments, **keywords)
        model.register_forward_pre_hook(self._count)
        return model

    def _count(self, module: torch.nn.Module, given: Any) -> None:
        self.runs += given[0].device.type == "cpu"


def test_other_layers_and_units_of_a_photo_run_no_model_again(build: Any, pictures: Any) -> None:
    load = Counted()
    engine: Engine = build(load=load)
    picture = pictures(1)
    rows = engine.ask(Layers(VGG)).rows
    for row in rows:
        values = engine.ask(Maps(VGG, picture, row.name)).values
        found = engine.ask(Unit(VGG, picture, row.name, 1, 0, 0)).found
        assert found.value == values[1, 0, 0]
    engine.ask(Classify(VGG, picture))
    assert load.runs == 1
    engine.ask(Classify(VGG, picture, invert=True))
    engine.ask(Classify(VGG, pictures(2)))
    assert load.runs == 3


def test_a_recorded_run_goes_with_its_model(build: Any, pictures: Any) -> None:
    alive: list[weakref.ref[torch.nn.Module]] = []

    def load(*arguments: Any, **keywords: Any) -> torch.nn.Module:
        model = models.load(*arguments, **keywords)
        alive.append(weakref.ref(model))
        return model

    engine: Engine = build(load=load, model_cache_mb=2.5)
    for seed in range(3):
        engine.ask(Maps(replace(VGG, random_seed=seed), pictures(1), "block1.conv1"))
    gc.collect()
    # One for all that fits, and what the worker still has in its hand.
    assert len(alive) == 3
    assert alive[0]() is None


def test_sixty_photos_take_a_few_megabytes_each(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    choice = ModelChoice("efficientnet-lite0", random_seed=1)
    engine.ask(Layers(choice))
    before = engine.statistics().result_bytes
    for number in range(3):
        engine.ask(Classify(choice, pictures(number)))
    # A copy of the input for the network and one to look at besides.
    assert engine.statistics().result_bytes - before < 3 * 8e6


def test_of_a_network_over_the_limit_only_what_was_asked_for_is_kept(build: Any, pictures: Any) -> None:
    engine: Engine = build(forward_mb=0.1)
    picture = pictures(1)
    assert engine.ask(Layers(VGG)).outputs > 0.1 * 2**20
    for name in ("block1.conv1", "block2.conv2", "block1.conv1"):
        maps = engine.ask(Maps(VGG, picture, name))
        np.testing.assert_allclose(maps.values, by_hand(VGG, picture, layer=name).numpy(), atol=1e-5)
    expected = by_hand(VGG, picture).softmax(0).numpy()
    np.testing.assert_allclose(engine.ask(Classify(VGG, picture)).probabilities, expected, atol=1e-6)
    found = engine.ask(Unit(VGG, picture, "block2.conv2", 0, 1, 1)).found
    assert found.value == engine.ask(Maps(VGG, picture, "block2.conv2")).values[0, 1, 1]
    assert engine.statistics().result_bytes < 4 * engine.ask(Layers(VGG)).outputs


@pytest.mark.interface
def test_an_unknown_layer_is_named_with_others_that_exist(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    for _ in range(2):  # computed, then read from the cache
        with pytest.raises(ModelError, match=r"no layer block1\.conv3 .*block1\.conv1"):
            engine.ask(Maps(VGG, pictures(1), "block1.conv3"))
        engine.ask(Maps(VGG, pictures(1), "block1.conv1"))


@pytest.mark.interface
def test_an_unknown_model_is_a_sentence(build: Any, pictures: Any) -> None:
    engine: Engine = build()
    for request in (Layers(ModelChoice("resnet19")), Classify(ModelChoice("resnet19"), pictures(1))):
        with pytest.raises(ModelError, match="resnet19"):
            engine.ask(request)


@pytest.mark.interface
def test_layers_at_another_input_size(build: Any) -> None:
    engine: Engine = build()
    table = engine.ask(Layers(VGG, (96, 128)))
    assert table.input_size == (1, 3, 96, 128)
    assert table.rows[0].output_size == (1, 32, 96, 128)
    assert table.rows[0].parameters == 32 * 3 * 9
    assert table.rows[0].macs == 32 * 3 * 9 * 96 * 128
    assert table.rows[0].receptive_field.size == (3, 3)


@pytest.mark.interface
def test_the_networks_input_is_what_preprocessing_made(build: Any, pictures: Any) -> None:
    given = build().ask(Input(VGG, pictures(2, 100, 50)))
    prepared = images.prepare(Image.fromarray(pictures(2, 100, 50).pixels), models.card(VGG.name).preprocessing)
    assert (given.values == prepared.tensor[0]).all()
    assert (given.view == prepared.view).all()
    assert given.crop_box == prepared.crop_box
    assert given.original_size == (100, 50)


def test_thirty_sessions_at_once_each_with_its_own_photo(build: Any, pictures: Any) -> None:
    load = Counted()
    engine: Engine = build(load=load)
    names = ["conv1", "relu1", "pool1", "conv2", "fc2"]
    expected = [[by_hand(LENET, pictures(number), layer=name).numpy() for name in names] for number in range(30)]
    wrong: list[Any] = []

    def person(number: int) -> None:
        try:
            picture = pictures(number)
            for name, values in zip(names, expected[number], strict=True):
                maps = engine.ask(Maps(LENET, picture, name), session=f"s{number}")
                if not np.allclose(maps.values.ravel(), values.ravel(), atol=1e-5):
                    wrong.append((number, name))
            best = engine.ask(Classify(LENET, picture), session=f"s{number}").probabilities.argmax()
            if best != expected[number][-1].argmax():
                wrong.append((number, "class"))
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert engine.statistics().failed == 0
    # Not one for each of 180 questions.
    assert load.runs == 30


def test_recordings_become_smaller_before_one_is_forgotten(build: Any, pictures: Any) -> None:
    load, choice = Counted(), ModelChoice("efficientnet-lite0", random_seed=1)
    # Two thirds of 12 MB are for recordings, of which one takes 3 MB where there is room.
    engine: Engine = build(load=load, result_cache_mb=12)
    layer = engine.ask(Layers(choice)).rows[40].name
    before = engine.statistics().result_bytes
    for number in range(6):
        engine.ask(Classify(choice, pictures(number)))
    assert load.runs == 6
    assert 6e6 < engine.statistics().result_bytes - before < 8 * 2**20 + 4 * 2**20
    for number in range(6):
        engine.ask(Maps(choice, pictures(number), layer))
    assert load.runs == 6
