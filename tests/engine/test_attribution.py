"""A class's logit through the engine: what the probes give for the same tensor."""

import numpy as np
import pytest
import torch

from cnnviz import models, probes
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import (
    AttributePixels,
    FillPatch,
    Input,
    Layers,
    LocateClass,
    ModelChoice,
    Occlude,
    Picture,
    WeighLayers,
)
from cnnviz.probes import cam, grad_cam

MODEL = ModelChoice("smallvgg-tiny")
FILLINGS = ("black", "grey", "mean", "blur")
PICTURE = Picture.of(np.random.default_rng(1).integers(0, 255, (80, 90, 3), np.uint8))


@pytest.fixture(scope="module")
def engine():
    made = LocalEngine(device="cpu")
    yield made
    made.close()


@pytest.fixture(scope="module")
def given(engine):
    """Return the network and its input."""
    return models.load(MODEL.name).eval(), torch.tensor(engine.ask(Input(MODEL, PICTURE)).values)[None]


def test_shares_of_a_class(engine, given):
    found = engine.ask(LocateClass(MODEL, PICTURE, 11))
    wanted = cam(*given, 11)
    assert found.refusal == ""
    assert np.allclose(found.shares.map * wanted.map.size, wanted.map, atol=1e-4)
    assert found.shares.map.sum() + found.shares.bias == pytest.approx(wanted.logit, abs=1e-4)
    assert found.nbytes < 2 * found.shares.maps.nbytes


def test_a_network_with_another_end_says_so(engine):
    found = engine.ask(LocateClass(ModelChoice("lenet-relu-mnist"), PICTURE, 3))
    assert found.shares is None
    assert found.refusal.startswith("CAM is defined for")


def test_every_layer_of_the_table_with_maps(engine, given):
    found = engine.ask(WeighLayers(MODEL, PICTURE, 11))
    rows = [row for row in engine.ask(Layers(MODEL)).rows if np.prod(row.maps[1:]) > 1]
    assert list(found.names) == [row.name for row in rows]
    assert [each.shape for each in found.maps] == [row.maps[1:] for row in rows]
    for name, values in list(zip(found.names, found.maps, strict=True))[::5]:
        assert np.allclose(values, grad_cam(*given, name, 11).signed, atol=1e-5)
    assert found.strip.shape == (len(rows), 28, 28)
    assert np.allclose(found.strip[-1], np.kron(found.maps[-1].clip(min=0), np.ones((7, 7))), atol=1e-6)
    large = [number for number, each in enumerate(found.maps) if len(each) > 28]
    assert np.allclose(
        found.strip[large].mean(axis=(1, 2)), [found.maps[number].clip(min=0).mean() for number in large], rtol=0.02
    )


@pytest.mark.parametrize("filling", FILLINGS)
def test_a_hidden_patch_is_a_forward_of_the_filled_picture(engine, given, filling):
    model, _ = given
    fill = engine.ask(FillPatch(MODEL, PICTURE, filling)).found
    view = engine.ask(Input(MODEL, PICTURE)).view
    assert fill.shape == view.shape
    places = ((0, 0), (20, 31))
    found = engine.ask(Occlude(MODEL, PICTURE, filling, 16, places)).found
    how = models.card(MODEL.name).preprocessing
    for row, (top, left) in zip(found, places, strict=True):
        pixels = view.copy()
        pixels[top : top + 16, left : left + 16] = fill[top : top + 16, left : left + 16]
        hidden = (torch.tensor(pixels).permute(2, 0, 1) / 255 - torch.tensor(how.mean)[:, None, None]) / torch.tensor(
            how.std
        )[:, None, None]
        with torch.no_grad():
            wanted = model(hidden[None])[0].softmax(dim=0)
        # The pictures are rounded to 8 bits.
        assert np.allclose(row, wanted, atol=0.02)
        assert abs(row.sum() - 1) < 1e-4


def test_the_fillings_look_like_their_names(engine):
    view = engine.ask(Input(MODEL, PICTURE)).view
    black, grey, mean, blur = (engine.ask(FillPatch(MODEL, PICTURE, name)).found for name in FILLINGS)
    assert black.max() == 0
    assert set(np.unique(grey)) == {128}
    assert np.allclose(mean[0, 0], view.mean(axis=(0, 1)), atol=1)
    assert blur.std() < view.std() / 3
    assert np.allclose(blur.mean(), view.mean(), atol=4)


def test_pixels_by_every_method(engine, given):
    black = torch.tensor([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225])[:, None, None]
    wanted = {
        "gradient": probes.gradient(*given, 4),
        "times_input": probes.gradient_times_input(*given, 4),
        "smooth": probes.smooth_gradient(*given, 4, samples=3, noise=0.2),
        "integrated": probes.integrated_gradients(*given, 4, baseline=black, steps=5),
        "guided": probes.guided_class(*given, 4),
    }
    for method, expected in wanted.items():
        points = {"smooth": 3, "integrated": 5}.get(method, 1)
        found = engine.ask(AttributePixels(MODEL, PICTURE, 4, method, points=points, noise=0.2))
        # A unit at the kink of its ReLU is on the other side where threads sum in another order: a few pixels notice.
        away = np.abs(found.values - expected.values.sum(axis=0))
        assert np.mean(away > 1e-4) < 0.01, method
        assert found.total == pytest.approx(float(expected.values.sum()), abs=1e-2)
        assert (found.baseline_logit is not None) == (method == "integrated")


def test_parts_of_a_method_are_those_of_the_probe(engine, given):
    parts = [AttributePixels(MODEL, PICTURE, 4, "integrated", points=11, span=span) for span in ((0, 8), (8, 11))]
    found = [engine.ask(each) for each in parts]
    wanted = engine.ask(AttributePixels(MODEL, PICTURE, 4, "integrated", points=11))
    assert np.allclose(found[0].values + found[1].values, wanted.values, atol=1e-4)
    assert sum(each.total for each in found) == pytest.approx(wanted.total, abs=1e-3)
    assert found[0].baseline_logit == wanted.baseline_logit
