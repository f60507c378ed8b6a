"""Maps with random layers through the engine."""

import numpy as np
import pandas as pd
import pytest
import torch

from cnnviz import models, probes
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Input, ModelChoice, Picture, RandomiseLayers

MODEL = ModelChoice("smallvgg-tiny")
PICTURE = Picture.of(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))


@pytest.fixture(scope="module")
def engine():
    made = LocalEngine(device="cpu")
    yield made
    made.close()


def test_the_first_stage_is_the_network_itself(engine):
    found = engine.ask(RandomiseLayers(MODEL, PICTURE, 6, 0.0))
    model, batch = models.load(MODEL.name).eval(), torch.tensor(engine.ask(Input(MODEL, PICTURE)).values)[None]
    assert np.allclose(found.maps[0], np.abs(probes.gradient(model, batch, 6).values).sum(axis=0), atol=1e-5)
    assert np.allclose(found.maps[2], np.abs(probes.guided_class(model, batch, 6).values).sum(axis=0), atol=1e-5)
    assert found.correlations.tolist() == pytest.approx([1, 1, 1, 1])
    assert (found.count, found.lowest) == (0, "")
    assert found.probability == pytest.approx(model(batch).softmax(1)[0, 6].item(), abs=1e-5)


def test_later_stages_are_compared_with_it(engine):
    first, last, one = (engine.ask(RandomiseLayers(MODEL, PICTURE, 6, share)) for share in (0.0, 1.0, 0.01))
    assert (one.count, last.count) == (1, last.layers)
    assert first.layer == last.layer
    for before, after, found in zip(first.maps, last.maps, last.correlations, strict=True):
        table = pd.DataFrame({"before": before.ravel(), "after": after.ravel()})
        assert found == pytest.approx(table.corr(method="spearman").iloc[0, 1], abs=1e-4)
    assert last.correlations.max() < 0.95
    again = engine.ask(RandomiseLayers(MODEL, PICTURE, 6, 1.0, seed=1))
    assert not np.array_equal(again.maps, last.maps)
